"""What a program changes about an object, field by field, and whether that needs a new object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

from simulator.kubernetes.config import Config
from simulator.kubernetes.values import objects
from simulator.kubernetes.values.equality import normalize, same
from simulator.kubernetes.values.immutable import forces_replacement
from simulator.kubernetes.values.objects import metadata, name_of, namespace_of
from simulator.kubernetes.values.paths import Path, covers, render
from simulator.kubernetes.values.wire import UNKNOWN, Object

__all__ = ["Change", "Difference", "compare", "takes_the_place"]

Change: TypeAlias = Literal["add", "delete", "update"]
_ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """The changed paths, and which of them cannot change in place."""

    changes: dict[str, Change] = field(default_factory=dict[str, Change])
    replaces: list[str] = field(default_factory=list[str])
    delete_first: bool = False


def compare(
    olds: Object,
    news: Object,
    live: Object,
    *,
    config: Config,
    namespaced: bool,
    patch: bool,
    ignored: list[Path],
) -> Difference:
    """Compare old inputs with new ones; `live` is the object as last seen."""
    old = _settled(normalize(olds), live, config, namespaced=namespaced)
    new = _settled(normalize(news), live, config, namespaced=namespaced)
    if name_of(news) or metadata(news).get("name") is UNKNOWN:
        old = _with(old, "name", name_of(live) or name_of(old))
    changes: dict[str, Change] = {}
    replaces: list[str] = []
    for path, change in _changes(old, new, ()):
        if any(covers(each, path) for each in ignored):
            continue
        shown = render(path)
        changes[shown] = change
        if forces_replacement(new, path, config, patch=patch) or (
            path == ("metadata",) and change == "delete"
        ):
            replaces.append(shown)
    return Difference(changes, replaces, bool(replaces) and takes_the_place(new, live))


def _settled(inputs: Object, live: Object, config: Config, *, namespaced: bool) -> Object:
    """Fill in the namespace that an object without one gets."""
    placed = {key: value for key, value in metadata(inputs).items() if key != "namespace"}
    if namespaced:
        given = metadata(inputs).get("namespace")
        placed["namespace"] = given or config.namespace or namespace_of(live)
    return {**inputs, "metadata": placed} if isinstance(inputs.get("metadata"), dict) else inputs


def _with(inputs: Object, key: str, value: str) -> Object:
    return {**inputs, "metadata": {**metadata(inputs), key: value}}


def takes_the_place(new: Object, live: Object) -> bool:
    """Tell whether the new object needs the old one's place: the same name, not one that was made up."""
    if objects.annotation(new, objects.ANNOTATION_AUTONAMED) == "true":
        return False
    return name_of(new) == name_of(live) and namespace_of(new) == namespace_of(live)


def _changes(old: Any, new: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Path, Change]]:  # noqa: ANN401
    if old is _ABSENT:
        if not (path and new is None):
            yield path, "add"
    elif new is _ABSENT:
        if old is not None:
            yield path, "delete"
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _object_changes(cast("Object", old), cast("Object", new), path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(cast("list[Any]", old), cast("list[Any]", new), path)
    else:
        within = next((step for step in reversed(path[:-1]) if isinstance(step, str)), "")
        if new is UNKNOWN or not same(old, new, within, str(path[-1]) if path else ""):
            yield path, "update"


def _object_changes(old: Object, new: Object, path: tuple[str | int, ...]) -> Iterator[tuple[Path, Change]]:
    for key in dict.fromkeys((*old, *new)):
        yield from _changes(old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key))


def _list_changes(
    old: list[Any], new: list[Any], path: tuple[str | int, ...]
) -> Iterator[tuple[Path, Change]]:
    for position in range(max(len(old), len(new))):
        one = old[position] if position < len(old) else _ABSENT
        two = new[position] if position < len(new) else _ABSENT
        yield from _changes(one, two, (*path, position))
