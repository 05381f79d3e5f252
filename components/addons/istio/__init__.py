"""The Istio service mesh, as an add-on of the cluster."""

from .component import Istio, IstioArgs
from .settings import IstioSettings
from .values import ExternalAuthorization

__all__ = ["ExternalAuthorization", "Istio", "IstioArgs", "IstioSettings"]
