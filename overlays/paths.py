"""Paths inside objects, and what of it a patch sets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

Tokens = tuple[str, ...]

REMOVED = object()
"""The value of a path that a patch removes."""

DIRECTIVE = "$patch"

# By what Kubernetes tells the items of a list apart (k8s.io/api v0.36, the tags `patchMergeKey`).
_KEYS: Mapping[str, str] = {
    "containers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "resourceClaims": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
    "webhooks": "name",
}
_CONTAINERS = ("containers", "ephemeralContainers", "initContainers")


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One path that a patch sets, `[key]` for an item of a list, and to what; REMOVED where it goes."""

    path: Tokens
    value: Any


def pointer(text: str) -> Tokens:
    """The parts of a JSON pointer (RFC 6901). Raises ValueError where it is none."""
    if text and not text.startswith("/"):
        raise ValueError(f"path: found '{text}'; allowed: a JSON pointer, which begins with '/'")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def shown(path: Tokens) -> str:
    """A path as messages show it: `spec.template.spec.containers[manager].env`."""
    text = ""
    for part in path:
        text += part if part.startswith("[") else f".{part}"
    return text.removeprefix(".")


def list_key(path: Tokens) -> str | None:
    """By which key the items of the list at a path are told apart; None where it is replaced as a whole."""
    if not path:
        return None
    if path[-1] == "ports":
        inside = len(path) > 2 and path[-3] in _CONTAINERS
        return "containerPort" if inside else "port" if path == ("spec", "ports") else None
    return _KEYS.get(path[-1])


def merge_leaves(patch: Mapping[str, Any], path: Tokens = ()) -> Iterator[Leaf]:
    """What a merge patch sets. Raises ValueError for a list whose items cannot be told apart."""
    for name, value in patch.items():
        if name.startswith("$"):
            raise ValueError(
                f"merge.{shown((*path, name))}: unknown directive; allowed: `{DIRECTIVE}: delete` in an item "
                "of a list that is merged"
            )
        yield from _value_leaves((*path, str(name)), value)


def json_leaves(path: Tokens, value: Any, *, remove: bool) -> Iterator[Leaf]:  # noqa: ANN401 - any YAML
    """What one operation of a JSON patch sets."""
    if remove:
        yield Leaf(path=path, value=REMOVED)
    elif isinstance(value, Mapping) and value:
        for name, below in cast("Mapping[str, Any]", value).items():
            yield from json_leaves((*path, str(name)), below, remove=False)
    else:
        yield Leaf(path=path, value=value)


def _value_leaves(path: Tokens, value: Any) -> Iterator[Leaf]:  # noqa: ANN401 - any YAML
    key = list_key(path)
    if isinstance(value, Mapping):
        yield from merge_leaves(cast("Mapping[str, Any]", value), path)
    elif isinstance(value, list) and key:
        for item in cast("list[object]", value):
            yield from _item_leaves(path, key, item)
    else:
        yield Leaf(path=path, value=REMOVED if value is None else value)


def _item_leaves(path: Tokens, key: str, item: object) -> Iterator[Leaf]:
    if not isinstance(item, Mapping) or key not in item:
        raise ValueError(f"merge.{shown(path)}: its items are merged by '{key}', and one has none")
    fields = dict(cast("Mapping[str, Any]", item))
    at = (*path, f"[{fields.pop(key)}]")
    directive = fields.pop(DIRECTIVE, None)
    if directive == "delete":
        yield Leaf(path=at, value=REMOVED)
    elif directive is not None:
        raise ValueError(f"merge.{shown(at)}.{DIRECTIVE}: found '{directive}'; allowed: delete")
    else:
        yield from merge_leaves(fields, at)
