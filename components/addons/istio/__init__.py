"""The Istio service mesh, as an add-on of the cluster."""

from .component import Istio, IstioArgs
from .settings import IstioSettings

__all__ = ["Istio", "IstioArgs", "IstioSettings"]
