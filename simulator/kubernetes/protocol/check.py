"""Checking inputs: names, namespaces, and what is secret; otherwise they stay as the program wrote them."""

from __future__ import annotations

import hashlib
import secrets as randomness

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.access import builtin
from simulator.kubernetes.errors import RefusedError, UnreachableError
from simulator.kubernetes.operations.session import Session, is_patch
from simulator.kubernetes.values import objects
from simulator.kubernetes.values.objects import Type
from simulator.kubernetes.values.wire import SIGNATURE_KEY, plain, seal

__all__ = ["checked"]

_NAMING = pb.CheckRequest.AutonamingOptions


async def checked(session: Session, request: pb.CheckRequest) -> struct_pb2.Struct:
    """Return the inputs to go on with. Raises RefusedError for those that no object can be made of.

    Most inputs come unchanged on every run, so that they are worked on as they are on the wire.
    """
    inputs = struct_pb2.Struct()
    inputs.CopyFrom(request.news)
    kind = _kind(request.urn, inputs)
    _refuse_wrong_type(request.urn, kind, inputs)
    metadata = _metadata(inputs)
    if metadata is not None:
        _name(request, metadata, patch=is_patch(request.urn, kind.kind))
        if "namespace" not in metadata.fields:
            await _settle_namespace(session, request, kind, metadata)
    if kind.kind == "Secret" and kind.group == "":
        for key in ("data", "stringData"):
            if key in inputs.fields:
                seal(inputs.fields[key])
    if kind.kind == "CustomResourceDefinition":
        _plan(session, inputs)
    return inputs


def _plan(session: Session, inputs: struct_pb2.Struct) -> None:
    """Take note of what a CRD defines; it is not read whole, for its schemas are long."""
    group, kind = _peek(inputs, "spec", "group"), _peek(inputs, "spec", "names", "kind")
    session.mapper.plan(group, kind, namespaced=_peek(inputs, "spec", "scope") == "Namespaced")


def _peek(struct: struct_pb2.Struct, *path: str) -> str:
    """Return the text at a path, "" where there is none. Reading a field that is absent would make it."""
    *objects_around, key = path
    for step in objects_around:
        if step not in struct.fields:
            return ""
        struct = struct.fields[step].struct_value
    return struct.fields[key].string_value if key in struct.fields else ""


def _kind(urn: str, inputs: struct_pb2.Struct) -> Type:
    """Return the type of the object, as its inputs declare it, else as the resource's type token does."""
    value = {key: plain(inputs.fields[key]) for key in ("apiVersion", "kind") if key in inputs.fields}
    token = urn.split("::")[2].rsplit("$", maxsplit=1)[-1]
    _, module, name = token.split(":", 2)
    value.setdefault("apiVersion", module.removeprefix("core/"))
    value.setdefault("kind", name)
    for key, item in value.items():
        if key not in inputs.fields:
            inputs.fields[key].string_value = item
    return objects.type_of(value)


def _refuse_wrong_type(urn: str, kind: Type, inputs: struct_pb2.Struct) -> None:
    if "helm.sh/v3:Release" in urn:
        message = "Helm releases need Pulumi's own Kubernetes plugin: the stand-in does not run Helm"
        raise RefusedError(message)
    if kind.kind.endswith("List") and kind.group in builtin.GROUPS and "items" in inputs.fields:
        message = f"{kind.kind} cannot be created: declare the objects in it one by one"
        raise RefusedError(message)


def _metadata(inputs: struct_pb2.Struct) -> struct_pb2.Struct | None:
    """Return the metadata for changing, made where there is none; None where it is unknown or secret."""
    found = inputs.fields["metadata"]
    if found.WhichOneof("kind") is None:
        found.struct_value.SetInParent()
    if found.WhichOneof("kind") != "struct_value" or SIGNATURE_KEY in found.struct_value.fields:
        return None
    return found.struct_value


def _name(request: pb.CheckRequest, metadata: struct_pb2.Struct, *, patch: bool) -> None:
    """Give an object without a name the one that it had, else make one up and note that it was."""
    if "name" in metadata.fields:
        return
    if patch:
        message = "a Patch resource must say which object it is for: set metadata.name"
        raise RefusedError(message)
    if "generateName" in metadata.fields:
        message = "metadata.generateName cannot be used with server-side apply: set metadata.name or neither"
        raise RefusedError(message)
    autonamed = _peek(request.olds, "metadata", "annotations", objects.ANNOTATION_AUTONAMED) == "true"
    old = _peek(request.olds, "metadata", "name") if autonamed else ""
    metadata.fields["name"].string_value = old or _made_up(request)
    if metadata.fields["annotations"].WhichOneof("kind") in {None, "struct_value"}:
        annotations = metadata.fields["annotations"].struct_value
        annotations.fields[objects.ANNOTATION_AUTONAMED].string_value = "true"


def _made_up(request: pb.CheckRequest) -> str:
    mode = request.autonaming.mode
    if request.HasField("autonaming") and mode == _NAMING.DISABLE:
        message = "autonaming is disabled: set metadata.name"
        raise RefusedError(message)
    if request.HasField("autonaming") and request.autonaming.proposed_name:
        return request.autonaming.proposed_name
    seed = request.randomSeed or randomness.token_bytes(32)
    return f"{request.urn.rsplit('::', 1)[-1]}-{hashlib.sha256(seed).hexdigest()[:8]}"


async def _settle_namespace(
    session: Session, request: pb.CheckRequest, kind: Type, metadata: struct_pb2.Struct
) -> None:
    """Write the default namespace into inputs without one, if it is known that their type has namespaces."""
    namespaced = builtin.scope(kind)
    if namespaced is None and "metadata" in request.olds.fields:
        namespaced = "namespace" in request.olds.fields["metadata"].struct_value.fields or None
    if namespaced is None:
        try:
            namespaced = await session.mapper.namespaced(kind)
        except UnreachableError:
            return
    if namespaced:
        metadata.fields["namespace"].string_value = session.config.namespace
