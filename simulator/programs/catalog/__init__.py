"""The table: every image whose program can be had, one module for each project."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from simulator.programs.catalog import jobset
from simulator.programs.model import Image

_MODULES = (jobset,)


@cache
def table() -> Mapping[str, Image]:
    """Return what stands for each image, by the image as it is deployed."""
    return {image.image: image for module in _MODULES for image in module.IMAGES}
