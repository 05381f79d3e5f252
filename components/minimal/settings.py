"""Settings of a platform for one person, and what they mean for all other settings."""

from pydantic import Field

from ..kube.settings import Compute, Placement, ProgramSettings
from ..settings_base import EmailAddress, Settings


class MinimalSettings(Settings):
    """One person's platform: no mesh, no login, and no way in but a forwarded port of this machine."""

    user: EmailAddress = Field(
        description="Whom every request is taken to come from: whoever may forward a port of the proxy."
    )
    port: int = Field(
        default=8080, ge=1024, le=65535, description="Port of the proxy, on the loopback of its own pod."
    )
    proxy: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="Envoy, which stands where the gateway stands otherwise.",
    )
    placement: Placement = Field(default=Placement(), description="Which nodes the proxy may run on.")
