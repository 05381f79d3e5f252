"""Settings of the Prometheus stack."""

from pydantic import Field

from ...kube.settings import Compute, Quantity
from ...settings_base import Settings


class PrometheusSettings(Settings):
    """Prometheus with its operator, Alertmanager, node exporter and kube-state-metrics."""

    enabled: bool = Field(default=False, description="Whether it is installed.")
    requests: Compute = Field(
        default=Compute(cpu="500m", memory="2Gi"), description="What each Prometheus pod reserves."
    )
    retention: str = Field(
        default="15d", pattern=r"^[1-9][0-9]*[hdwy]$", description="How long metrics are kept: 15d, 6w."
    )
    storage: Quantity = Field(default="50Gi", description="Volume of each Prometheus pod.")
    storage_class: str | None = Field(
        default=None, description="Class of the volume; the cluster's default class if not given."
    )
    alertmanager: bool = Field(default=True, description="Whether alerts are gathered and sent on.")
