"""cert-manager, as an add-on of the cluster."""

from .component import CertManager, CertManagerArgs

__all__ = ["CertManager", "CertManagerArgs"]
