"""Settings of cert-manager."""

from pydantic import Field

from ...kube.settings import Compute
from ...settings_base import Settings


class CertManagerSettings(Settings):
    """cert-manager: controller, webhook, and what writes CAs into webhook configurations (cainjector)."""

    controller: Compute = Field(
        default=Compute(cpu="20m", memory="128Mi"), description="What each controller pod reserves."
    )
    webhook: Compute = Field(
        default=Compute(cpu="10m", memory="64Mi"), description="What each webhook pod reserves."
    )
    cainjector: Compute = Field(
        default=Compute(cpu="10m", memory="128Mi"), description="What each cainjector pod reserves."
    )
    service_account_annotations: dict[str, str] = Field(
        default={},
        description="Annotations of the controller's service account: the cloud identity that answers an "
        "ACME server's DNS challenge.",
    )
