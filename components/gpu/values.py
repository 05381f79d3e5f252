"""Values of NVIDIA's charts.

Sources: deployments/helm/nvidia-device-plugin of NVIDIA/k8s-device-plugin v0.19, deployment of
NVIDIA/dcgm-exporter 4.8, deployments/gpu-operator of NVIDIA/gpu-operator v26.3.
"""

from collections.abc import Sequence
from typing import Any

from ..charts import ChartScope, Values, resources
from ..contracts import NodePool
from ..kube.placement import tolerated
from .settings import GpuSettings
from .sharing import WHOLE, configuration, shape, shapes, sharing_of

OPERATOR_CONFIG = "device-plugin-configs"


def on_nodes_of(pools: Sequence[NodePool]) -> dict[str, Any]:
    """Affinity to the nodes of pools, whichever of them, and tolerations of all their taints."""
    terms = [
        {
            "matchExpressions": [
                {"key": key, "operator": "In", "values": [value]} for key, value in pool.labels.items()
            ]
        }
        for pool in pools
    ]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {"affinity": {"nodeAffinity": required}, "tolerations": tolerations(pools)}


def tolerations(pools: Sequence[NodePool]) -> list[dict[str, Any]]:
    """Tolerations of all taints of pools, each once."""
    found = [dict(one) for pool in pools for one in tolerated(pool)]
    return [one for index, one in enumerate(found) if one not in found[:index]]


def plugin_values(
    settings: GpuSettings, pools: Sequence[NodePool], *, name: str, discovered: Sequence[NodePool]
) -> Values:
    """The device plugin of pools that share their devices in one way.

    `discovered` are the pools whose nodes' features this release discovers, for itself and the others.
    """
    sharing = sharing_of(pools[0])
    config = shape(sharing)
    return {
        "fullnameOverride": name,
        "config": {"map": {config: configuration(sharing)}, "default": config},
        "gfd": {"enabled": True},
        "nfd": {"enabled": bool(discovered), **({"worker": on_nodes_of(discovered)} if discovered else {})},
        "resources": resources(settings.plugin),
        **on_nodes_of(pools),
    }


def exporter_values(settings: GpuSettings, pools: Sequence[NodePool], *, scraped: bool) -> Values:
    """The exporter of measurements."""
    return {
        "serviceMonitor": {"enabled": scraped},
        # What is set is the reservation: the chart's own limit of memory stays, which has to be no less.
        "resources": {"requests": resources(settings.exporter)["requests"], "limits": {"memory": "1Gi"}},
        **on_nodes_of(pools),
    }


def operator_values(
    settings: GpuSettings,
    pools: Sequence[NodePool],
    scope: ChartScope,
    *,
    driver: bool,
    cuts: bool,
    scraped: bool,
) -> Values:
    """The GPU operator.

    `driver`: whether nodes have the driver, and then the container toolkit too; `cuts`: whether it has to cut
    devices; `scraped`: whether Prometheus is there.
    """
    tolerates = tolerations(pools)
    return {
        # Types follow the chart's version by themselves; these would be hooks of Helm's.
        "operator": {"upgradeCRD": False, "cleanupCRD": False, "tolerations": scope.placement["tolerations"]},
        "driver": {"enabled": not driver},
        "toolkit": {"enabled": not driver},
        "mig": {"strategy": "mixed"},
        "migManager": {"enabled": cuts},
        "devicePlugin": {"config": _operator_config(pools), "resources": resources(settings.plugin)},
        "dcgmExporter": {"enabled": settings.monitoring, "serviceMonitor": {"enabled": scraped}},
        "daemonsets": {"tolerations": tolerates},
        "node-feature-discovery": {"worker": on_nodes_of(pools)},
        # Virtual machines and confidential computing have no place in Kubeflow.
        **{name: {"enabled": False} for name in _UNUSED},
    }


_UNUSED = (
    "ccManager",
    "kataSandboxDevicePlugin",
    "sandboxDevicePlugin",
    "vfioManager",
    "vgpuDeviceManager",
)


def _operator_config(pools: Sequence[NodePool]) -> dict[str, Any]:
    """A configuration for each way of sharing, by the name that labels of nodes give; and the default."""
    found = {name: configuration(sharing_of(some[0])) for name, some in shapes(pools).items()}
    # Partitions are found by the strategy `mixed`, which the operator gives all nodes: they need no label.
    sharing = [name for name in found if name not in (WHOLE, "mig")]
    data = {WHOLE: _WHOLE_OR_CUT, **{name: found[name] for name in sharing}}
    default = sharing[0] if len(found) == 1 and sharing else WHOLE
    return {"create": True, "name": OPERATOR_CONFIG, "default": default, "data": data}


_WHOLE_OR_CUT = "version: v1\nflags:\n  migStrategy: mixed\n"
