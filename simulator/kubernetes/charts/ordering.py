"""The objects of a chart as resources: each with its namespace, and with those that must be there before it.

As Pulumi's own plugin has it (pulumi-kubernetes 4.34, provider/pkg/provider/yaml/v2/yaml.go): an object comes
after its namespace and after the CRD of its type, where the chart has these; all others come at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from simulator.kubernetes.access.mapping import is_crd
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.objects import (
    ANNOTATION_SKIP_AWAIT,
    Type,
    name_of,
    namespace_of,
    pluck,
    type_of,
)
from simulator.kubernetes.values.wire import Object

__all__ = ["Member", "members"]

_POLICY = "helm.sh/resource-policy"
_NAMESPACE = Type("", "v1", "Namespace")


@dataclass(frozen=True)
class Member:
    """One object of a chart. `after` are the positions of members that come before it."""

    value: Object
    after: tuple[int, ...] = ()

    def name(self, prefix: str) -> str:
        """Return the name of its resource."""
        namespace, name = namespace_of(self.value), name_of(self.value)
        own = f"{namespace}/{name}" if namespace else name
        return f"{prefix}:{own}" if prefix else own

    @property
    def token(self) -> str:
        """The type of its resource."""
        kind = type_of(self.value)
        group = kind.api_version if kind.group else f"core/{kind.version}"
        return f"kubernetes:{group}:{kind.kind}"

    @property
    def kept(self) -> bool:
        """Whether the chart wants it to outlive the release."""
        return pluck(self.value, "metadata", "annotations", _POLICY) == "keep"


async def members(
    objects: Iterable[Object],
    namespace: str,
    scope: Callable[[Type], Awaitable[bool | None]],
    *,
    skip_await: bool = False,
) -> list[Member]:
    """Return the members of a chart in an order that honours what they need.

    `scope` tells whether a type of the cluster has namespaces, None where that is not known. Raises
    RefusedError for what is no Kubernetes object.
    """
    flat = [_checked(value) for value in _flatten(objects)]
    defined = {_defined(value): pluck(value, "spec", "scope") for value in flat if is_crd(value)}
    placed: list[Object] = []
    for value in flat:
        if not namespace_of(value):
            kind = type_of(value)
            own = defined.get((kind.group, kind.kind))
            if own == "Namespaced" or (own is None and await scope(kind)):
                placed.append(_with_metadata(value, {"namespace": namespace}))
                continue
        placed.append(value)
    if skip_await:
        placed = [_with_annotation(value, ANNOTATION_SKIP_AWAIT, "true") for value in placed]
    return _ordered(placed)


def _ordered(values: list[Object]) -> list[Member]:
    values = sorted(values, key=_rank)
    crds = {_defined(value): position for position, value in enumerate(values) if is_crd(value)}
    namespaces = {
        name_of(value): position for position, value in enumerate(values) if type_of(value) == _NAMESPACE
    }
    return [Member(value, tuple(_needs(value, crds, namespaces))) for value in values]


def _rank(value: Object) -> int:
    if type_of(value) == _NAMESPACE:
        return 0
    return 1 if is_crd(value) else 2


def _needs(
    value: Object, crds: Mapping[tuple[str, str], int], namespaces: Mapping[str, int]
) -> Iterator[int]:
    kind = type_of(value)
    for position in (crds.get((kind.group, kind.kind)), namespaces.get(namespace_of(value))):
        if position is not None:
            yield position


def _defined(crd: Object) -> tuple[str, str]:
    return str(pluck(crd, "spec", "group")), str(pluck(crd, "spec", "names", "kind"))


def _flatten(objects: Iterable[Object]) -> Iterator[Object]:
    for value in objects:
        items = value.get("items")
        if str(value.get("kind", "")).endswith("List") and isinstance(items, list):
            yield from _flatten(cast("list[Any]", items))
        else:
            yield value


def _checked(value: Object) -> Object:
    missing = [key for key in ("apiVersion", "kind") if not value.get(key)]
    missing += [] if name_of(value) else ["metadata.name"]
    if missing:
        message = f"the chart renders an object without {', '.join(missing)}: {str(value)[:100]}"
        raise RefusedError(message)
    if str(value["apiVersion"]).startswith("core/"):
        return {**value, "apiVersion": str(value["apiVersion"]).removeprefix("core/")}
    return value


def _with_metadata(value: Object, more: Object) -> Object:
    return {**value, "metadata": {**cast("Object", value["metadata"]), **more}}


def _with_annotation(value: Object, key: str, text: str) -> Object:
    annotations = cast("Object", pluck(value, "metadata", "annotations") or {})
    return _with_metadata(value, {"annotations": {**annotations, key: text}})
