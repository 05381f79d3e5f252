"""A cluster that is already there."""

from .settings import ExistingSettings

__all__ = ["ExistingSettings"]
