"""The images of a stack: their list, their lock file, and the commands that copy them into a mirror."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from components.images import ImagesSettings, image_source
from components.images.lock import LockedImage
from components.project import project_folder
from components.settings_base import SettingsError

from .registry import Registry, RegistryError

_AT_ONCE = 8


def lock_file(stack: str, settings: ImagesSettings) -> Path:
    """The lock file of a stack: the one that it names, or that of its own name."""
    return project_folder() / (settings.lock or f"stacks/images.{stack}.lock.yaml")


def asked(images: Sequence[str], registry: Registry) -> dict[str, LockedImage]:
    """What the registries say of each image. Raises RegistryError, with a line for each that is not known."""

    def ask(image: str) -> LockedImage | str:
        try:
            return registry.ask(image)
        except RegistryError as error:
            return str(error)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(images, pool.map(ask, images), strict=True))
    if wrong := [answer for answer in answers.values() if isinstance(answer, str)]:
        raise RegistryError("\n".join(wrong))
    return {image: answer for image, answer in answers.items() if isinstance(answer, LockedImage)}


def written(stack: str, images: Mapping[str, LockedImage]) -> str:
    """The content of a lock file."""
    held = {
        name: {"digest": image.digest, "platforms": list(image.platforms)}
        for name, image in sorted(images.items())
    }
    head = f"# Digests and platforms as the registries gave them: `make images STACK={stack}` asks anew.\n"
    return head + yaml.safe_dump({"version": 1, "images": held}, sort_keys=False)


def copies(
    images: Sequence[str], settings: ImagesSettings, locked: Mapping[str, LockedImage]
) -> Iterator[tuple[str, str]]:
    """What to copy, by digest where it is locked, and where to. Raises SettingsError without a mirror."""
    if not (settings.mirror or settings.mirrors):
        raise SettingsError(
            "slipway:images.mirror: is missing, and there is nowhere to copy images to; set it to a place "
            "in a registry, such as registry.example.com/mirror"
        )
    source = image_source(settings.model_copy(update={"pull_secret": None}))
    for image in images:
        copy = source.pulled(image)
        if copy != image:
            pinned = f"{image}@{locked[image].digest}" if image in locked and "@" not in image else image
            yield pinned, copy
