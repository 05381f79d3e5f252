"""What components hand to each other.

Every component takes contracts and offers one; no component imports another. A contract is a frozen
dataclass: plain values where they are known while the program runs, Outputs where only the engine knows.
`ready` is one leaf resource to wait for where no value flows; it is never a component with children, since
Pulumi writes a dependency on a component as one on each of its children, into the state of every dependent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi
import pulumi_kubernetes as k8s

TaintEffect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


@dataclass(frozen=True, kw_only=True)
class Taint:
    """A Kubernetes taint of a node pool (core/v1 Taint)."""

    key: str
    value: str = ""
    effect: TaintEffect = "NoSchedule"


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """The accelerators of one node: `count` devices of `model`, counted by the scheduler as `resource`."""

    model: str
    count: int
    resource: str = "nvidia.com/gpu"


@dataclass(frozen=True, kw_only=True)
class NodePool:
    """Nodes of one shape, as components see them.

    `cpu` and `memory` are Kubernetes quantities of one node; `min_nodes` and `max_nodes` are equal where
    nothing scales the pool. `labels` hold those that select the pool, `taints` what a pod has to tolerate.
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


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a cluster can do, so that no component has to ask which cluster it is.

    Attributes:
        admission_webhooks: the API server reaches webhooks that run in pods. Where it cannot, registering
            one would block every object that it selects.
        charts: pods run their images, so that other projects' charts may be installed. Where they do not,
            an add-on installs its API types only.
        load_balancer: a Service of type LoadBalancer gets an address.
        serves_pages: a browser can reach what runs in the cluster; the output `url` is null otherwise.
    """

    admission_webhooks: bool
    charts: bool
    load_balancer: bool
    serves_pages: bool


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A Kubernetes cluster with its provider, from whichever cloud or machine."""

    name: str
    kubeconfig: pulumi.Output[str]
    provider: k8s.Provider
    node_pools: tuple[NodePool, ...]
    storage_class: str
    capabilities: Capabilities
    # Where the cluster goes, its objects go with it: set for clusters on this machine only. On a cloud,
    # skipping the deletion of objects would leak their load balancers and disks.
    objects_deleted_with: pulumi.Resource | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateAuthority:
    """cert-manager: the leaf after which certificates can be asked for."""

    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class MeshAddon:
    """Istio itself: its namespace, its gateway's pods, and the leaf after which its types can be used."""

    namespace: str
    gateway_selector: Mapping[str, str]
    gateway_service_account: str
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """The way in: what a route attaches to, and which requests came through it.

    Attributes:
        gateway: `namespace/name` of the Gateway that routes attach to.
        gateway_principal: SPIFFE principal of the gateway's pods, allowed by authorization policies.
        cluster_domain: DNS suffix of Services, without a leading dot.
    """

    namespace: str
    gateway: str
    gateway_principal: str
    cluster_domain: str
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class UserIdentity:
    """How a request names its user: the header, and what stands before the address in it."""

    header: str
    prefix: str
    groups_header: str
    logout_path: str


@dataclass(frozen=True, kw_only=True)
class Namespaces:
    """Kubeflow's own namespaces. Their names are Outputs, so that what lives there comes after them."""

    kubeflow: pulumi.Output[str]
    kubeflow_name: str
    system: pulumi.Output[str]
    system_name: str


@dataclass(frozen=True, kw_only=True)
class AccessManagement:
    """Access management (KFAM): which people belong to which team's namespace.

    Attributes:
        host, port: its address, plain HTTP. The mesh lets the dashboard's service account call it.
        registration_flow: whether people may create a profile of their own.
        profile_type: the API type Profile; a Profile has to come after it.
        ready: the controller that makes a namespace of each Profile.
    """

    host: str
    port: int
    registration_flow: bool
    profile_type: pulumi.Resource
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class Database:
    """A SQL database and the Secret, in the namespace of whoever uses it, that opens it.

    Attributes:
        host, port: its address as pods reach it.
        name: the database (schema) that belongs to the user of this contract.
        secret: name of the Secret with user name and password, under `user_key` and `password_key`.
        tls: whether connections must be encrypted.
        revision: no secret, and another text when the password is another: in the annotations of a pod it
            restarts what reads the Secret as environment.
        ready: the leaf after which it answers.
    """

    engine: Literal["mysql", "postgresql"]
    host: str
    port: int
    name: str
    secret: pulumi.Output[str]
    user_key: str
    password_key: str
    ready: pulumi.Resource
    revision: pulumi.Input[str] = ""
    tls: bool = False


@dataclass(frozen=True, kw_only=True)
class ObjectStore:
    """A bucket behind the S3 protocol, and the keys that open it.

    Attributes:
        host, port, secure: its address as pods reach it; `secure` means HTTPS.
        secret: name of a Secret in Kubeflow's namespace with both keys under the two names given.
        access_key, secret_key: the keys themselves (secret Outputs), for Secrets in other namespaces.
        revision: no secret, and another text when the keys are others.
        ready: the leaf after which it answers.
    """

    host: str
    port: int
    secure: bool
    region: str
    bucket: str
    secret: pulumi.Output[str]
    access_key_name: str
    secret_key_name: str
    access_key: pulumi.Output[str]
    secret_key: pulumi.Output[str]
    ready: pulumi.Resource
    revision: pulumi.Input[str] = ""


@dataclass(frozen=True, kw_only=True)
class PipelinesService:
    """Kubeflow Pipelines, as the namespaces of teams see it.

    Attributes:
        host, port: the API over HTTP. Programs in teams' namespaces show it a token of their service account.
        metadata_host, metadata_port: ML Metadata over gRPC.
        ready: the leaf after which the API answers.
    """

    host: str
    port: int
    metadata_host: str
    metadata_port: int
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One entry of the dashboard.

    Attributes:
        kind: where it is shown: the side menu, the quick links of the home page, or the documentation list.
        text: what the user reads.
        link: path below the dashboard's own origin, or an absolute address for documentation. In the menu
            `{ns}` stands for the namespace that the user has chosen.
        icon: name of an icon of the dashboard's icon set (menu only; one in a section has none).
        description: second line (quick links and documentation only).
        order: lower ones come first; equal ones stay in the order in which they were given.
        section: heading under which entries of the menu are folded together; empty for one of its own.
        section_icon: icon of that heading, the same in all entries of a section.
    """

    kind: Literal["menu", "quick", "documentation"]
    text: str
    link: str
    icon: str = ""
    description: str = ""
    order: int = 100
    section: str = ""
    section_icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What one workload asks of the cluster, all replicas together.

    Attributes:
        cpu: millicores. memory: MiB. disk: GiB of persistent volumes. gpu: devices.
    """

    cpu: int = 0
    memory: int = 0
    disk: int = 0
    gpu: int = 0

    def __add__(self, other: "Request") -> "Request":
        return Request(
            cpu=self.cpu + other.cpu,
            memory=self.memory + other.memory,
            disk=self.disk + other.disk,
            gpu=self.gpu + other.gpu,
        )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What every component tells the platform about itself, for the outputs and the dashboard."""

    menu: tuple[MenuItem, ...] = ()
    images: tuple[str, ...] = ()
    request: Request = field(default_factory=Request)
    namespaces: tuple[str, ...] = ("kubeflow",)

    def __add__(self, other: "Offer") -> "Offer":
        return Offer(
            menu=self.menu + other.menu,
            images=tuple(dict.fromkeys(self.images + other.images)),
            request=self.request + other.request,
            namespaces=tuple(dict.fromkeys(self.namespaces + other.namespaces)),
        )
