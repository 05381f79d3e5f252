"""Requests about single resources: what each carries is read, its operation called, the result written."""

from __future__ import annotations

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.errors import (
    ApiError,
    NoSuchTypeError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from simulator.kubernetes.operations import managers
from simulator.kubernetes.operations.create import create, preview_create
from simulator.kubernetes.operations.delete import delete
from simulator.kubernetes.operations.session import Session, Subject, is_patch
from simulator.kubernetes.operations.update import preview_update, relinquish, update
from simulator.kubernetes.protocol import state
from simulator.kubernetes.protocol.failures import FORGET, InitFailedError, telling
from simulator.kubernetes.protocol.state import Redactor
from simulator.kubernetes.readiness.workloads import completed
from simulator.kubernetes.values import objects, paths
from simulator.kubernetes.values.diff import Difference, compare, takes_the_place
from simulator.kubernetes.values.objects import label, name_of, namespace_of, resource_id, type_of
from simulator.kubernetes.values.wire import Object, decode

__all__ = ["created", "deleted", "differing", "updated"]

_KINDS = {
    ("add", False): pb.PropertyDiff.ADD,
    ("add", True): pb.PropertyDiff.ADD_REPLACE,
    ("delete", False): pb.PropertyDiff.DELETE,
    ("delete", True): pb.PropertyDiff.DELETE_REPLACE,
    ("update", False): pb.PropertyDiff.UPDATE,
    ("update", True): pb.PropertyDiff.UPDATE_REPLACE,
}


async def differing(session: Session, request: pb.DiffRequest) -> pb.DiffResponse:
    """Tell what new inputs change. Inputs that are the same as before cost no more than their comparison."""
    unready = _to_be_ready(request.news)
    if request.old_inputs == request.news and not unready:
        state.refuse_foreign(request.olds)
        return _difference(Difference())
    olds, news = decode(request.old_inputs), decode(request.news)
    live = state.about(request.olds, olds.value)
    with telling(label(live), Redactor(olds, news)):
        state.refuse_foreign(request.olds)
        difference = compare(
            olds.value,
            news.value,
            live,
            config=session.config,
            namespaced=await _namespaced(session, news.value),
            patch=is_patch(request.urn, str(news.value.get("kind"))),
            ignored=[paths.parse(each) for each in request.ignoreChanges],
        )
        response = _difference(difference)
        if unready and not await _ready(session, request.urn, live):
            response.changes = pb.DiffResponse.DIFF_SOME
            response.replaces.append(
                paths.render(["metadata", "annotations", objects.ANNOTATION_REPLACE_UNREADY])
            )
            response.deleteBeforeReplace = takes_the_place(news.value, live)
        return response


def _to_be_ready(news: struct_pb2.Struct) -> bool:
    """Tell whether the object is to be replaced where it is not ready."""
    found = news
    for key in ("metadata", "annotations"):
        if key not in found.fields:
            return False
        found = found.fields[key].struct_value
    return found.fields.get(objects.ANNOTATION_REPLACE_UNREADY, struct_pb2.Value()).string_value == "true"


async def _ready(session: Session, urn: str, live: Object) -> bool:
    if live.get("kind") != "Job":
        session.engine.warn(urn, "pulumi.com/replaceUnready is for Jobs only")
        return True
    try:
        return completed(await session.api.get(type_of(live), namespace_of(live), name_of(live)))
    except (ApiError, NoSuchTypeError, UnreachableError):
        return True


async def _namespaced(session: Session, inputs: Object) -> bool:
    """Tell whether the object has a namespace; one of a type that is not known yet is taken to have one."""
    try:
        return await session.mapper.namespaced(type_of(inputs)) is not False
    except UnreachableError:
        return True


def _difference(difference: Difference) -> pb.DiffResponse:
    some = bool(difference.changes)
    replaced = set(difference.replaces)
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if some else pb.DiffResponse.DIFF_NONE,
        replaces=difference.replaces,
        deleteBeforeReplace=difference.delete_first,
        hasDetailedDiff=True,
        detailedDiff={
            path: pb.PropertyDiff(kind=_KINDS[change, path in replaced], inputDiff=change == "delete")
            for path, change in difference.changes.items()
        },
    )


