"""What is told to the engine, which shows it to the user."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Engine"]

# A wait shorter than this is not worth a word, nor is more than one word in as long.
_QUIET_SECONDS = 2.0
_HEAR_SECONDS = 5.0


class Engine:
    """The engine that started this plugin. Nothing that it does not hear is an error."""

    def __init__(self) -> None:
        self._channel: grpc.aio.Channel | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def attach(self, address: str) -> None:
        """Use the engine at an address."""
        self._channel = grpc.aio.insecure_channel(address)

    async def close(self) -> None:
        """Close the connection, once what was said has arrived."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=0.5)
        if self._channel is not None:
            await self._channel.close()

    def warn(self, urn: str, message: str) -> None:
        """Show a warning about a resource."""
        self._log(engine_pb2.WARNING, urn, message, ephemeral=False)

    def status(self, urn: str, message: str) -> None:
        """Show what a resource is waiting for, until the next status."""
        self._log(engine_pb2.INFO, urn, message, ephemeral=True)

    def teller(self, urn: str) -> Callable[[str], None]:
        """Return a function that shows a status of a resource, also when called by another thread."""
        loop = asyncio.get_running_loop()

        def tell(message: str) -> None:
            loop.call_soon_threadsafe(self.status, urn, message)

        return tell

    def progress(self, urn: str) -> Callable[[str], None]:
        """Return a function that shows the progress of a wait: what is new, and not too often."""
        due = time.monotonic() + _QUIET_SECONDS
        told = ""

        def report(message: str) -> None:
            nonlocal due, told
            now = time.monotonic()
            if message and message != told and now >= due:
                due, told = now + _QUIET_SECONDS, message
                self.status(urn, message)

        return report

    def _log(
        self, severity: engine_pb2.LogSeverity.ValueType, urn: str, message: str, *, ephemeral: bool
    ) -> None:
        if self._channel is None:
            return
        request = engine_pb2.LogRequest(severity=severity, urn=urn, message=message, ephemeral=ephemeral)
        task = asyncio.ensure_future(_send(self._channel, request))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


async def _send(channel: grpc.aio.Channel, request: engine_pb2.LogRequest) -> None:
    log = channel.unary_unary(
        "/pulumirpc.Engine/Log",
        request_serializer=engine_pb2.LogRequest.SerializeToString,
        response_deserializer=empty_pb2.Empty.FromString,
    )
    with suppress(grpc.aio.AioRpcError):
        await log(request, timeout=_HEAR_SECONDS)
