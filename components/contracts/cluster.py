"""A cluster, its nodes, and what it can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_kubernetes as k8s

from .clouds import AwsCloud, AzureCloud, GcpCloud

TaintEffect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


@dataclass(frozen=True, kw_only=True)
class Taint:
    """A Kubernetes taint of a node pool (core/v1 Taint)."""

    key: str
    value: str = ""
    effect: TaintEffect = "NoSchedule"


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """How one device serves several pods.

    Attributes:
        strategy: `timeSlicing` (turns, without isolation), `mps` (NVIDIA's Multi-Process Service, a share
            of memory each), or `mig` (Multi-Instance GPU, partitions in hardware).
        replicas: how many pods share one device; for `mig` how many partitions one device is cut into.
        profile: the partitions' MIG profile (`1g.10gb`); empty for the other strategies.
    """

    strategy: Literal["timeSlicing", "mps", "mig"]
    replicas: int
    profile: str = ""


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """The accelerators of one node.

    Attributes:
        model: as the vendor names it: NVIDIA H100 80GB HBM3.
        count: devices in one node.
        resource: the extended resource by which pods ask for a device or, where it is shared, for a part of
            one: `nvidia.com/gpu`, `nvidia.com/gpu.shared`, `nvidia.com/mig-1g.10gb`.
        sharing: how a device is shared; None where each belongs to one pod.
    """

    model: str
    count: int
    resource: str = "nvidia.com/gpu"
    sharing: Sharing | None = None

    @property
    def units(self) -> int:
        """How many of `resource` one node offers to the scheduler."""
        return self.count * (self.sharing.replicas if self.sharing else 1)


@dataclass(frozen=True, kw_only=True)
class NodePool:
    """Nodes of one shape, as components see them.

    `cpu` and `memory` are Kubernetes quantities of one node; `min_nodes` and `max_nodes` are equal where
    nothing scales the pool. `labels` hold those that select the pool, `taints` what a pod has to tolerate.
    `spot` nodes may be taken away by the cloud at short notice; `zones` are empty where it chooses.
    """

    name: str
    min_nodes: int
    max_nodes: int
    cpu: str
    memory: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...] = ()
    accelerator: Accelerator | None = None
    architecture: str = "amd64"
    spot: bool = False
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a cluster can do, so that no component has to ask which cluster it is.

    Attributes:
        images: the images whose programs run in their pods: `all`, or those named here, by the names by which
            they are pulled. Pods that have another one as well are simulated as a whole.
        load_balancer: a Service of type LoadBalancer gets an address.
        reaches_pods: the API server reaches pods, and so the webhooks that run in them.
        gpu_driver: nodes with NVIDIA devices come with their driver.
        gpu_device_plugin: nodes with NVIDIA devices report them (`nvidia.com/gpu`) without our doing.
        serves_pages: a browser can reach what runs in the cluster; the output `url` is null otherwise.
    """

    images: Literal["all"] | tuple[str, ...]
    load_balancer: bool
    serves_pages: bool
    reaches_pods: bool = True
    gpu_driver: bool = True
    gpu_device_plugin: bool = True

    def runs(self, *images: str) -> bool:
        """Whether a pod of these images runs its programs, so that what they do is done.

        Where it does not, charts of other projects are not installed: their API types are all that has an
        effect. Without any image: whether every pod runs.
        """
        return self.images == "all" or (bool(images) and set(images) <= set(self.images))

    def answers(self, *images: str) -> bool:
        """Whether the API server gets an answer from webhooks in a pod of these images.

        Where it does not, registering one would block every object that it selects.
        """
        return self.reaches_pods and self.runs(*images)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A Kubernetes cluster with its provider, from whichever cloud or machine.

    Attributes:
        provider: talks to the cluster. It waits for all without which objects could not be made or, later,
            removed (nodes, drivers of volumes, the load balancer's controller): every object waits for it.
        storage_class: the default class, for volumes of one node (ReadWriteOnce).
        shared_storage_class: the class of volumes that many nodes write (ReadWriteMany); None without one.
        cloud: what else the cloud's account gives; None for clusters that belong to no cloud.
        images: what the cluster itself makes the nodes, or this machine, pull.
        objects_deleted_with: where the cluster goes, its objects go with it: set for clusters on this machine
            only. On a cloud, skipping the deletion of objects would leak their load balancers and disks.
    """

    name: str
    kubeconfig: pulumi.Output[str]
    provider: k8s.Provider
    node_pools: tuple[NodePool, ...]
    storage_class: str
    capabilities: Capabilities
    shared_storage_class: str | None = None
    cloud: AwsCloud | GcpCloud | AzureCloud | None = None
    objects_deleted_with: pulumi.Resource | None = None
    images: tuple[str, ...] = ()
