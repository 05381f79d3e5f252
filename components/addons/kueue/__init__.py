"""Kueue, as an add-on of the cluster."""

from .component import Kueue, KueueArgs
from .settings import KueueSettings

__all__ = ["Kueue", "KueueArgs", "KueueSettings"]