async def created(session: Session, request: pb.CreateRequest) -> pb.CreateResponse:
    """Create an object; in a preview tell what it would be."""
    inputs = decode(request.properties)
    subject = Subject.of(request.urn, inputs, managers.manager_name(request.urn, inputs.value))
    redact = Redactor(inputs)
    with telling(subject.name, redact):
        if request.preview:
            dry = await preview_create(session, subject)
            if dry is None:
                return pb.CreateResponse(properties=request.properties)
            return pb.CreateResponse(properties=_foreseen(subject, dry))
        try:
            live = await create(session, subject, request.timeout)
        except NotReadyError as problem:
            reasons = [redact(f"{subject.name}: {reason}") for reason in problem.reasons]
            outputs = _outputs(subject, problem.live)
            raise InitFailedError.of(resource_id(problem.live), reasons, outputs) from None
    return pb.CreateResponse(id=resource_id(live), properties=_outputs(subject, live))


async def updated(session: Session, request: pb.UpdateRequest) -> pb.UpdateResponse:
    """Update an object; in a preview tell what it would be."""
    inputs = decode(request.news)
    recorded = state.recorded_manager(request.olds)
    manager = managers.manager_name(request.urn, inputs.value, recorded)
    subject = Subject.of(request.urn, inputs, manager)
    redact = Redactor(inputs, decode(request.old_inputs))
    ignored = [paths.parse(each) for each in request.ignoreChanges]
    with telling(subject.name, redact):
        state.refuse_foreign(request.olds)
        if request.preview:
            dry = await preview_update(session, subject, ignored)
            return pb.UpdateResponse(properties=request.news if dry is None else _foreseen(subject, dry))
        try:
            live = await update(session, subject, recorded or manager, ignored, request.timeout)
        except NotReadyError as problem:
            reasons = [redact(f"{subject.name}: {reason}") for reason in problem.reasons]
            outputs = _outputs(subject, problem.live)
            raise InitFailedError.of(request.id, reasons, outputs) from None
    return pb.UpdateResponse(properties=_outputs(subject, live))


def _outputs(subject: Subject, live: Object) -> struct_pb2.Struct:
    return state.outputs(live, subject.inputs, subject.secrets, subject.manager)


def _foreseen(subject: Subject, dry: Object) -> struct_pb2.Struct:
    return state.foreseen(dry, subject.inputs, subject.secrets, subject.manager)


async def deleted(session: Session, request: pb.DeleteRequest) -> None:
    """Delete an object; of a Patch resource's object, give up the fields that it set."""
    inputs = decode(request.old_inputs)
    live = state.about(request.properties, inputs.value)
    name = label(live)
    with telling(name, Redactor(inputs)):
        state.refuse_foreign(request.properties)
        try:
            if is_patch(request.urn, str(live.get("kind"))):
                manager = managers.manager_name(
                    request.urn, inputs.value, state.recorded_manager(request.properties)
                )
                await _give_up(session, live, manager, name)
            else:
                await delete(session, request.urn, live, inputs.value, request.timeout)
        except UnreachableError as problem:
            if not session.config.delete_unreachable:
                message = f"{problem}{FORGET}"
                raise UnreachableError(message) from None
            session.engine.warn(request.urn, f"taken out of the state only: {problem}")


async def _give_up(session: Session, live: Object, manager: str, name: str) -> None:
    try:
        if await session.api.get(type_of(live), namespace_of(live), name_of(live)):
            await relinquish(session, live, manager)
    except NoSuchTypeError:
        return
    except ApiError as refusal:
        if refusal.code == 422 and "Required value" in refusal.message:
            message = (
                f"{name}: this Patch alone sets a field that the object cannot be without. Set "
                f"retainOnDelete on it, or let another take the field over first ({refusal.message})"
            )
            raise RefusedError(message) from None
        if not refusal.missing:
            raise
