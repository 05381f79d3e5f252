"""Settings of Knative."""

from pydantic import Field

from ...kube.settings import Compute
from ...settings_base import Settings


class LocalGatewaySettings(Settings):
    """The gateway for requests between services of the cluster."""

    requests: Compute = Field(
        default=Compute(cpu="50m", memory="128Mi"), description="What each pod reserves."
    )
    limits: Compute = Field(default=Compute(cpu="2", memory="1Gi"), description="What each may use at most.")
    max_replicas: int = Field(
        default=5, ge=1, le=100, description="Pods under load; at rest as many as addons.replicas."
    )


class KnativeSettings(Settings):
    """Knative Serving, for inference services that are scaled to zero (serving's mode `Knative`)."""

    enabled: bool = Field(default=False, description="Whether it is installed.")
    operator: Compute = Field(
        default=Compute(cpu="100m", memory="128Mi"), description="What the operator's pods reserve each."
    )
    local_gateway: LocalGatewaySettings = Field(
        default=LocalGatewaySettings(), description="The gateway inside the cluster."
    )
