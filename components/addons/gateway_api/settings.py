"""Settings of the Gateway API's types."""

from pydantic import Field

from ...settings_base import Settings


class GatewayApiTypesSettings(Settings):
    """The types of gateway.networking.k8s.io, by which models are reached from outside over HTTPS."""

    enabled: bool | None = Field(
        default=None,
        description="Whether routes of the Gateway API can be made. Unset: where serving makes some.",
    )
    present: bool = Field(
        default=False,
        description="Whether the cluster has the types already, as GKE may bring them; then none are "
        "installed. Allowed: the standard channel, 1.4 or later.",
    )
