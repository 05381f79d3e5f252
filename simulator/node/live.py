"""What a cluster with a live node is asked to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Live:
    """A live node that runs the images of these projects of the table in simulator/programs."""

    projects: tuple[str, ...]
