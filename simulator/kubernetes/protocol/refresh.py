"""Requests to read a resource: a refresh, an import, or a resource that a program only looks at."""

from __future__ import annotations

from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.errors import UnreachableError
from simulator.kubernetes.operations import managers
from simulator.kubernetes.operations.read import Found, read
from simulator.kubernetes.operations.session import Session
from simulator.kubernetes.protocol import state
from simulator.kubernetes.protocol.failures import FORGET, InitFailedError, telling
from simulator.kubernetes.protocol.state import Redactor
from simulator.kubernetes.values.objects import Type, label, parse_id, resource_id, type_of
from simulator.kubernetes.values.wire import Decoded, Object, decode, encode

__all__ = ["refreshed"]


async def refreshed(session: Session, request: pb.ReadRequest) -> pb.ReadResponse:
    """Read an object. Where it is gone, the answer has no id."""
    inputs = decode(request.inputs)
    before = decode(request.properties)
    namespace, name = parse_id(request.id)
    kind = _kind(request.urn, inputs.value, before.value)
    shown = label({"kind": kind.kind, "metadata": {"namespace": namespace, "name": name}})
    redact = Redactor(inputs, before)
    with telling(shown, redact):
        state.refuse_foreign(request.properties)
        try:
            found = await read(session, kind, request.id, inputs=inputs.value, before=before.value)
        except UnreachableError as problem:
            return _unreachable(session, request, problem)
    if found is None:
        return pb.ReadResponse()
    response = _response(request, found, inputs)
    if found.reasons:
        reasons = [redact(f"{shown}: {reason}") for reason in found.reasons]
        raise InitFailedError.of(response.id, reasons, response.properties, response.inputs)
    return response


def _kind(urn: str, inputs: Object, before: Object) -> Type:
    for known in (inputs, before):
        if known.get("kind"):
            return type_of(known)
    _, version, kind = urn.split("::")[2].rsplit("$", maxsplit=1)[-1].split(":", 2)
    return type_of({"apiVersion": version, "kind": kind.removesuffix("Patch")})


def _response(request: pb.ReadRequest, found: Found, inputs: Decoded) -> pb.ReadResponse:
    manager = managers.manager_name(request.urn, found.inputs, state.recorded_manager(request.properties))
    secrets = state.secrets_of(found.inputs, inputs.secrets)
    # Unchanged inputs go back as they came, so that nothing is secret in another way than before.
    same = inputs.value == found.inputs
    read_inputs = request.inputs if same else encode(found.inputs, secrets)
    return pb.ReadResponse(
        id=request.id or resource_id(found.live),
        properties=state.outputs(found.live, found.inputs, inputs.secrets, manager),
        inputs=read_inputs,
    )


def _unreachable(session: Session, request: pb.ReadRequest, problem: UnreachableError) -> pb.ReadResponse:
    if session.config.delete_unreachable:
        session.engine.warn(request.urn, f"taken out of the state only: {problem}")
        return pb.ReadResponse()
    if session.config.skip_update_unreachable:
        session.engine.warn(request.urn, f"left as it was in the state: {problem}")
        return pb.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
    message = f"{problem}{FORGET}"
    raise UnreachableError(message)
