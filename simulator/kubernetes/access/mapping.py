"""Which path leads to objects of an API type, and whether they live in namespaces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from simulator.kubernetes.access import builtin
from simulator.kubernetes.errors import NoSuchTypeError
from simulator.kubernetes.values.objects import Type, name_of, pluck
from simulator.kubernetes.values.wire import Object

if TYPE_CHECKING:
    from simulator.kubernetes.access.client import Client

__all__ = ["Mapper", "Mapping", "is_crd"]

# Aggregated discovery (KEP-3352): every group, version and resource in two requests. Servers before 1.30 do
# not know v2.
_DISCOVERY = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
    for version in ("v2", "v2beta1")
)


@dataclass(frozen=True)
class Mapping:
    """Where the objects of one API type are."""

    kind: Type
    plural: str
    namespaced: bool

    def collection(self, namespace: str) -> str:
        """Return the path of all objects of the type, in one namespace where it has namespaces."""
        root = f"/apis/{self.kind.group}" if self.kind.group else "/api"
        place = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        return f"{root}/{self.kind.version}{place}/{self.plural}"

    def path(self, namespace: str, name: str) -> str:
        """Return the path of one object."""
        return f"{self.collection(namespace)}/{quote(name, safe='')}"


class Mapper:
    """What is known of a cluster's API types: those built in, those of CRDs seen here, those it lists.

    `client` is called for when there is something to ask.
    """

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client
        self._listed: dict[Type, Mapping] | None = None
        self._served: dict[Type, Mapping] = {}
        self._planned: dict[tuple[str, str], bool] = {}
        self._reading = asyncio.Lock()

    def plan(self, group: str, kind: str, *, namespaced: bool) -> None:
        """Take note of a type that a CRD of the program defines, so that its scope is known early."""
        self._planned[group, kind] = namespaced

    def serve(self, crd: Object) -> None:
        """Take note of a CRD that the cluster has established."""
        group, kind, plural = (
            str(pluck(crd, "spec", *path)) for path in (["group"], ["names", "kind"], ["names", "plural"])
        )
        namespaced = pluck(crd, "spec", "scope") == "Namespaced"
        for version in cast("list[Object]", pluck(crd, "spec", "versions") or []):
            if version.get("served"):
                served = Type(group, str(version.get("name")), kind)
                self._served[served] = Mapping(served, plural, namespaced)

    async def namespaced(self, kind: Type) -> bool | None:
        """Tell whether objects of a type live in namespaces, None where this is not known yet."""
        known = builtin.scope(kind)
        if known is None:
            known = self._planned.get((kind.group, kind.kind))
        if known is None and kind in self._served:
            known = self._served[kind].namespaced
        if known is None:
            mapping = (await self._list()).get(kind)
            known = mapping.namespaced if mapping else None
        return known

    async def find(self, kind: Type, *, anew: bool = False) -> Mapping:
        """Return where objects of a type are, with `anew` by asking again. Raises NoSuchTypeError."""
        if not anew:
            if plural := builtin.plural(kind):
                return Mapping(kind, plural, bool(builtin.scope(kind)))
            if kind in self._served:
                return self._served[kind]
        mapping = (await self._list(anew=anew)).get(kind)
        if mapping is None:
            raise NoSuchTypeError(f"no matches for kind {kind.kind!r} in version {kind.api_version!r}")
        return mapping

    async def served(self) -> frozenset[Type]:
        """Return all types that the cluster serves at this moment."""
        return frozenset(await self._list(anew=True))

    def forget(self, kind: Type) -> None:
        """Forget a type that turned out not to be served (any more)."""
        self._served.pop(kind, None)
        self._listed = None

    async def _list(self, *, anew: bool = False) -> dict[Type, Mapping]:
        before = self._listed
        async with self._reading:
            # Whoever waited here while another asked takes that answer.
            if self._listed is None or (anew and self._listed is before):
                client = self._client()
                core, groups = await asyncio.gather(
                    client.request("GET", "/api", accept=_DISCOVERY),
                    client.request("GET", "/apis", accept=_DISCOVERY),
                )
                self._listed = {found.kind: found for found in (*_mappings(core), *_mappings(groups))}
            return self._listed


def is_crd(value: Object) -> bool:
    """Tell whether an object is a CustomResourceDefinition."""
    return value.get("kind") == "CustomResourceDefinition" and str(value.get("apiVersion")).startswith(
        "apiextensions.k8s.io/"
    )


def _mappings(discovery: Object) -> Iterator[Mapping]:
    for group in cast("list[Any]", discovery.get("items") or []):
        for version in cast("list[Any]", group.get("versions") or []):
            for resource in cast("list[Any]", version.get("resources") or []):
                kind = pluck(resource, "responseKind", "kind")
                if kind and "/" not in str(resource.get("resource")):
                    served = Type(name_of(group), str(version.get("version")), str(kind))
                    yield Mapping(served, str(resource["resource"]), resource.get("scope") == "Namespaced")
