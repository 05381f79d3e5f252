"""What live pods run: a table from images to programs, how each is had, and the registry that serves them.

On a live cluster (simulator/node) the pods whose images stand in the table run for real. No image is pulled
from outside: the table says which program an image holds, the program is built or installed once into the
cache, and a registry on the node serves an image that is little more than links to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from simulator.programs import catalog
from simulator.programs.model import Image
from simulator.programs.store import Store
from simulator.tools import ToolError

__all__ = ["Image", "Store", "images", "needs", "obtain", "projects"]


def projects() -> tuple[str, ...]:
    """Return the names of all projects of the table."""
    return tuple(catalog.projects())


def needs() -> Mapping[str, tuple[str, ...]]:
    """Return by project the others that have to run where it runs."""
    return catalog.needs()


def images(chosen: Collection[str] | None = None) -> Mapping[str, Image]:
    """Return the table, or the part that belongs to the named projects: by the image as it is deployed.

    Raises ToolError for a project that the table does not have.
    """
    known = catalog.projects()
    if unknown := sorted(set(chosen or ()) - known.keys()):
        raise ToolError(f"unknown project {', '.join(unknown)}: allowed are {', '.join(known)}")
    names = known if chosen is None else [name for name in known if name in chosen]
    return {image.image: image for name in names for image in known[name]}


def obtain(chosen: Collection[str] | None = None, *, report: Callable[[str], None] | None = None) -> Store:
    """Build or install the programs that are missing, of the named projects or of all.

    Raises ToolError, whose message is ready for the user, where one cannot be had.
    """
    from simulator.programs.installing import install  # noqa: PLC0415 (not needed to read the table)

    store = Store.default()
    install(images(chosen).values(), store, report)
    return store
