"""Monitors by which Prometheus finds the platform's programs, and dashboards for a Grafana that is there.

Needs Kubeflow's namespaces and, for monitors, the Prometheus add-on. The GPUs' exporter has a monitor of its
chart's own. Offers nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import ConfigMap

from ..contracts import Namespaces
from ..kube.scope import Scope
from .dashboards import GPUS, PLATFORM, dashboard
from .monitors import annotated_pods, protected_services
from .settings import MonitoringSettings

API = "monitoring.coreos.com/v1"


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What there is to look at.

    Attributes:
        programs: names of the namespaces with programs of the platform.
        devices: whether there are NVIDIA's devices.
        ready: the leaf after which monitors can be declared; None without Prometheus.
    """

    settings: MonitoringSettings
    namespaces: Namespaces
    programs: Sequence[str]
    devices: bool
    ready: pulumi.Resource | None


class Monitoring(pulumi.ComponentResource):
    """Monitors and dashboards."""

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:monitoring:Monitoring", name, None, opts)
        scope = Scope(component="monitoring", parent=self, namespaces=args.namespaces)
        if args.settings.monitors and args.ready:
            _monitor(scope, "PodMonitor", "platform-pods", annotated_pods(args.programs), args.ready)
            _monitor(
                scope, "ServiceMonitor", "platform-services", protected_services(args.programs), args.ready
            )
        if args.settings.dashboards:
            label = args.settings.dashboard_label
            _dashboard(
                scope, "dashboard-platform", dashboard("slipway", "Kubeflow platform", PLATFORM), label
            )
            if args.devices:
                _dashboard(scope, "dashboard-gpus", dashboard("slipway-gpus", "GPUs", GPUS), label)
        self.register_outputs({})


def _monitor(scope: Scope, kind: str, name: str, spec: object, ready: pulumi.Resource) -> None:
    CustomResource(
        scope.unique(name),
        api_version=API,
        kind=kind,
        metadata=scope.metadata(name),
        spec=spec,
        opts=scope.options(ready),
    )


def _dashboard(scope: Scope, name: str, content: str, label: str) -> None:
    ConfigMap(
        scope.unique(name),
        metadata=scope.metadata(name, labels={label: "1"}),
        data={f"{name}.json": content},
        opts=scope.options(),
    )
