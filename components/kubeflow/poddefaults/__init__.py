"""PodDefaults: what a team adds to the pods that carry a label."""

from .component import PodDefaults, PodDefaultsArgs
from .settings import PodDefaultsSettings

__all__ = ["PodDefaults", "PodDefaultsArgs", "PodDefaultsSettings"]
