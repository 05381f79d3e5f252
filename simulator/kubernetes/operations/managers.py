"""Field managers: under which name an object is applied, and what the record of who manages what says.

The record's format: FieldsV1 of k8s.io/apimachinery, a tree with keys `f:<field>` and `k:{...}`.
"""

from __future__ import annotations

import hashlib
from typing import Any, cast

from simulator.kubernetes import provenance
from simulator.kubernetes.values import objects
from simulator.kubernetes.values.objects import metadata
from simulator.kubernetes.values.paths import Path, get, remove, replace
from simulator.kubernetes.values.wire import Object

__all__ = ["adopted", "keep_ignored", "manager_name", "must_force", "ours"]

PREFIX = provenance.OURS.removesuffix("-")

# Writers whose fields become this manager's own on the first update: kubectl, and creation without apply.
_KUBECTL = {("kubectl", "Apply"), ("kubectl", "Update"), ("before-first-apply", "Update")}
_PULUMI = {"pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"}


def manager_name(urn: str, inputs: Object, recorded: object = None) -> str:
    """Return a resource's field manager: its annotation, what its state recorded, or one made of its URN.

    Being made of the URN, it is the same again where the state of a creation was lost.
    """
    if given := objects.annotation(inputs, objects.ANNOTATION_FIELD_MANAGER):
        return given
    if isinstance(recorded, str) and recorded:
        return recorded
    return f"{PREFIX}-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"


def ours(live: Object, manager: str) -> bool:
    """Tell whether an object has been written under a manager's name."""
    return any(entry.get("manager") == manager for entry in _entries(live))


def adopted(live: Object, manager: str) -> list[Object] | None:
    """Return the record with the fields of a creation without apply, and kubectl's, moved to a manager.

    None where there is nothing to move. Without this step their old values would stay beside the new ones.
    """
    moved: list[Object] = []
    kept: list[Object] = []
    for entry in _entries(live):
        pair = (str(entry.get("manager")), str(entry.get("operation")))
        created = pair[1] == "Update" and (pair[0] in _PULUMI or pair[0] == manager)
        plain = not entry.get("subresource")
        (moved if plain and (created or pair in _KUBECTL) else kept).append(entry)
    if not moved:
        return None
    own = [entry for entry in kept if entry.get("manager") == manager and entry.get("operation") == "Apply"]
    fields: Object = {}
    for entry in (*own, *moved):
        fields = _union(fields, cast("Object", entry.get("fieldsV1") or {}))
    first = (own or moved)[0]
    merged = {**first, "manager": manager, "operation": "Apply", "fieldsV1": fields}
    return [merged, *(entry for entry in kept if entry not in own)]


def must_force(inputs: Object, live: Object | None, *, always: bool, preview: bool) -> bool:
    """Tell whether to overwrite other managers' fields: on request, and where a conflict would be none.

    That is in a preview before `adopted` fields have moved or the old object is gone, and for an object
    without any record.
    """
    if always or objects.annotation(inputs, objects.ANNOTATION_PATCH_FORCE) == "true":
        return True
    if live is None:
        return preview
    entries = _entries(live)
    created = any(
        entry.get("operation") == "Update" and str(entry.get("manager")).startswith(PREFIX)
        for entry in entries
    )
    return not entries or (preview and created)


def keep_ignored(inputs: Object, live: Object, manager: str, ignored: list[Path]) -> Object:
    """Return inputs in which ignored properties stay as they are in the cluster.

    One that only others manage is left out, so that it stays theirs; any other takes its live value, for
    leaving it out would unset it.
    """
    for path in ignored:
        holders = {
            str(entry.get("manager"))
            for entry in _entries(live)
            if _covers(cast("Object", entry.get("fieldsV1") or {}), path)
        }
        if holders and manager not in holders:
            inputs = remove(inputs, path)
        else:
            value = get(live, path)
            if value is not None:
                inputs = replace(inputs, path, value)
    return inputs


def _covers(fields: Object, path: Path) -> bool:
    """Tell whether a tree of fields has something at a path. Lists are looked at as a whole."""
    for step in path:
        if not isinstance(step, str):
            return True
        found = fields.get(f"f:{step}")
        if not isinstance(found, dict):
            return False
        fields = cast("Object", found)
    return True


def _union(one: Object, other: Object) -> Object:
    """Return the fields of both trees."""
    return {
        key: _union(cast("Object", one.get(key) or {}), cast("Object", other.get(key) or {}))
        for key in {**one, **other}
    }


def _entries(live: Object) -> list[Object]:
    found = metadata(live).get("managedFields")
    return [cast("Object", entry) for entry in cast("list[Any]", found)] if isinstance(found, list) else []
