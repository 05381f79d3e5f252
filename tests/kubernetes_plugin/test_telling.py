"""Errors in terms of objects and fields, field managers, and who made a state."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.kubernetes import origin
from simulator.kubernetes.errors import ApiError
from simulator.kubernetes.operations import managers
from simulator.kubernetes.values.wire import Object

# As kube-apiserver 1.36.3 answered.
TYPED = "failed to create typed patch object (n/d; apps/v1, Kind=Deployment): "
DECODED = 'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: '


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        (500, TYPED + ".spec.replica: field not declared in schema", "x: .spec.replica: no such field"),
        (400, DECODED + 'unknown field "spec.replica"', 'x: unknown field "spec.replica"'),
        (
            500,
            TYPED + ".data.x: expected string, got &value.valueUnstructured{Value:hunter2}",
            "x: .data.x: expected string, found a string",
        ),
        (500, TYPED + ".a: expected list, got &value.valueUnstructured{Value:map[a:b]}", "found an object"),
        (403, "namespaces is forbidden", "x: namespaces is forbidden"),
    ],
)
def test_the_servers_machinery_is_left_out_of_its_messages(code: int, message: str, told: str) -> None:
    assert told in ApiError(code, {"message": message}).explain("x")
    assert "hunter2" not in ApiError(code, {"message": message}).explain("x")


def test_each_invalid_field_is_told_with_its_fault() -> None:
    causes = [
        {"field": "spec.a", "message": "Required value"},
        {"field": "spec.b", "message": "Invalid value"},
    ]
    error = ApiError(422, {"message": "long", "reason": "Invalid", "details": {"causes": causes}})
    assert error.explain("Thing n/x") == "Thing n/x: spec.a: Required value; spec.b: Invalid value"


def test_a_conflict_tells_fields_managers_and_ways_out() -> None:
    cause = {
        "reason": "FieldManagerConflict",
        "message": 'conflict with "hpa" using v1',
        "field": ".spec.replicas",
    }
    error = ApiError(409, {"message": "m", "reason": "Conflict", "details": {"causes": [cause]}})
    told = error.explain("Deployment n/x")
    assert told.startswith("Deployment n/x: .spec.replicas is managed by hpa, which set another value.")
    assert "pulumi.com/patchForce" in told


def _entry(manager: str, operation: str, *fields: str, **extra: str) -> Object:
    tree: Object = {}
    for field in fields:
        node = tree
        for step in field.split("."):
            node = node.setdefault(f"f:{step}", {})
    return {"manager": manager, "operation": operation, "fieldsV1": tree, **extra}


def _live(*entries: Object, **content: Any) -> Object:  # noqa: ANN401
    return {"metadata": {"name": "x", "managedFields": list(entries)}, **content}


def test_what_was_created_without_apply_becomes_the_managers_own() -> None:
    created = _entry("pulumi-kubernetes", "Update", "data.a")
    kubectl = _entry("kubectl", "Update", "data.b")
    status = _entry("pulumi-kubernetes", "Update", "status.c", subresource="status")
    other = _entry("hpa", "Update", "spec.replicas")
    own = _entry("ours", "Apply", "data.d")
    entries = managers.adopted(_live(created, kubectl, status, other, own), "ours")
    assert entries == [_entry("ours", "Apply", "data.d", "data.a", "data.b"), status, other]
    assert managers.adopted(_live(other, own), "ours") is None


def test_ignored_properties_stay_theirs_or_keep_their_value() -> None:
    live = _live(
        _entry("hpa", "Update", "spec.replicas"),
        _entry("ours", "Apply", "spec.paused"),
        spec={"replicas": 5, "paused": True},
    )
    inputs: Object = {"spec": {"replicas": 1, "paused": False, "selector": {}}}
    kept = managers.keep_ignored(inputs, live, "ours", [["spec", "replicas"], ["spec", "paused"]])
    assert kept == {"spec": {"paused": True, "selector": {}}}


def test_conflicts_are_forced_on_request_and_in_a_preview_of_what_moves() -> None:
    plain: Object = {"metadata": {"name": "x"}}
    wanted: Object = {"metadata": {"name": "x", "annotations": {"pulumi.com/patchForce": "true"}}}
    theirs, moving = _live(_entry("hpa", "Update", "a")), _live(_entry("pulumi-kubernetes", "Update", "a"))
    assert managers.must_force(wanted, theirs, always=False, preview=False)
    assert managers.must_force(plain, theirs, always=True, preview=False)
    assert not managers.must_force(plain, theirs, always=False, preview=True)
    assert managers.must_force(plain, moving, always=False, preview=True)
    assert not managers.must_force(plain, moving, always=False, preview=False)
    assert managers.must_force(plain, None, always=False, preview=True)
    assert not managers.must_force(plain, None, always=False, preview=False)


def test_a_manager_is_the_same_again_for_the_same_resource() -> None:
    one, other = managers.manager_name("urn:a", {}), managers.manager_name("urn:b", {})
    assert one == managers.manager_name("urn:a", {})
    assert one != other
    assert managers.manager_name("urn:a", {}, "recorded") == "recorded"
    wanted = {"metadata": {"annotations": {"pulumi.com/patchFieldManager": "mine"}}}
    assert managers.manager_name("urn:a", wanted, "recorded") == "mine"


def _export(*outputs: Object) -> Object:
    resources = [
        {"urn": f"urn:{index}", "custom": True, "type": "kubernetes:core/v1:ConfigMap", "outputs": each}
        for index, each in enumerate(outputs)
    ]
    others: list[Object] = [
        {"urn": "urn:stack", "custom": False, "type": "pulumi:pulumi:Stack"},
        {"urn": "urn:chart", "custom": False, "type": "kubernetes:helm.sh/v4:Chart", "outputs": {}},
        {"urn": "urn:provider", "custom": True, "type": "pulumi:providers:kubernetes", "outputs": {}},
    ]
    return {"version": 3, "deployment": {"resources": [*others, *resources]}}


OURS: Object = {"__plugin": "stand-in"}
THEIRS: Object = {"__inputs": {}, "__initialApiVersion": "v1", "__fieldManager": "x"}


def test_a_state_tells_which_plugin_made_it() -> None:
    assert origin(_export()) is None
    assert origin(_export(OURS, OURS)) == "stand-in"
    assert origin(_export(THEIRS)) == "plugin"
    assert origin({"version": 3, "deployment": None}) is None
    assert origin(_export(OURS)["deployment"]) == "stand-in"


def test_a_state_made_by_both_is_refused() -> None:
    with pytest.raises(ValueError, match="the stand-in made urn:0, Pulumi's own made urn:1"):
        origin(_export(OURS, THEIRS))
