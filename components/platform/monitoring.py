"""Monitors and dashboards of what a stack declares."""

from ..gpu.sharing import nvidia_pools
from ..monitoring import Monitoring, MonitoringArgs, MonitoringSettings
from .ground import Ground


def deploy_monitoring(settings: MonitoringSettings, ground: Ground) -> None:
    """Declare them, where the stack wants some."""
    if not (settings.monitors or settings.dashboards):
        return
    names = ground.namespaces
    programs = dict.fromkeys((names.kubeflow_name, names.system_name, *ground.offers["identity"].namespaces))
    Monitoring(
        "monitoring",
        MonitoringArgs(
            settings=settings,
            namespaces=names,
            programs=tuple(programs),
            devices=bool(nvidia_pools(ground.cluster.node_pools)),
            ready=ground.addons.monitoring,
        ),
        ground.opts,
    )
