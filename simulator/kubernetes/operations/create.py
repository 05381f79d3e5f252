"""Creating objects."""

from __future__ import annotations

from functools import partial

from simulator.kubernetes import readiness
from simulator.kubernetes.access.mapping import is_crd
from simulator.kubernetes.errors import (
    ApiError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from simulator.kubernetes.operations import managers
from simulator.kubernetes.operations.delete import gone
from simulator.kubernetes.operations.session import Session, Subject
from simulator.kubernetes.operations.wait import until_ready
from simulator.kubernetes.readiness.rules import Rule
from simulator.kubernetes.values.objects import metadata, name_of, namespace_of, type_of
from simulator.kubernetes.values.wire import Object

__all__ = ["create", "preview_create", "ready"]

_EXISTS = (
    "{name} exists already. To take it over set upsertExistingObjects on the provider, to set only some of "
    "its fields use the Patch resource of its type, to adopt it use `pulumi import`"
)
_REMOVAL_SECONDS = 60.0


async def create(session: Session, subject: Subject, seconds: float) -> Object:
    """Create an object and wait until it is ready.

    It must not exist, unless the provider is to take over objects that do, or the resource is a Patch. Raises
    NotReadyError once the object exists.
    """
    rule = readiness.choose(subject.inputs, await_all=session.config.await_all)
    progress = session.engine.progress(subject.urn)
    live = await session.api.patiently(partial(_write, session, subject), session.pause, progress)
    return await ready(session, subject, live, rule, seconds)


async def ready(
    session: Session, subject: Subject, live: Object, rule: Rule | None, seconds: float
) -> Object:
    """Wait until an object that has been written is ready by a rule."""
    if rule is not None:
        limit = readiness.timeout(subject.inputs, seconds, rule)
        progress = session.engine.progress(subject.urn)
        wait = until_ready(live, rule, limit, mapper=session.mapper, watches=session.watches, report=progress)
        try:
            live = await session.unless_cancelled(wait)
        except NotReadyError:
            raise
        except Exception as problem:
            # The object exists: whatever went wrong, it must not get lost.
            reason = str(problem) or type(problem).__name__
            raise NotReadyError(live, [f"it was not waited for to become ready: {reason}"]) from problem
    if is_crd(live):
        session.mapper.serve(live)
    return live


async def preview_create(session: Session, subject: Subject) -> Object | None:
    """Have the server say what a creation would give; None where it cannot yet."""
    if subject.unknown or subject.patch:
        return None
    readiness.choose(subject.inputs)
    try:
        if not await session.api.served(type_of(subject.inputs)):
            return None
        value = await session.api.place(subject.inputs)
        if namespace_of(value) in session.absent_namespaces:
            return None
        return await _dry_run(session, subject, value)
    except UnreachableError as problem:
        session.engine.warn(subject.urn, f"previewed without the cluster: {problem}")
        return None


async def _dry_run(session: Session, subject: Subject, value: Object) -> Object | None:
    try:
        if session.config.upsert:
            # A replacement's old object still holds the fields: that is no conflict.
            return await session.api.apply(value, subject.manager, force=True, dry_run=True)
        return await session.api.create(value, subject.manager, dry_run=True)
    except ApiError as refusal:
        if refusal.namespace_missing:
            session.absent_namespaces.add(namespace_of(value))
        elif not (refusal.type_missing or refusal.exists or refusal.immutable or refusal.code == 403):
            raise
        return None


async def _write(session: Session, subject: Subject) -> Object:
    api = session.api
    value = await api.place(subject.inputs)
    if subject.patch:
        return await _apply(session, subject, value)
    if not session.config.upsert:
        return await _create_anew(session, subject, value)
    live = await _apply(session, subject, value)
    if metadata(live).get("deletionTimestamp"):
        # It was on its way out, and what was applied goes with it.
        await session.unless_cancelled(gone(session, live, _REMOVAL_SECONDS, subject.urn))
        live = await _apply(session, subject, value)
    return live


async def _apply(session: Session, subject: Subject, value: Object) -> Object:
    force = managers.must_force(value, None, always=session.config.patch_force, preview=False)
    return await session.api.apply(value, subject.manager, force=force)


async def _create_anew(session: Session, subject: Subject, value: Object) -> Object:
    refusal = RefusedError(_EXISTS.format(name=subject.name))
    try:
        return await session.api.create(value, subject.manager)
    except ApiError as problem:
        if problem.exists:
            raise refusal from None
        raise
    except UnreachableError:
        # Whether the request arrived, only the cluster knows; the manager's name tells whose object it is.
        try:
            live = await session.api.get(type_of(value), namespace_of(value), name_of(value))
        except ApiError as problem:
            if not problem.missing:
                raise
            return await session.api.create(value, subject.manager)
        if managers.ours(live, subject.manager):
            return live
        raise refusal from None
