"""The Istio service mesh, as an add-on of the cluster."""

from .component import Istio, IstioArgs

__all__ = ["Istio", "IstioArgs"]
