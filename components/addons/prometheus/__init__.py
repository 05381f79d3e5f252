"""The Prometheus stack, as an add-on of the cluster."""

from .component import PODS, Prometheus, PrometheusArgs
from .settings import PrometheusSettings

__all__ = ["PODS", "Prometheus", "PrometheusArgs", "PrometheusSettings"]
