"""The images that components deploy themselves, apart from those of charts."""

from inspect import isclass

from components import versions
from components.kube.pulling import ImageSource
from components.versions import Charts

OWN_IMAGES = tuple(
    sorted(
        value
        for group in vars(versions).values()
        if isclass(group) and group is not Charts
        for name, value in vars(group).items()
        if name.isupper() and isinstance(value, str) and ":" in value
    )
)
"""All of them, as components/versions.py names them."""


def own_images(mirror: str | None = None) -> tuple[str, ...]:
    """By the names by which they are pulled where a stack has a mirror."""
    source = ImageSource(mirror=mirror or "")
    return tuple(source.pulled(image) for image in OWN_IMAGES)
