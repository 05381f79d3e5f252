"""Pods that stand in for those which the cloud and the charts bring, and which do not render here.

Each reserves what the real one does: what the stack's settings say, or what system_pods.yaml knows. They have
the real ones' placement, and the priority of those that Kubernetes itself runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from components.addons import AddonsSettings
from components.clusters.azure.settings import AzureSettings
from components.clusters.choice import ClusterSettings
from components.contracts import AwsCloud, AzureCloud, Capabilities, GcpCloud, NodePool
from components.gpu.settings import GpuSettings
from components.gpu.support import Devices, needed
from components.kube.placement import placed
from components.kube.quantity import mebibytes, millicores
from components.kube.settings import Compute
from components.platform_settings import PlatformSettings
from simulator.cluster.api import Object

NAMESPACE = "slipway-rehearsal"
STAND_IN = "slipway.dev/stand-in"
"""The label of every pod that stands in for another; its value is `cloud` or `charts`."""

_TABLE = Path(__file__).with_name("system_pods.yaml")
_EVERYTHING = [{"operator": "Exists"}]
_GPU_NODES = {"nvidia.com/gpu.present": "true"}
_IMAGE = "stand-in"
_CLOUDS = {"aws": AwsCloud, "gcp": GcpCloud, "azure": AzureCloud}


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """Pods of one kind.

    Attributes:
        of: whether the cloud brings them, or a chart.
        replicas: how many there are; None: one on every node that `selector` selects.
        cpu, memory: millicores and MiB of one pod.
    """

    name: str
    of: Literal["cloud", "charts"]
    replicas: int | None
    cpu: int
    memory: int
    selector: Mapping[str, str] = field(default_factory=dict[str, str])
    tolerations: Sequence[Mapping[str, Any]] = ()

    def manifest(self) -> Object:
        """The workload."""
        labels = {"app": self.name, STAND_IN: self.of, "sidecar.istio.io/inject": "false"}
        everywhere = self.replicas is None
        spec: Object = {
            "selector": {"matchLabels": {"app": self.name}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "automountServiceAccountToken": False,
                    **({"priorityClassName": priority} if (priority := self._priority()) else {}),
                    "nodeSelector": {"kubernetes.io/os": "linux", **self.selector},
                    "tolerations": _EVERYTHING if everywhere else [dict(one) for one in self.tolerations],
                    "containers": [
                        {
                            "name": "pod",
                            "image": _IMAGE,
                            "resources": {"requests": {"cpu": f"{self.cpu}m", "memory": f"{self.memory}Mi"}},
                        }
                    ],
                },
            },
        }
        if not everywhere:
            spec["replicas"] = self.replicas
        return {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet" if everywhere else "Deployment",
            "metadata": {"name": self.name, "namespace": NAMESPACE, "labels": labels},
            "spec": spec,
        }

    def _priority(self) -> str:
        if self.replicas is None:
            return "system-node-critical"
        return "system-cluster-critical" if self.of == "cloud" else ""


def stand_ins(settings: PlatformSettings, pools: Sequence[NodePool]) -> list[StandIn]:
    """Return every pod of the cloud and of the charts that a stack has."""
    return [*_of_cloud(settings.cluster), *_of_charts(settings, pools)]


def _of_cloud(cluster: ClusterSettings) -> Iterator[StandIn]:
    table = _table()
    if cluster.provider not in table:
        return
    efa = _efa(cluster)
    for name, row in _rows(cluster.provider):
        if row.get("nodes") == "efa" and not efa:
            continue
        for pool in efa if row.get("nodes") == "efa" else [None]:
            yield StandIn(
                name=f"{name}-{pool}" if pool else name,
                of="cloud",
                replicas=row.get("replicas"),
                cpu=row["cpu"],
                memory=row["memory"],
                selector={"slipway.dev/pool": pool} if pool else _selector(row),
                tolerations=[{"key": "CriticalAddonsOnly", "operator": "Exists"}],
            )


def _efa(cluster: ClusterSettings) -> list[str]:
    return [pool.name for pool in cluster.node_pools if getattr(pool, "efa", False)]


def _of_charts(settings: PlatformSettings, pools: Sequence[NodePool]) -> Iterator[StandIn]:
    make = _Charts(settings.addons, pools)
    yield from make.always()
    yield from make.options()
    yield from make.gpu(_devices(settings.cluster, pools), settings.gpu)


class _Charts:
    """The pods of charts, with the replicas and the placement that all charts of a stack share."""

    def __init__(self, settings: AddonsSettings, pools: Sequence[NodePool]) -> None:
        self._settings = settings
        self._placed = placed(settings.placement, pools)

    def always(self) -> Iterator[StandIn]:
        """cert-manager, and Istio where there is a mesh."""
        certificates, istio = self._settings.cert_manager, self._settings.istio
        yield self._program("cert-manager", certificates.controller)
        yield self._program("cert-manager-webhook", certificates.webhook)
        yield self._program("cert-manager-cainjector", certificates.cainjector)
        if not istio.enabled:
            return
        yield self._program("istiod", istio.control_plane)
        yield self._program("istio-ingressgateway", istio.gateway.requests)
        yield from self._listed("istioCni")

    def options(self) -> Iterator[StandIn]:
        """The add-ons that may be on."""
        settings = self._settings
        if settings.knative.enabled:
            yield self._program("knative-operator", settings.knative.operator, replicas=1)
            yield self._program("operator-webhook", settings.knative.operator, replicas=1)
            yield self._program("cluster-local-gateway", settings.knative.local_gateway.requests)
            yield from self._listed("knative", prefix="knative-", sidecar=settings.istio.sidecar)
        if settings.kueue.enabled:
            yield self._program("kueue-controller-manager", settings.kueue.requests)
        if settings.kuberay.enabled:
            yield self._program("kuberay-operator", settings.kuberay.requests, replicas=1)
        if settings.prometheus.enabled:
            yield self._program("prometheus", settings.prometheus.requests)
            if settings.prometheus.alertmanager:
                yield from self._listed("alertmanager")

    def gpu(self, devices: Devices, settings: GpuSettings) -> Iterator[StandIn]:
        """GPU support, on the nodes that have devices."""
        support = needed(devices, settings)
        if support == "none":
            return
        yield from self._listed("featureDiscovery")
        if support == "operator":
            yield from self._listed("gpuOperator")
        yield self._on_gpus("nvidia-device-plugin", settings.plugin)
        yield self._on_gpus("gpu-feature-discovery", settings.plugin)
        if settings.monitoring:
            yield self._on_gpus("dcgm-exporter", settings.exporter)

    def _program(self, name: str, asks: Compute, replicas: int | None = None) -> StandIn:
        return StandIn(
            name=name,
            of="charts",
            replicas=self._settings.replicas if replicas is None else replicas,
            cpu=_millicores(asks),
            memory=_mebibytes(asks),
            selector=self._placed.node_selector,
            tolerations=[dict(one) for one in self._placed.tolerations],
        )

    def _listed(self, chart: str, *, prefix: str = "", sidecar: Compute | None = None) -> Iterator[StandIn]:
        for name, row in _rows(chart):
            replicas = row.get("replicas")
            yield StandIn(
                name=f"{prefix}{name}",
                of="charts",
                replicas=self._settings.replicas if replicas == "scope" else replicas,
                cpu=row["cpu"] + (_millicores(sidecar) if sidecar else 0),
                memory=row["memory"] + (_mebibytes(sidecar) if sidecar else 0),
                selector=_selector(row) or (self._placed.node_selector if replicas else {}),
                tolerations=[dict(one) for one in self._placed.tolerations],
            )

    def _on_gpus(self, name: str, asks: Compute) -> StandIn:
        return StandIn(
            name=name,
            of="charts",
            replicas=None,
            cpu=_millicores(asks),
            memory=_mebibytes(asks),
            selector=_GPU_NODES,
        )


def _devices(cluster: ClusterSettings, pools: Sequence[NodePool]) -> Devices:
    """The devices of a cloud's nodes, and what its clusters can do about them."""
    own = isinstance(cluster, AzureSettings)
    can = Capabilities(
        images="all",
        load_balancer=True,
        serves_pages=True,
        gpu_driver=cluster.gpu_driver == "install" if own else True,
        gpu_device_plugin=cluster.provider not in ("aws", "azure"),
    )
    return Devices.among(pools, can, _CLOUDS.get(cluster.provider))


def _millicores(asks: Compute) -> int:
    return millicores(asks.cpu) if asks.cpu else 0


def _mebibytes(asks: Compute) -> int:
    return mebibytes(asks.memory) if asks.memory else 0


def _selector(row: Mapping[str, Any]) -> Mapping[str, str]:
    return _GPU_NODES if row.get("nodes") == "gpu" else {}


def _table() -> Mapping[str, Any]:
    return yaml.safe_load(_TABLE.read_text(encoding="utf-8"))


def _rows(section: str) -> list[tuple[str, Mapping[str, Any]]]:
    rows: Mapping[str, Mapping[str, Any]] = _table()[section]["pods"]
    return list(rows.items())
