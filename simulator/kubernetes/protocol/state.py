"""What is kept of an object in Pulumi's state, and by which mark it is told who wrote it."""

from __future__ import annotations

import base64
from typing import cast

from google.protobuf import struct_pb2

from simulator.kubernetes.access.builtin import GROUPS
from simulator.kubernetes.access.mapping import is_crd
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.provenance import FIELD_MANAGER, MARK, MARK_VALUE, THEIRS
from simulator.kubernetes.values import objects
from simulator.kubernetes.values.equality import text_of
from simulator.kubernetes.values.objects import metadata
from simulator.kubernetes.values.wire import Decoded, Marks, Object, encode, marks_within, plain

__all__ = ["Redactor", "about", "outputs", "recorded_manager", "refuse_foreign", "secrets_of"]

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
# Of an object that stays as it was given, what only the API server tells.
_TOLD = frozenset({"apiVersion", "kind", "metadata", "status"})
_AS_GIVEN = frozenset({"ClusterRole", "ClusterRoleBinding", "NetworkPolicy", "Role", "RoleBinding"})
_HIDDEN = "[secret]"
# Shorter ones are parts of other words: they are taken out where a message quotes them.
_SHORT = 4


def outputs(live: Object, inputs: Object, secrets: Marks | None, manager: str) -> struct_pb2.Struct:
    """Return a resource's outputs: the live object, without what nothing reads or what would be there twice.

    Left out: managed fields, the copy that kubectl keeps of what it applied, the conditions in a status, of a
    CRD its schemas and its status, and of access control, network policies and custom resources all that
    stands in the inputs, which the SDK gives to a program in their place. What is secret in the inputs is so
    here.
    """
    kept = {key: value for key, value in live.items() if key in _TOLD or not _is_as_given(live)}
    about = {key: value for key, value in metadata(live).items() if key not in {"managedFields", "selfLink"}}
    annotations = about.get("annotations")
    if isinstance(annotations, dict):
        about["annotations"] = {
            key: value
            for key, value in cast("Object", annotations).items()
            if key != objects.ANNOTATION_LAST_APPLIED
        }
    kept["metadata"] = about
    status = kept.get("status")
    if is_crd(live):
        kept.pop("status", None)
        kept["spec"] = _without_schemas(cast("Object", live.get("spec") or {}))
    elif isinstance(status, dict):
        kept["status"] = {
            key: value for key, value in cast("Object", status).items() if key not in _TRANSIENT
        }
    kept[FIELD_MANAGER] = manager
    kept[MARK] = MARK_VALUE
    return encode(kept, secrets_of(inputs, secrets))


def _is_as_given(live: Object) -> bool:
    group = str(live.get("apiVersion") or "").rpartition("/")[0]
    return group not in GROUPS or live.get("kind") in _AS_GIVEN


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
    return state.fields[FIELD_MANAGER].string_value if FIELD_MANAGER in state.fields else None
