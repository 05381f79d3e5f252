"""Shared watches: one per API type and namespace, however many operations wait for objects in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from simulator.kubernetes.access.mapping import Mapping
from simulator.kubernetes.errors import ApiError, UnreachableError
from simulator.kubernetes.values.objects import metadata, name_of, pluck
from simulator.kubernetes.values.wire import Object

if TYPE_CHECKING:
    from simulator.kubernetes.access.client import Client

__all__ = ["Store", "Watch", "Watches"]

_LINGER_SECONDS = 3.0
_PAUSE, _LONGEST_PAUSE = 0.2, 2.0


class Store:
    """The objects of one type in one namespace, as far as events have told."""

    def __init__(self) -> None:
        self._objects: dict[str, Object] = {}
        self._owned: dict[str, set[str]] = {}

    def replace(self, items: Iterable[Object]) -> None:
        """Take a whole list."""
        self._objects.clear()
        self._owned.clear()
        for item in items:
            self.put(item)

    def apply(self, event: Object) -> None:
        """Take one watch event."""
        item = cast("Object", event.get("object") or {})
        if event.get("type") == "DELETED":
            self.drop(name_of(item))
        elif event.get("type") in {"ADDED", "MODIFIED"}:
            self.put(item)

    def put(self, item: Object) -> None:
        """Take an object as it is now."""
        name = name_of(item)
        self.drop(name)
        self._objects[name] = item
        for owner in _owners(item):
            self._owned.setdefault(owner, set()).add(name)

    def drop(self, name: str) -> None:
        """Forget an object."""
        gone = self._objects.pop(name, None)
        for owner in _owners(gone or {}):
            self._owned.get(owner, set()).discard(name)

    def get(self, name: str) -> Object | None:
        """Return the object of that name."""
        return self._objects.get(name)

    def owned_by(self, uid: object) -> list[Object]:
        """Return the objects that name an owner of this uid, by name."""
        return [self._objects[name] for name in sorted(self._owned.get(str(uid), set()))]


def _owners(item: Object) -> list[str]:
    owners = metadata(item).get("ownerReferences")
    if not isinstance(owners, list):
        return []
    return [str(pluck(owner, "uid")) for owner in cast("list[Any]", owners)]


class Watch:
    """A list kept up to date in the background."""

    def __init__(self, client: Client, path: str) -> None:
        self.store = Store()
        self.users = 0
        self.failure: Exception | None = None
        self.listeners: set[asyncio.Event] = set()
        self.listed = asyncio.Event()
        self._client = client
        self._path = path
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        pause, broken_since = _PAUSE, None
        version = ""
        while True:
            try:
                if not version:
                    version = await self._list()
                    broken_since, pause = None, _PAUSE
                version = await self._follow(version)
            except Exception as problem:
                # Whoever waits for this watch must hear of it, whatever it is.
                version = ""
                now = time.monotonic()
                broken_since = broken_since or now
                # Listing was tried for a while already: this is for how long it is tried again.
                patience = _passing(problem) and now - broken_since <= self._client.patience
                if not patience:
                    self.failure = problem
                    self.listed.set()
                    self._tell()
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _list(self) -> str:
        answer = await self._client.request("GET", self._path)
        kind, version = str(answer.get("kind")).removesuffix("List"), answer.get("apiVersion")
        items = cast("list[Object]", answer.get("items") or [])
        # Items of a list come without their type.
        self.store.replace({"apiVersion": version, "kind": kind, **item} for item in items)
        self.failure = None
        self.listed.set()
        self._tell()
        return str(metadata(answer).get("resourceVersion"))

    async def _follow(self, version: str) -> str:
        query = {"resourceVersion": version, "allowWatchBookmarks": "true"}
        async for event in self._client.watch(self._path, query):
            if event.get("type") == "ERROR":
                status = cast("Object", event.get("object") or {})
                raise ApiError(int(status.get("code") or 500), status)
            version = str(pluck(event, "object", "metadata", "resourceVersion"))
            if event.get("type") != "BOOKMARK":
                self.store.apply(event)
                self._tell()
        return version

    def _tell(self) -> None:
        for listener in self.listeners:
            listener.set()


def _passing(problem: Exception) -> bool:
    """Tell whether a watch may succeed later: not where it is refused."""
    if isinstance(problem, ApiError):
        return problem.code not in {401, 403, 404, 405}
    return isinstance(problem, UnreachableError)


class Watches:
    """All watches on one cluster."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._open: dict[str, Watch] = {}

    async def close(self) -> None:
        """End every watch."""
        tasks = [watch.task for watch in self._open.values()]
        self._open.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def on(
        self, mapping: Mapping, namespace: str, listener: asyncio.Event
    ) -> AsyncGenerator[Watch, None]:
        """Watch a type's objects in a namespace; `listener` is set on every change and every failure.

        Returns once the objects are listed. A watch that nobody uses ends after a few seconds.
        """
        path = mapping.collection(namespace)
        watch = self._open.get(path)
        if watch is None or watch.failure is not None:
            watch = self._open[path] = Watch(self._client, path)
        watch.users += 1
        watch.listeners.add(listener)
        try:
            await watch.listed.wait()
            yield watch
        finally:
            watch.listeners.discard(listener)
            watch.users -= 1
            if watch.users == 0:
                asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._retire, path, watch)

    @asynccontextmanager
    async def on_all(
        self, wanted: Iterable[tuple[Mapping, str]], listener: asyncio.Event
    ) -> AsyncGenerator[list[Watch], None]:
        """Watch several types at once; the lists are read side by side."""
        async with AsyncExitStack() as stack:
            contexts = [self.on(mapping, namespace, listener) for mapping, namespace in wanted]
            yield list(await asyncio.gather(*[stack.enter_async_context(context) for context in contexts]))

    def _retire(self, path: str, watch: Watch) -> None:
        if watch.users == 0:
            watch.task.cancel()
            with suppress(KeyError):
                if self._open[path] is watch:
                    del self._open[path]
