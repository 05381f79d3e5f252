"""Updating objects."""

from __future__ import annotations

from simulator.kubernetes import readiness
from simulator.kubernetes.access.mapping import is_crd
from simulator.kubernetes.errors import ApiError, RefusedError, UnreachableError
from simulator.kubernetes.operations import managers
from simulator.kubernetes.operations.create import ready
from simulator.kubernetes.operations.session import Session, Subject
from simulator.kubernetes.values.objects import metadata, name_of, namespace_of, type_of
from simulator.kubernetes.values.paths import Path
from simulator.kubernetes.values.wire import Object

__all__ = ["preview_update", "relinquish", "update"]

_ATTEMPTS = 4


async def update(
    session: Session, subject: Subject, old_manager: str, ignored: list[Path], seconds: float
) -> Object:
    """Update an object and wait until it is ready. Raises NotReadyError once it has been updated."""
    rule = readiness.choose(subject.inputs, await_all=session.config.await_all)
    live = await _write(session, subject, ignored, preview=False)
    if old_manager != subject.manager and not is_crd(live):
        await relinquish(session, live, old_manager)
    return await ready(session, subject, live, rule, seconds)


async def preview_update(session: Session, subject: Subject, ignored: list[Path]) -> Object | None:
    """Have the server say what an update would give; None where it cannot yet."""
    if subject.unknown:
        return None
    readiness.choose(subject.inputs)
    try:
        if not await session.api.served(type_of(subject.inputs)):
            return None
        return await _write(session, subject, ignored, preview=True)
    except UnreachableError as problem:
        session.engine.warn(subject.urn, f"previewed without the cluster: {problem}")
        return None
    except ApiError as refusal:
        if refusal.code == 403:
            return None
        raise


async def relinquish(session: Session, live: Object, manager: str) -> None:
    """Give up every field that is held under a manager's name; what no one else holds goes."""
    bare = {key: live[key] for key in ("apiVersion", "kind")}
    bare["metadata"] = {key: metadata(live)[key] for key in ("name", "namespace") if key in metadata(live)}
    await session.api.apply(bare, manager, force=False)


async def _write(session: Session, subject: Subject, ignored: list[Path], *, preview: bool) -> Object:
    """Write new inputs over the live object, anew where somebody else writes it at the same time."""
    for attempt in range(_ATTEMPTS):
        value = await session.api.place(subject.inputs)
        live = await _live(session, subject, value)
        try:
            if is_crd(value):
                return await _replace(session, subject, value, live, preview=preview)
            return await _apply(session, subject, value, live, ignored, preview=preview)
        except ApiError as refusal:
            raced = refusal.conflict and not refusal.status.get("details", {}).get("causes")
            if not raced or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


async def _live(session: Session, subject: Subject, value: Object) -> Object:
    try:
        return await session.api.get(type_of(value), namespace_of(value), name_of(value))
    except ApiError as refusal:
        if not refusal.missing:
            raise
        message = f"{subject.name} is gone from the cluster. Run `pulumi refresh`, then it is created anew"
        raise RefusedError(message) from None


async def _replace(
    session: Session, subject: Subject, value: Object, live: Object, *, preview: bool
) -> Object:
    """Replace a CRD as a whole, as `kubectl replace` does: its schemas are no matter of single fields."""
    version = metadata(live).get("resourceVersion")
    value = {**value, "metadata": {**metadata(value), "resourceVersion": version}}
    return await session.api.replace(value, subject.manager, dry_run=preview)


async def _apply(
    session: Session, subject: Subject, value: Object, live: Object, ignored: list[Path], *, preview: bool
) -> Object:
    if not subject.patch and not preview:
        entries = managers.adopted(live, subject.manager)
        if entries is not None:
            live = await session.api.set_managers(live, entries)
    value = managers.keep_ignored(value, live, subject.manager, ignored)
    always = session.config.patch_force
    force = managers.must_force(value, live, always=always, preview=preview)
    return await session.api.apply(value, subject.manager, force=force, dry_run=preview)
