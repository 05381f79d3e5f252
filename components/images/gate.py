"""The gate at preview: images that a stack would pull and may not, or that its nodes could not run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

from ..contracts import NodePool
from ..kube.image import Reference
from ..kube.pulling import ImageSource
from ..settings_base import Settings
from .lock import Lock
from .settings import ImagesSettings

_SHOWN = 4
"""How many images one line names: a component has dozens."""


def problems(
    settings: ImagesSettings,
    images: Mapping[str, Sequence[str]],
    *,
    source: ImageSource,
    pools: Sequence[NodePool],
    lock: Lock | None = None,
    keys: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """What is wrong with the images of a stack, each as one sentence.

    `images` are the names by which they are pulled, by component; `keys` the settings that name some of them,
    by the name that stands there.
    """

    def listed(wrong: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        for component, names in images.items():
            found = [name for name in dict.fromkeys(names) if wrong(name)]
            if found:
                yield component, _named(found, source, keys or {})

    if places := settings.allowed_registries:
        for component, named in listed(lambda name: not _within(name, places)):
            yield (
                f"slipway:images.allowedRegistries: found {named}, which {component} pulls; allowed: "
                f"{', '.join(places)}. Set slipway:images.mirror, or the component's own image, or "
                "switch off what needs it"
            )
    if lock is None:
        return
    known = lock.images
    for component, named in listed(lambda name: _original(name, source) not in known):
        yield (
            f"slipway:images.lock: {settings.lock} has no entry for {named}, which {component} pulls; "
            "`make images` asks the registry anew"
        )
    for architecture, pool in _open_architectures(pools).items():

        def lacks(name: str, architecture: str = architecture) -> bool:
            locked = known.get(_original(name, source))
            return locked is not None and architecture not in locked.architectures

        for component, named in listed(lacks):
            yield (
                f"slipway:cluster.nodePools: found '{pool}' with architecture {architecture}, for which "
                f"there is no {named} of {component} (slipway:images.lock); allowed: another image, or a "
                "taint on the pool, so that only pods that tolerate it run there"
            )


def named_by(settings: Settings, path: str = "") -> dict[str, str]:
    """The keys of settings by their values, where these are texts: of several with one value the first."""
    found: dict[str, str] = {}
    for name, field in type(settings).model_fields.items():
        for text, key in _texts(getattr(settings, name), f"{path}{field.alias or name}"):
            found.setdefault(text, key)
    return found


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield value, path
        case Settings():
            yield from named_by(value, f"{path}.").items()
        case Mapping():
            for key, one in cast("Mapping[str, object]", value).items():
                yield from _texts(one, f"{path}.{key}")
        case list() | tuple():
            for index, one in enumerate(cast("Sequence[object]", value)):
                yield from _texts(one, f"{path}[{index}]")
        case _:
            pass


def _within(image: str, places: Sequence[str]) -> bool:
    repository = Reference.of(image).repository
    return any(f"{repository}/".startswith(f"{place}/") for place in places)


def _original(name: str, source: ImageSource) -> str:
    return source.originals.get(name, name)


def _named(found: Sequence[str], source: ImageSource, keys: Mapping[str, str]) -> str:
    shown: list[str] = []
    for name in found[:_SHOWN]:
        key = keys.get(_original(name, source))
        shown.append(f"'{name}'{f' (slipway:{key})' if key else ''}")
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{', '.join(shown)}{more}"


def _open_architectures(pools: Sequence[NodePool]) -> Mapping[str, str]:
    """A pool of each architecture on whose nodes pods land that tolerate nothing."""
    found: dict[str, str] = {}
    for pool in pools:
        if not any(taint.effect != "PreferNoSchedule" for taint in pool.taints):
            found.setdefault(pool.architecture, pool.name)
    return found
