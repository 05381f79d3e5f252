"""What kwokctl is told: binaries, ports, flags of each component, and how simulated objects behave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from simulator.cluster.layout import Layout, Record
from simulator.tools import Tools

LOOPBACK = "127.0.0.1"
STORAGE_CLASS = "standard"
PROVISIONER = "simulated.slipway.dev"
SERVICE_NETWORK = "10.96.0.0/16"
POD_NETWORK = "10.244.0.0/16"

_STAGES = Path(__file__).with_name("stages.yaml")

# Flags beyond those that kwokctl sets itself. The cluster is thrown away with its directory, so they trade
# what only a cluster with a future needs for speed on a small machine.
_FLAGS: dict[str, dict[str, str]] = {
    "etcd": {
        # Data survives the end of any process, for the page cache does; not the loss of power.
        "unsafe-no-fsync": "true",
        "snapshot-count": "100000",
    },
    "kube-apiserver": {
        "anonymous-auth": "false",
        "service-cluster-ip-range": SERVICE_NETWORK,
        # The endpoint of the Service `kubernetes`, which must not be a loopback address. Without it the API
        # server looks for a default route and does not start on a machine that has none. From RFC 5737.
        "advertise-address": "192.0.2.1",
        "profiling": "false",
    },
    "kube-controller-manager": {
        "leader-elect": "false",
        "service-cluster-ip-range": SERVICE_NETWORK,
        "profiling": "false",
        "concurrent-deployment-syncs": "20",
        "concurrent-replicaset-syncs": "20",
        "concurrent-statefulset-syncs": "20",
        "concurrent-job-syncs": "20",
        "concurrent-namespace-syncs": "20",
        "concurrent-serviceaccount-token-syncs": "20",
    },
    "kube-scheduler": {
        "leader-elect": "false",
        "profiling": "false",
    },
}
# A kwok controller that was killed still holds the leases of its nodes, for minutes, and its successor leaves
# their pods alone as long. Nodes report their status instead, as they did before there were leases.
_NO_LEASES = {"key": "node-lease-duration-seconds", "value": "0", "override": True}


@dataclass(frozen=True)
class Additions:
    """What a cluster has beyond every simulated one.

    Attributes:
        api_server: further flags of its API server, by name without dashes.
        stages: further KWOK stages.
    """

    api_server: Mapping[str, str] = field(default_factory=dict[str, str])
    stages: Sequence[Mapping[str, Any]] = ()


NOTHING = Additions()


def write(layout: Layout, record: Record, tools: Tools, additions: Additions = NOTHING) -> None:
    """Write the configuration that `kwokctl create cluster --config` reads."""
    text = _STAGES.read_text()
    kwokctl = _kwokctl(record, tools, additions.api_server)
    if record.live is not None:
        from simulator.node import integration  # noqa: PLC0415 (clusters without a live node do without)

        text = integration.stages(text, layout.directory)
        kwokctl = integration.kwokctl(kwokctl, layout)
    stages = [stage for stage in yaml.safe_load_all(text) if stage]
    documents = [kwokctl, _kwok(), *stages, *additions.stages]
    layout.configuration.write_text(yaml.safe_dump_all(documents, sort_keys=False))


def _kwokctl(record: Record, tools: Tools, api_server: Mapping[str, str]) -> dict[str, Any]:
    ports = record.ports
    flags = {**_FLAGS, "kube-apiserver": {**_FLAGS["kube-apiserver"], **api_server}}
    return {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokctlConfiguration",
        "options": {
            "runtime": "binary",
            "bindAddress": LOOPBACK,
            "etcdPort": ports["etcd"],
            "etcdPeerPort": ports["etcd-peer"],
            "kubeApiserverPort": ports["kube-apiserver"],
            "kubeControllerManagerPort": ports["kube-controller-manager"],
            "kubeSchedulerPort": ports["kube-scheduler"],
            "kwokControllerPort": ports["kwok-controller"],
            "etcdBinary": str(tools.path("etcd")),
            "kubeApiserverBinary": str(tools.path("kube-apiserver")),
            "kubeControllerManagerBinary": str(tools.path("kube-controller-manager")),
            "kubeSchedulerBinary": str(tools.path("kube-scheduler")),
            "kubectlBinary": str(tools.path("kubectl")),
            "kwokControllerBinary": str(tools.path("kwok")),
            "kubeAuthorization": True,
            "kubeAdmission": True,
            "disableQPSLimits": True,
        },
        "componentsPatches": [
            {"name": name, "extraArgs": [{"key": key, "value": value} for key, value in added.items()]}
            for name, added in flags.items()
        ]
        + [{"name": "kwok-controller", "extraArgs": [_NO_LEASES]}],
    }


def _kwok() -> dict[str, Any]:
    return {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokConfiguration",
        "options": {
            "cidr": POD_NETWORK,
            # A configuration that names one of these has to name all: kwok 0.8.0 then takes the rest as zero.
            "podPlayStageParallelism": 8,
            "nodePlayStageParallelism": 4,
            "nodeLeaseParallelism": 4,
            "podsOnNodeSyncParallelism": 1,
            "enablePodsOnNodeSyncListPager": False,
            "enableDebuggingHandlers": False,
        },
    }


def storage_class() -> dict[str, Any]:
    """The default StorageClass: the stages make a volume for each of its claims."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": STORAGE_CLASS,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": True,
    }


def csi_driver() -> dict[str, Any]:
    """The driver of the simulated volumes, so that nothing waits for one to be attached to a node."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSIDriver",
        "metadata": {"name": PROVISIONER},
        "spec": {"attachRequired": False, "podInfoOnMount": False, "storageCapacity": False},
    }
