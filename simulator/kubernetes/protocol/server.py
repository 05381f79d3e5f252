"""The plugin's process: serve the engine that started it, and end with it."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc

from simulator.kubernetes.protocol.engine import Engine

__all__ = ["Plugin", "serve"]

# The engine sends states of large objects whole; its own limit is 400 MB.
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
_GRACE_SECONDS = 1.0
_PARENT_SECONDS = 1.0


class Plugin(provider_pb2_grpc.ResourceProviderServicer, ABC):
    """What answers the engine's calls."""

    @abstractmethod
    def cancel(self) -> None:
        """End what the engine waits for, as far as that is safe."""

    @abstractmethod
    async def close(self) -> None:
        """End what runs in the background."""


async def serve(engine_address: str | None, plugin: Callable[[Engine], Plugin]) -> None:
    """Serve on a free port of the loopback interface, print it, and return once there is nobody to serve."""
    _read_deep_messages()
    engine = Engine()
    if engine_address:
        engine.attach(engine_address)
    provider = plugin(engine)
    server = grpc.aio.server(options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)  # pyright: ignore[reportUnknownMemberType]
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # Whoever reads the port may send a signal or die at once.
    ended, parent = _listen_for_the_end(), os.getppid()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await _end(ended, parent)
    provider.cancel()
    await server.stop(_GRACE_SECONDS)
    await provider.close()


def _read_deep_messages() -> None:
    """Read what is nested deeper than the 100 levels that protobuf stops at.

    Each level of an object takes three of a message, and an API type's schema may be forty deep.
    """
    with suppress(ImportError, AttributeError):
        # The one switch for it; protobuf written in Python has no limit as low.
        from google._upb import _message  # noqa: PLC0415  # pyright: ignore

        _message.SetAllowOversizeProtos(True)  # pyright: ignore


def _listen_for_the_end() -> asyncio.Event:
    """Return what is set by a signal, and when the engine is gone."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        # The engine holds the other end of this pipe and never writes: it closes with the engine.
        loop.add_reader(0, _drain, loop, ended)
    return ended


async def _end(ended: asyncio.Event, parent: int) -> None:
    """Wait for the end, which is also that of the process that started this one."""
    while not ended.is_set() and os.getppid() == parent:
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _PARENT_SECONDS)


def _drain(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    if not os.read(0, 4096):
        loop.remove_reader(0)
        ended.set()
