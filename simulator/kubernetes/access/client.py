"""Requests to the API server: pooled connections, bounded retries, one clear error."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import AsyncGenerator, Mapping
from typing import cast

import aiohttp

from simulator.kubernetes.access.credentials import Credentials
from simulator.kubernetes.access.kubeconfig import Access
from simulator.kubernetes.errors import ApiError, UnreachableError
from simulator.kubernetes.values.wire import Object

__all__ = ["Client"]

_CONNECTIONS = 32
_RETRY_SECONDS = 8.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
# A busy machine may take long to accept a connection; one where nothing listens refuses it at once.
_CONNECT_SECONDS = 15.0
_WATCH_SECONDS = 300

# The server says with these that the same request may succeed a little later (429 and 503 of its own priority
# and fairness, 504 of etcd).
_PASSING = frozenset({429, 503, 504})

_BROKEN = (aiohttp.ClientError, TimeoutError, ValueError)
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_LASTING = (aiohttp.ClientSSLError, aiohttp.InvalidURL, ValueError)


class Client:
    """One API server. A request has so many seconds, its repetition `patience` seconds.

    A server that did not answer within the retries is remembered as down: from then on each request gets one
    attempt, so that an operation on many objects ends soon.
    """

    def __init__(self, access: Access, request_seconds: float = 30.0) -> None:
        self.server = access.server
        self._access = access
        self._credentials = Credentials(access)
        self._seconds = request_seconds
        self.patience = min(_RETRY_SECONDS, request_seconds)
        self._sessions: tuple[aiohttp.ClientSession, aiohttp.ClientSession] | None = None
        self._retired: list[aiohttp.ClientSession] = []
        self._generation = 0
        self._opening = asyncio.Lock()
        self._down = False

    async def close(self) -> None:
        """Close every connection."""
        for session in (*(self._sessions or ()), *self._retired):
            await session.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Object | list[Object] | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        repeatable: bool = True,
    ) -> Object:
        """Send a request and return the object in its answer.

        A request that is `repeatable` is sent again for a few seconds where the connection breaks; any other
        only where it was never sent. Raises ApiError or UnreachableError.
        """
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {"Content-Type": content_type, "Accept": accept}
        failing_since, pause = 0.0, _FIRST_PAUSE
        renewed = False
        while True:
            problem: Exception
            try:
                answer = await self._send(method, path, query or {}, data, headers)
            except _BROKEN as broken:
                problem = broken
                unsent = isinstance(broken, _UNSENT)
                again = (repeatable or unsent) and not isinstance(broken, _LASTING)
            except ApiError as refusal:
                problem = refusal
                if refusal.code == 401 and self._credentials.renewable and not renewed:
                    # They may have been withdrawn before they expired.
                    renewed = True
                    continue
                again = refusal.code in _PASSING and (repeatable or refusal.code == 429)
            else:
                self._down = False
                return answer
            failing_since = failing_since or time.monotonic()
            patience = time.monotonic() - failing_since + pause <= self.patience
            if not again or self._down or not patience:
                raise self._failure(problem) from None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _failure(self, problem: Exception) -> Exception:
        if isinstance(problem, ApiError):
            return problem
        self._down = isinstance(problem, aiohttp.ClientConnectorError)
        detail = str(problem) or "no answer in time"
        return UnreachableError(f"{self.server} does not answer: {detail}")

    async def _send(
        self, method: str, path: str, query: Mapping[str, str], data: bytes | None, headers: dict[str, str]
    ) -> Object:
        session, _ = await self._open()
        identity = await self._credentials.headers()
        serial = self._credentials.serial
        async with session.request(
            method,
            self.server + path,
            params=query,
            data=data,
            headers=[*headers.items(), *identity],
            proxy=self._access.proxy or None,
            server_hostname=self._access.server_name or None,
        ) as response:
            content = await response.read()
        answer = _parse(content)
        if response.status == 401:
            self._credentials.expire(serial)
        if response.status >= 400:
            raise ApiError(response.status, answer)
        return answer

    async def watch(self, path: str, query: Mapping[str, str]) -> AsyncGenerator[Object, None]:
        """Yield watch events until the server ends the watch. Raises ApiError or UnreachableError."""
        _, session = await self._open()
        headers = [("Accept", "application/json"), *await self._credentials.headers()]
        parameters = {**query, "watch": "true", "timeoutSeconds": str(_WATCH_SECONDS)}
        try:
            async with session.get(
                self.server + path,
                params=parameters,
                headers=headers,
                proxy=self._access.proxy or None,
                server_hostname=self._access.server_name or None,
            ) as response:
                if response.status >= 400:
                    raise ApiError(response.status, _parse(await response.read()))
                pending = b""
                async for chunk in response.content.iter_any():
                    *lines, pending = (pending + chunk).split(b"\n")
                    for line in lines:
                        yield json.loads(line)
        except _BROKEN as problem:
            raise UnreachableError(f"{self.server} does not answer: {problem}") from None

    async def _open(self) -> tuple[aiohttp.ClientSession, aiohttp.ClientSession]:
        """Return the sessions for requests, which share connections, and for watches, which keep theirs."""
        async with self._opening:
            await self._credentials.renew()
            if self._sessions is not None and self._generation != self._credentials.generation:
                # What is under way ends on the connections that it has.
                self._retired += self._sessions
                self._sessions = None
            if self._sessions is None:
                context = await self._credentials.context()
                self._generation = self._credentials.generation
                self._sessions = (
                    self._session(context, _CONNECTIONS, self._seconds),
                    self._session(context, 0, _WATCH_SECONDS + self._seconds),
                )
            return self._sessions

    def _session(self, context: ssl.SSLContext | None, limit: int, silence: float) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=True if context is None else context, limit=limit, keepalive_timeout=60.0
        )
        return aiohttp.ClientSession(
            connector=connector,
            # No total: waiting for a free connection is no fault of the server's.
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=min(_CONNECT_SECONDS, silence), sock_read=silence
            ),
            headers={"User-Agent": "pulumi-kubernetes (stand-in)"},
            read_bufsize=2**20,
        )


def _parse(content: bytes) -> Object:
    """Read an answer; what is not JSON, such as `404 page not found`, becomes a Status."""
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        found = content.decode(errors="replace").strip()
    return cast("Object", found) if isinstance(found, dict) else {"kind": "Status", "message": str(found)}
