"""What is kept of an object in Pulumi's state, and by which mark it is told who wrote it."""

from __future__ import annotations

import base64
from typing import cast

from google.protobuf import struct_pb2

from simulator.kubernetes import provenance
from simulator.kubernetes.access.mapping import is_crd
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.provenance import FIELD_MANAGER, MARK, THEIRS, marks
from simulator.kubernetes.values import objects
from simulator.kubernetes.values.drift import reflected
from simulator.kubernetes.values.equality import text_of
from simulator.kubernetes.values.objects import metadata
from simulator.kubernetes.values.wire import Decoded, Marks, Object, encode, marks_within, plain

__all__ = ["Redactor", "about", "foreseen", "outputs", "recorded_manager", "refuse_foreign", "secrets_of"]

# Of a status these say at length what the wait already went by, and they change with every event.
_TRANSIENT = frozenset(
    {
        "conditions",
        "containerStatuses",
        "ephemeralContainerStatuses",
        "initContainerStatuses",
        "managedFields",
    }
)
# Parts of which the API server tells what no program can know: addresses, volumes, its own identity.
_TOLD = frozenset({"Namespace", "PersistentVolume", "PersistentVolumeClaim", "Pod", "Service"})
# Parts that others refer to: in a preview the SDK takes what an output lacks for unknown.
_NAMING = frozenset({"metadata", "status"})
# What the API server keeps about an object for itself; `generation` and `uid` tell nothing to a program.
_BOOKKEEPING = frozenset(
    {"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}
)
_HIDDEN = "[secret]"
# Shorter ones are parts of other words: they are taken out where a message quotes them.
_SHORT = 4


def foreseen(live: Object, inputs: Object, secrets: Marks | None, manager: str) -> struct_pb2.Struct:
    """Return what a resource's outputs will be: all of the object, for a preview is not written anywhere."""
    kept = {**live, **marks(manager)}
    kept.pop("status", None)
    kept["metadata"] = _without_bookkeeping(metadata(live), {})
    return encode(kept, secrets_of(inputs, secrets))


def outputs(live: Object, inputs: Object, secrets: Marks | None, manager: str) -> struct_pb2.Struct:
    """Return a resource's outputs: the live object, without what nothing reads or what would be there twice.

    Left out: what the API server counts and stamps, the copy that kubectl keeps of what it applied, the
    conditions in a status, of a CRD its schemas and its status; and each part (`spec`, `data`, `rules`, the
    labels, ...) that means what the inputs say, which the SDK gives to a program in its place, for the engine
    writes the state anew with every step. What is secret in the inputs is so here.
    """
    kept = {key: value for key, value in live.items() if not _is_as_given(key, live, inputs, secrets)}
    kept["metadata"] = _without_bookkeeping(metadata(live), metadata(inputs))
    status = kept.get("status")
    if is_crd(live):
        kept.pop("status", None)
        if "spec" in kept:
            kept["spec"] = _without_schemas(cast("Object", live.get("spec") or {}))
    elif isinstance(status, dict):
        kept["status"] = {
            key: value for key, value in cast("Object", status).items() if key not in _TRANSIENT
        }
    return encode({**kept, **marks(manager)}, secrets_of(inputs, secrets))


def _is_as_given(key: str, live: Object, inputs: Object, secrets: Marks | None) -> bool:
    """Whether a part of the live object means what the inputs say, server's defaults aside.

    What is secret stays: as an output it is marked so, and the SDK would not mark it.
    """
    if secrets is True or key in (secrets or {}):
        return False
    if key not in inputs or key in _NAMING or (key == "spec" and live.get("kind") in _TOLD):
        return False
    return reflected({key: inputs[key]}, {}, {key: live[key]}) == {key: inputs[key]}


def _without_bookkeeping(about: Object, given: Object) -> Object:
    kept = {key: value for key, value in about.items() if key not in _BOOKKEEPING}
    if kept.get("labels") == given.get("labels"):
        kept.pop("labels", None)
    annotations = kept.get("annotations")
    if isinstance(annotations, dict):
        kept["annotations"] = {
            key: value
            for key, value in cast("Object", annotations).items()
            if key != objects.ANNOTATION_LAST_APPLIED
        }
    return kept


def _without_schemas(spec: Object) -> Object:
    versions = cast("list[Object]", spec.get("versions") or [])
    slim = [{key: value for key, value in version.items() if key != "schema"} for version in versions]
    return {**spec, "versions": slim}


def secrets_of(inputs: Object, secrets: Marks | None) -> Marks | None:
    """Return what is secret about an object: what the program says, and in any case a Secret's content."""
    if inputs.get("kind") != "Secret" or secrets is True:
        return secrets
    return {**(secrets or {}), "data": True, "stringData": True}


def refuse_foreign(state: struct_pb2.Struct) -> None:
    """Raise RefusedError for the state of an object that Pulumi's own plugin wrote: it has another form."""
    if any(key in state.fields for key in THEIRS) and MARK not in state.fields:
        value = about(state, {})
        message = (
            f"{objects.label(value)}: its state was written by Pulumi's own Kubernetes plugin, and this is "
            "the stand-in for it, which cannot go on from there. Run with the plugin that made the stack, or "
            "remove the stack and make it anew"
        )
        raise RefusedError(message)


class Redactor:
    """Takes the secrets of one resource out of texts."""

    def __init__(self, *property_maps: Decoded) -> None:
        leaves = [
            leaf
            for each in property_maps
            for leaf in marks_within(each.value, secrets_of(each.value, each.secrets))
        ]
        texts = {str(leaf) for leaf in leaves if not isinstance(leaf, bool)}
        # A Secret's values are texts in one place and base64 in another.
        texts |= {text for leaf in leaves if (text := text_of(leaf))}
        texts |= {base64.b64encode(text.encode()).decode() for text in texts}
        self._texts = sorted(filter(None, texts), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return a text in which no secret is left."""
        for secret in self._texts:
            if len(secret) < _SHORT:
                text = text.replace(f'"{secret}"', f'"{_HIDDEN}"')
            else:
                text = text.replace(secret, _HIDDEN)
        return text


def about(state: struct_pb2.Struct, inputs: Object) -> Object:
    """Return the object that a state is about: its type, and its metadata as last seen."""
    keys = [key for key in ("apiVersion", "kind", "metadata") if key in state.fields]
    return {**{key: inputs.get(key) for key in ("apiVersion", "kind", "metadata")}} | {
        key: plain(state.fields[key]) for key in keys
    }


def recorded_manager(state: struct_pb2.Struct) -> str | None:
    """Return the field manager that a state recorded, None without one."""
    known = (FIELD_MANAGER, MARK)
    return provenance.recorded_manager(
        {key: plain(state.fields[key]) for key in known if key in state.fields}
    )
