"""What the operations of one configured provider share."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.kubernetes.access.mapping import Mapper
from simulator.kubernetes.config import Config
from simulator.kubernetes.errors import StoppedError, UnreachableError
from simulator.kubernetes.values.objects import label
from simulator.kubernetes.values.wire import Decoded, Marks, Object

if TYPE_CHECKING:
    from simulator.kubernetes.access.api import Api
    from simulator.kubernetes.access.client import Client
    from simulator.kubernetes.access.watch import Watches
    from simulator.kubernetes.protocol.engine import Engine

__all__ = ["Session", "Subject"]

T = TypeVar("T")


@dataclass(frozen=True)
class Subject:
    """A resource that an operation is about."""

    urn: str
    inputs: Object
    secrets: Marks | None
    unknown: bool
    manager: str

    @classmethod
    def of(cls, urn: str, inputs: Decoded, manager: str) -> Subject:
        """Return the subject that a request describes."""
        return cls(urn, inputs.value, inputs.secrets, inputs.unknown, manager)

    @property
    def name(self) -> str:
        """How messages name it."""
        return label(self.inputs)

    @property
    def patch(self) -> bool:
        """Whether it only sets fields of an object that is somebody else's."""
        return is_patch(self.urn, str(self.inputs.get("kind")))


def is_patch(urn: str, kind: str) -> bool:
    """Tell whether a resource is of a `...Patch` type; the kind of its object has no such ending."""
    token = urn.split("::")[2].rsplit("$", maxsplit=1)[-1] if urn.count("::") >= 2 else ""
    return token.split(":")[-1] == f"{kind}Patch"


class Session:
    """A configured provider. The connection to the cluster is made when it is first needed."""

    def __init__(self, config: Config, engine: Engine, cancelled: asyncio.Event | None = None) -> None:
        self.config = config
        self.engine = engine
        self.cancelled = cancelled or asyncio.Event()
        self.mapper = Mapper(self._connected)
        self.absent_namespaces: set[str] = set()
        self._client: Client | None = None

    @cached_property
    def api(self) -> Api:
        """The cluster's objects; raises UnreachableError where the configuration leads to no cluster."""
        from simulator.kubernetes.access.api import Api  # noqa: PLC0415  see below

        return Api(self._connected(), self.mapper, self.config.namespace)

    @cached_property
    def watches(self) -> Watches:
        """The watches on the cluster."""
        from simulator.kubernetes.access.watch import Watches  # noqa: PLC0415  see below

        return Watches(self._connected())

    def _connected(self) -> Client:
        # This imports aiohttp, which takes a third of a second: a run that changes nothing goes without.
        from simulator.kubernetes.access.client import Client  # noqa: PLC0415

        if self.config.access is None:
            raise UnreachableError(self.config.obstacle)
        if self._client is None:
            self._client = Client(self.config.access, self.config.request_seconds)
        return self._client

    async def reachable(self) -> bool:
        """Tell whether the cluster answers."""
        return self.config.access is not None and await self.api.reachable()

    async def pause(self, seconds: float) -> None:
        """Let some time pass; raises StoppedError where the user ends the operation."""
        await self.unless_cancelled(asyncio.sleep(seconds))

    async def close(self) -> None:
        """End what runs in the background."""
        if self._client is not None:
            await self.watches.close()
            await self._client.close()

    async def unless_cancelled(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something until it is done or the user ends the operation; then raise StoppedError."""
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self.cancelled.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            message = "the operation was cancelled"
            raise StoppedError(message)
        finally:
            stop.cancel()
            task.cancel()
