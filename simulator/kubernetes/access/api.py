"""Operations on objects: each finds the path of its object's type, and asks for strict field validation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from simulator.kubernetes.access.client import Client
from simulator.kubernetes.access.mapping import Mapper, Mapping
from simulator.kubernetes.errors import ApiError, NoSuchTypeError
from simulator.kubernetes.values.equality import normalize
from simulator.kubernetes.values.objects import Type, name_of, namespace_of, type_of
from simulator.kubernetes.values.wire import Object

__all__ = ["Api"]

T = TypeVar("T")

_APPLY = "application/apply-patch+yaml"
_JSON_PATCH = "application/json-patch+json"

# A namespace or a CRD may be created at the same time as what needs it: about six seconds in all.
_PAUSES = (0.2, 0.4, 0.8, 1.6, 3.2)


class Api:
    """One cluster's objects."""

    def __init__(self, client: Client, mapper: Mapper, namespace: str) -> None:
        self._client = client
        self._namespace = namespace
        self.mapper = mapper

    async def served(self, kind: Type) -> bool:
        """Tell whether the cluster serves an API type, without asking it twice."""
        try:
            await self.mapper.find(kind)
        except NoSuchTypeError:
            return False
        return True

    async def place(self, value: Object) -> Object:
        """Return the object as it is sent.

        It has the namespace that its type calls for: none, its own, or the default. A Secret's texts are
        where the server keeps them, for under `stringData` a text that is left out later would stay.
        """
        value = normalize(value)
        mapping = await self._find(type_of(value))
        placed = {key: item for key, item in value.get("metadata", {}).items() if key != "namespace"}
        if mapping.namespaced:
            placed["namespace"] = namespace_of(value) or self._namespace
        return {**value, "apiVersion": type_of(value).api_version, "metadata": placed}

    async def get(self, kind: Type, namespace: str, name: str) -> Object:
        """Read an object."""
        return await self._at(kind, namespace, name, "GET")

    async def create(self, value: Object, manager: str, *, dry_run: bool = False) -> Object:
        """Create an object that must not exist yet."""

        async def send(mapping: Mapping) -> Object:
            path = mapping.collection(namespace_of(value))
            query = _query(manager, dry_run)
            return await self._client.request("POST", path, query=query, body=value, repeatable=dry_run)

        return await self._typed(type_of(value), send)

    async def apply(self, value: Object, manager: str, *, force: bool, dry_run: bool = False) -> Object:
        """Apply an object on the server's side, under a field manager's name."""
        query = {**_query(manager, dry_run), "force": str(force).lower()}
        kind, namespace, name = type_of(value), namespace_of(value), name_of(value)
        return await self._at(kind, namespace, name, "PATCH", query=query, body=value, content_type=_APPLY)

    async def replace(self, value: Object, manager: str, *, dry_run: bool = False) -> Object:
        """Replace an object of the resource version that it carries."""
        kind, namespace, name = type_of(value), namespace_of(value), name_of(value)
        return await self._at(kind, namespace, name, "PUT", query=_query(manager, dry_run), body=value)

    async def set_managers(self, live: Object, entries: list[Object]) -> Object:
        """Replace who manages which fields, if the object is still as it was read."""
        patch = [
            {"op": "replace", "path": "/metadata/managedFields", "value": entries},
            {
                "op": "replace",
                "path": "/metadata/resourceVersion",
                "value": live["metadata"]["resourceVersion"],
            },
        ]
        kind, namespace, name = type_of(live), namespace_of(live), name_of(live)
        return await self._at(kind, namespace, name, "PATCH", body=patch, content_type=_JSON_PATCH)

    async def delete(self, kind: Type, namespace: str, name: str, propagation: str) -> Object:
        """Ask for an object's deletion; the answer is the object where it is not gone yet."""
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation}
        return await self._at(kind, namespace, name, "DELETE", body=body)

    async def reachable(self) -> bool:
        """Tell whether the API server answers."""
        try:
            await self._client.request("GET", "/version")
        except ApiError:
            return True
        except Exception:
            return False
        return True

    async def capabilities(self) -> tuple[str, frozenset[Type]]:
        """Return the version of the cluster, and the API types that it serves at this moment."""
        told = await self._client.request("GET", "/version")
        return str(told.get("gitVersion") or ""), await self.mapper.served()

    async def patiently(
        self,
        attempt: Callable[[], Awaitable[T]],
        pause: Callable[[float], Awaitable[None]],
        note: Callable[[str], None],
    ) -> T:
        """Try again for a few seconds where a namespace or an API type is missing that may be on its way."""
        for seconds in _PAUSES:
            try:
                return await attempt()
            except NoSuchTypeError as problem:
                note(f"{problem}; trying again")
            except ApiError as refusal:
                if not refusal.missing:
                    raise
                note(f"{refusal.message}; trying again")
            await pause(seconds)
        return await attempt()

    async def _find(self, kind: Type) -> Mapping:
        """Find where a type's objects are, also of one that the cluster serves only since a moment ago."""
        try:
            return await self.mapper.find(kind)
        except NoSuchTypeError:
            return await self.mapper.find(kind, anew=True)

    async def _at(
        self,
        kind: Type,
        namespace: str,
        name: str,
        method: str,
        *,
        query: dict[str, str] | None = None,
        body: Object | list[Object] | None = None,
        content_type: str = "application/json",
    ) -> Object:
        async def send(mapping: Mapping) -> Object:
            path = mapping.path(namespace or self._namespace, name)
            return await self._client.request(method, path, query=query, body=body, content_type=content_type)

        return await self._typed(kind, send)

    async def _typed(self, kind: Type, send: Callable[[Mapping], Awaitable[Object]]) -> Object:
        """Send a request to where a type's objects are, and look anew where the cluster has no such path."""
        mapping = await self._find(kind)
        try:
            return await send(mapping)
        except ApiError as refusal:
            if not refusal.type_missing:
                raise
            self.mapper.forget(kind)
            if await self.mapper.find(kind, anew=True) == mapping:
                raise
        return await send(await self.mapper.find(kind))


def _query(manager: str, dry_run: bool) -> dict[str, str]:
    query = {"fieldManager": manager, "fieldValidation": "Strict"}
    return {**query, "dryRun": "All"} if dry_run else query
