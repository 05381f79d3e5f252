"""What changes an object, what replaces it, and what has drifted."""

from __future__ import annotations

import copy

import pytest

from simulator.kubernetes.config import Config
from simulator.kubernetes.values import drift, paths
from simulator.kubernetes.values.diff import Difference, compare
from simulator.kubernetes.values.wire import UNKNOWN
from tests.kubernetes_plugin.objects import Object, config_map, deployment, job, service


def _compare(
    old: Object, new: Object, *ignored: str, namespaced: bool = True, **settings: bool
) -> Difference:
    return compare(
        old,
        new,
        old,
        config=Config(**settings),  # type: ignore[arg-type]
        namespaced=namespaced,
        patch=False,
        ignored=[paths.parse(path) for path in ignored],
    )


def _with(value: Object, path: str, new: object) -> Object:
    return paths.replace(copy.deepcopy(value), paths.parse(path), new)


def test_each_changed_field_is_named() -> None:
    old = {**config_map("x", "n", data={"a": "1", "b": "2"}), "immutable": False}
    new = {**config_map("x", "n", data={"a": "3", "c.d": "4"}), "immutable": False}
    found = _compare(old, new, config_map_mutable=True)
    assert found.changes == {"data.a": "update", "data.b": "delete", 'data["c.d"]': "add"}
    assert (found.replaces, found.delete_first) == ([], False)


def test_the_content_of_config_maps_and_secrets_cannot_change_unless_told_so() -> None:
    old, new = config_map("x", "n", data={"a": "1"}), config_map("x", "n", data={"a": "2"})
    assert _compare(old, new).replaces == ["data.a"]
    assert _compare(old, new).delete_first
    assert _compare(old, new, config_map_mutable=True).replaces == []
    frozen = {"immutable": True}
    assert _compare(old | frozen, new | frozen, config_map_mutable=True).replaces == ["data.a"]
    secret: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}
    one, two = {**secret, "data": {"a": "1"}}, {**secret, "data": {"a": "2"}}
    assert _compare(one, two).replaces == ["data.a"]
    assert _compare(one, two, secret_mutable=True).replaces == []


@pytest.mark.parametrize(
    ("value", "path", "new", "replaced"),
    [
        (deployment("x", "n"), "spec.selector.matchLabels.app", "y", True),
        (deployment("x", "n"), "spec.replicas", 3, False),
        (deployment("x", "n"), "spec.template.spec.containers[0].image", "y", False),
        (job("x", "n"), "spec.template.spec.containers[0].image", "y", True),
        (job("x", "n"), "spec.backoffLimit", 3, False),
        (service("x", "n"), "spec.clusterIP", "None", True),
        (service("x", "n"), "spec.ports[0].port", 81, False),
    ],
)
def test_fields_that_cannot_change_need_a_new_object(
    value: Object, path: str, new: object, replaced: bool
) -> None:
    found = _compare(value, _with(value, path, new))
    assert bool(found.replaces) == replaced
    assert found.delete_first == replaced


def test_a_new_name_or_namespace_needs_a_new_object_beside_the_old() -> None:
    old = config_map("x", "n")
    for new in (config_map("y", "n"), config_map("x", "m")):
        found = _compare(old, new)
        assert found.replaces
        assert not found.delete_first


def test_an_object_whose_name_was_made_up_makes_room_for_itself() -> None:
    old = config_map("x-1234", "n", data={"a": "1"}, autonamed="true")
    found = _compare(old, config_map("x-1234", "n", data={"a": "2"}, autonamed="true"))
    assert found.replaces
    assert not found.delete_first


def test_what_is_unknown_counts_as_changed() -> None:
    old = config_map("x", "n")
    assert _compare(old, _with(old, "data.key", UNKNOWN)).changes == {"data.key": "update"}


def test_the_default_namespace_and_a_namespace_where_there_is_none_are_no_change() -> None:
    placed, bare = config_map("x", "default"), config_map("x", "")
    assert not _compare(placed, bare).changes
    assert not _compare(placed, bare, namespaced=False).changes
    assert not _compare(config_map("x", "n"), bare, namespaced=False).changes
    assert _compare(config_map("x", "n"), bare).replaces == ["metadata.namespace"]


def test_ignored_paths_are_no_change() -> None:
    old = service("x", "n")
    new = _with(old, "spec.ports[0].port", 81)
    assert not _compare(old, new, "spec.ports[*].port").changes
    assert _compare(old, new, "spec.ports[1]").changes


def test_lists_are_compared_by_position() -> None:
    old = service("x", "n")
    new = _with(old, "spec.ports", [{"port": 80}, {"port": 81}])
    assert _compare(old, new).changes == {"spec.ports[1]": "add"}
    assert _compare(new, old).changes == {"spec.ports[1]": "delete"}


def test_inputs_stay_as_written_where_the_cluster_means_the_same() -> None:
    inputs = deployment("x", "n", cpu="0.1")
    inputs["spec"]["template"]["spec"]["hostNetwork"] = False
    live = copy.deepcopy(inputs)
    container = live["spec"]["template"]["spec"]["containers"][0]
    container |= {"resources": {"requests": {"cpu": "100m"}}, "terminationMessagePath": "/dev/x"}
    del live["spec"]["template"]["spec"]["hostNetwork"]
    live["status"] = {"replicas": 1}
    assert drift.reflected(inputs, {}, live) == inputs


def test_a_value_that_the_server_rewrote_itself_is_no_drift() -> None:
    """Such as the first form of a duration: what it made of it then is what it is now."""
    inputs, live = {"spec": {"wait": "60s"}}, {"spec": {"wait": "1m0s"}}
    assert drift.reflected(inputs, live, live) == inputs
    assert drift.reflected(inputs, {"spec": {"wait": "2m0s"}}, live) == live


def test_containers_that_others_added_are_not_the_programs() -> None:
    inputs = {"spec": {"containers": [{"name": "main", "image": "a"}]}}
    live = {"spec": {"containers": [{"name": "sidecar", "image": "s"}, {"name": "main", "image": "b"}]}}
    expected = {"spec": {"containers": [{"name": "main", "image": "b"}]}}
    assert drift.reflected(inputs, {}, live) == expected


def test_values_that_others_added_to_a_list_are_drift() -> None:
    inputs, live = {"rules": {"verbs": ["get"]}}, {"rules": {"verbs": ["get", "delete"]}}
    assert drift.reflected(inputs, {}, live) == live


def test_what_was_removed_is_drift() -> None:
    inputs, live = config_map("x", "n", data={"a": "1", "b": "2"}), config_map("x", "n", data={"a": "1"})
    assert drift.reflected(inputs, inputs, live)["data"] == {"a": "1"}
