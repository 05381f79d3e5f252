"""cert-manager, as an add-on of the cluster."""

from .component import CertManager, CertManagerArgs
from .settings import CertManagerSettings

__all__ = ["CertManager", "CertManagerArgs", "CertManagerSettings"]
