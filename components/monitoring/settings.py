"""Settings of monitors and dashboards."""

from pydantic import Field

from ..settings_base import Settings


class MonitoringSettings(Settings):
    """What Prometheus and Grafana are told of the platform's programs and of GPUs."""

    monitors: bool = Field(
        default=False,
        description="Whether Prometheus scrapes the programs of the platform: a PodMonitor for those that "
        "show their metrics to everybody, a ServiceMonitor for those that ask who reads. Needs "
        "addons.prometheus.",
    )
    dashboards: bool = Field(
        default=False,
        description="Whether there are dashboards of the platform and of its GPUs, as ConfigMaps that the "
        "sidecar of a Grafana finds by their label.",
    )
    dashboard_label: str = Field(
        default="grafana_dashboard",
        pattern=r"^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$",
        description="The label by which Grafana's sidecar finds dashboards.",
    )
