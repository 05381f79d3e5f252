"""Deleting objects, and waiting until they are gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

from simulator.kubernetes.errors import ApiError, NoSuchTypeError, RefusedError, UnreachableError
from simulator.kubernetes.operations.session import Session
from simulator.kubernetes.values import objects
from simulator.kubernetes.values.objects import metadata, name_of, namespace_of, type_of
from simulator.kubernetes.values.wire import Object

__all__ = ["delete", "gone"]

_POLICIES = {"orphan": "Orphan", "background": "Background"}
_SECONDS = 600.0

# Most objects go within milliseconds: only what takes longer is worth a watch.
_PAUSES = (0.02, 0.08, 0.3)

# `pulumi.com/skipAwait` is about the deletion of these too (pulumi-kubernetes, metadata/overrides.go).
_SKIPPED = frozenset(
    {"Namespace", "Pod", "ReplicationController", "DaemonSet", "Deployment", "StatefulSet", "Job"}
)


async def delete(session: Session, urn: str, live: Object, inputs: Object, seconds: float) -> None:
    """Delete an object, dependents first, and wait until it is gone. One that is not there is no error."""
    kind, namespace, name = type_of(live), namespace_of(live), name_of(live)
    wanted = objects.annotation(inputs, objects.ANNOTATION_PROPAGATION).lower()
    try:
        answer = await session.api.delete(kind, namespace, name, _POLICIES.get(wanted, "Foreground"))
    except NoSuchTypeError:
        return
    except ApiError as refusal:
        if refusal.missing:
            return
        raise
    skip = objects.annotation(inputs, objects.ANNOTATION_SKIP_AWAIT) == "true" and kind.kind in _SKIPPED
    if skip or answer.get("kind") == "Status":
        return
    target = {**answer, "apiVersion": kind.api_version, "kind": kind.kind}
    await session.unless_cancelled(gone(session, target, _limit(inputs, seconds), urn))


def _limit(inputs: Object, seconds: float) -> float:
    if seconds:
        return seconds
    given = objects.annotation(inputs, objects.ANNOTATION_TIMEOUT)
    return float(given) if given.isdigit() else _SECONDS


async def gone(session: Session, target: Object, seconds: float, urn: str) -> None:
    """Wait until an object is gone, or another of the same name is in its place.

    Raises RefusedError, with what holds the object, after so many seconds.
    """
    kind, namespace, name = type_of(target), namespace_of(target), name_of(target)
    uid = metadata(target).get("uid")

    async def live() -> Object | None:
        try:
            found = await session.api.get(kind, namespace, name)
        except NoSuchTypeError:
            return None
        except ApiError as refusal:
            if refusal.missing:
                return None
            raise
        return found if metadata(found).get("uid") == uid else None

    deadline = time.monotonic() + seconds
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        if await live() is None:
            return
    await _watch(session, target, deadline, session.engine.progress(urn))
    left = await live()
    if left is not None:
        finalizers = ", ".join(
            str(each) for each in cast("list[Any]", metadata(left).get("finalizers") or [])
        )
        held = f"these finalizers hold it: {finalizers}" if finalizers else "it is still there"
        message = f"{objects.label(left)} was not gone after {seconds:g} s: {held}"
        raise RefusedError(message)


async def _watch(session: Session, target: Object, deadline: float, report: Callable[[str], None]) -> None:
    """Wait until a watch no longer shows an object, or the time is up."""
    changed = asyncio.Event()
    try:
        mapping = await session.mapper.find(type_of(target))
    except NoSuchTypeError:
        return
    async with session.watches.on(mapping, namespace_of(target), changed) as watch:
        while (left := deadline - time.monotonic()) > 0:
            changed.clear()
            if watch.failure is not None:
                if isinstance(watch.failure, UnreachableError):
                    raise watch.failure
                return
            found = watch.store.get(name_of(target))
            if found is None or metadata(found).get("uid") != metadata(target).get("uid"):
                return
            report("waiting until it is gone")
            try:
                await asyncio.wait_for(changed.wait(), left)
            except TimeoutError:
                return
