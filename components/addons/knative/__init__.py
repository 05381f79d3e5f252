"""Knative Serving, as an add-on of the cluster."""

from .component import Knative, KnativeArgs
from .settings import KnativeSettings

__all__ = ["Knative", "KnativeArgs", "KnativeSettings"]
