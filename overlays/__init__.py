"""Overlays: named sets of settings, below a stack's own, and of patches for what no setting reaches.

Each is a folder with `overlay.yaml`; docs/overlays.md says how they are merged and applied.
"""

from .layers import Layer, Layered, Origin
from .reading import available, read
from .stack import applied, layered

__all__ = ["Layer", "Layered", "Origin", "applied", "available", "layered", "read"]
