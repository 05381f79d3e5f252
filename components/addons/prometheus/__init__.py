"""The Prometheus stack, as an add-on of the cluster."""

from .component import Prometheus, PrometheusArgs
from .settings import PrometheusSettings

__all__ = ["Prometheus", "PrometheusArgs", "PrometheusSettings"]
