"""An API server in the test's own process, for what a real one does only when it is in trouble."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Object = dict[str, Any]
Trouble = Callable[[web.Request], "Object | None"]

DROP: Object = {"drop": True}

_COLLECTIONS = {"configmaps", "deployments", "persistentvolumeclaims", "pods", "replicasets"}


def status(code: int, reason: str = "", message: str = "", **details: Any) -> Object:  # noqa: ANN401
    """A refusal, as an API server writes it."""
    return {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}


@dataclass
class FakeApi:
    """Keeps objects by path and counts what is asked of it.

    `trouble` is asked before each request: it may answer in the server's place, with a status, or with DROP,
    which breaks the connection without an answer.
    """

    trouble: Trouble = field(default=lambda request: None)
    delay: float = 0.0
    objects: dict[str, Object] = field(default_factory=dict[str, Object])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    most_at_once: int = 0
    port: int = 0
    _now: int = 0
    _version: int = 100
    _past: list[tuple[int, str, Object]] = field(default_factory=list[Any])
    _watchers: list[tuple[str, asyncio.Queue[Object | None]]] = field(default_factory=list[Any])

    def __enter__(self) -> FakeApi:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._do(self.open())
        return self

    def __exit__(self, *error: object) -> None:
        self._do(self.shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def reset(self) -> None:
        """Forget all objects, what was asked, and every trouble."""
        self.trouble, self.delay, self.most_at_once = (lambda _: None), 0.0, 0
        self.objects.clear()
        self.asked.clear()

    def _do(self, work: Any) -> Any:  # noqa: ANN401
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    async def open(self) -> None:
        """Listen, on the same port as before."""
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def shut(self) -> None:
        """Stop listening and break every connection."""
        for _, queue in self._watchers:
            queue.put_nowait(None)
        await self._runner.cleanup()

    def stop(self) -> None:
        self._do(self.shut())

    def restart(self) -> None:
        self._do(self.open())

    @property
    def kubeconfig(self) -> str:
        """A kubeconfig for it."""
        cluster = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}
        context = {"name": "x", "context": {"cluster": "c", "user": "u"}}
        config = {"current-context": "x", "clusters": [cluster], "contexts": [context], "users": []}
        return json.dumps(config)

    def count(self, method: str = "", path: str = "") -> int:
        """How many requests were made whose method is that and whose path contains that."""
        return sum(1 for asked in self.asked if method in asked[0] and path in asked[1])

    def put(self, path: str, value: Object) -> None:
        """Store an object as if a controller had written it."""

        async def put() -> None:
            self._store(path, value)

        self._do(put())

    def cut_watches(self) -> None:
        """End every watch, as an API server does from time to time."""

        async def cut() -> None:
            for _, queue in self._watchers:
                queue.put_nowait(None)

        self._do(cut())

    @property
    def watches(self) -> Counter[str]:
        """How many watches are open, by collection."""
        return Counter(path for path, _ in self._watchers)

    def _store(self, path: str, value: Object) -> Object:
        self._version += 1
        known = path in self.objects
        about = {"uid": f"uid-{path}", "generation": 1, **value.get("metadata", {})}
        value = {**value, "metadata": {**about, "resourceVersion": str(self._version)}}
        self.objects[path] = value
        self._tell(path, "MODIFIED" if known else "ADDED", value)
        return value

    def _tell(self, path: str, kind: str, value: Object) -> None:
        self._past.append((self._version, path.rpartition("/")[0], {"type": kind, "object": value}))
        for collection, queue in self._watchers:
            if path.rpartition("/")[0] == collection:
                queue.put_nowait({"type": kind, "object": value})

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            if self.delay:
                await asyncio.sleep(self.delay)
            answer = self.trouble(request)
            if answer is DROP:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            if answer is not None:
                return web.json_response(answer, status=answer["code"])
        finally:
            self._now -= 1
        if request.query.get("watch"):
            return await self._watch(request)
        return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.Response:
        answer = await self._answers(request)
        return web.json_response(answer, status=answer.get("code", 200))

    async def _answers(self, request: web.Request) -> Object:
        path = request.path
        method = {"GET": self._get, "DELETE": self._delete}.get(request.method)
        if method is not None:
            return method(path)
        value: Object = await request.json()
        if request.query.get("dryRun"):
            return value
        if request.method != "POST":
            return self._store(path, value)
        name = value["metadata"]["name"]
        if f"{path}/{name}" in self.objects:
            return status(409, "AlreadyExists", "already exists", name=name)
        value["metadata"]["managedFields"] = [{"manager": request.query["fieldManager"]}]
        return self._store(f"{path}/{name}", value)

    def _get(self, path: str) -> Object:
        if path in self.objects:
            return self.objects[path]
        name = path.rpartition("/")[2]
        if path in {"/api", "/apis"}:
            return {"kind": "APIGroupDiscoveryList", "items": []}
        if name not in _COLLECTIONS:
            return status(404, "NotFound", "not found", name=name)
        items = [value for key, value in self.objects.items() if key.rpartition("/")[0] == path]
        about = {"resourceVersion": str(self._version)}
        first = items[0] if items else {"kind": "Object", "apiVersion": "v1"}
        return {
            "kind": f"{first['kind']}List",
            "apiVersion": first["apiVersion"],
            "metadata": about,
            "items": items,
        }

    def _delete(self, path: str) -> Object:
        if path not in self.objects:
            return status(404, "NotFound", "not found", name=path.rpartition("/")[2])
        self._tell(path, "DELETED", self.objects.pop(path))
        return status(200)

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        queue: asyncio.Queue[Object | None] = asyncio.Queue()
        since = int(request.query["resourceVersion"])
        for version, collection, event in self._past:
            if version > since and collection == request.path:
                queue.put_nowait(event)
        entry = (request.path, queue)
        self._watchers.append(entry)
        try:
            while (event := await queue.get()) is not None:
                await response.write(json.dumps(event).encode() + b"\n")
        finally:
            self._watchers.remove(entry)
        return response
