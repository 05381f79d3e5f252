"""A patch changes what it names in the objects of its target, and nothing else."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest
from pulumi.output import Unknown

from overlays.model import Overlay, Patch, ReadOverlay
from overlays.patching import patched
from overlays.transform import Patches

CONTAINERS = [
    {"name": "main", "image": "a:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
    {"name": "side", "image": "b:1"},
]
SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "value": {"a": "hidden", "b": "hidden"},
}


def deployment(name: str, component: str = "katib", **metadata: object) -> dict[str, Any]:
    labels = {"slipway.dev/component": component}
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "kubeflow", "labels": labels, **metadata},
        "spec": {"replicas": 1.0, "template": {"spec": {"containers": CONTAINERS}}},
    }


def merged(fields: Mapping[str, Any], merge: Mapping[str, Any]) -> dict[str, Any]:
    return changed(fields, {"merge": merge})[0]


def changed(fields: Mapping[str, Any], patch: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    problems: list[str] = []
    checked = Patch.model_validate({"target": {"kind": "Deployment"}, **patch})
    return patched(fields, checked, problems.append), problems


def operated(fields: Mapping[str, Any], *operations: Sequence[Any]) -> tuple[dict[str, Any], list[str]]:
    names = ("op", "path", "value")
    listed = [dict(zip(names, one, strict=False)) for one in operations]
    return changed(fields, {"json": listed})


def test_a_merge_adds_changes_and_removes_keys() -> None:
    fields = {"data": {"a": "1", "b": "2", "c": "3"}, "kind": "ConfigMap"}
    result = merged(fields, {"data": {"a": "9", "b": None, "d": {"e": 1, "f": None}}})
    assert result == {"data": {"a": "9", "c": "3", "d": {"e": 1}}, "kind": "ConfigMap"}
    assert fields["data"] == {"a": "1", "b": "2", "c": "3"}


def test_lists_that_kubernetes_merges_are_merged_by_their_key() -> None:
    env = [{"name": "B", "value": "3"}, {"name": "A", "$patch": "delete"}, {"name": "C", "value": "4"}]
    result = merged(
        deployment("one"), {"spec": {"template": {"spec": {"containers": [{"name": "main", "env": env}]}}}}
    )
    first, second = result["spec"]["template"]["spec"]["containers"]
    assert first["env"] == [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}]
    assert first["image"] == "a:1"
    assert second == CONTAINERS[1]


def test_other_lists_are_replaced() -> None:
    assert merged({"spec": {"args": ["a", "b"]}}, {"spec": {"args": ["c"]}}) == {"spec": {"args": ["c"]}}


def test_ports_of_a_service_are_merged_by_port() -> None:
    ports = [{"port": 80.0, "name": "http"}, {"port": 443.0, "name": "https"}]
    result = merged({"spec": {"ports": ports}}, {"spec": {"ports": [{"port": 443, "appProtocol": "https"}]}})
    assert result["spec"]["ports"] == [ports[0], {**ports[1], "appProtocol": "https"}]


def test_the_operations_of_a_json_patch_are_done_in_order() -> None:
    result, problems = operated(
        {"data": {"a/b": "1", "list": [1, 2]}},
        ("test", "/data/a~1b", "1"),
        ("replace", "/data/a~1b", "2"),
        ("add", "/data/list/-", 4),
        ("add", "/data/list/2", 3),
        ("remove", "/data/list/0"),
        ("add", "/data/new", {"x": 1}),
    )
    assert problems == []
    assert result == {"data": {"a/b": "2", "list": [2, 3, 4], "new": {"x": 1}}}


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        (("test", "/data/a", "2"), "test /data/a: is not '2'"),
        (("replace", "/data/b", "2"), "there is no data.b"),
        (("remove", "/data/b"), "there is no data.b"),
        (("add", "/spec/b", "2"), "there is no spec"),
        (("add", "/data/list/3", 1), "there is no place data.list.3: the list has 1 items"),
        (("replace", "/data/list/x", 1), "there is no data.list.x"),
    ],
)
def test_an_operation_that_cannot_be_done_is_told_and_leaves_all_as_it_was(
    operation: Sequence[Any], problem: str
) -> None:
    fields = {"data": {"a": "1", "list": [1]}}
    result, problems = operated(fields, ("add", "/data/first", 1), operation)
    assert problems == [problem]
    assert result == fields


def test_a_secret_stays_secret_and_what_is_unknown_unknown() -> None:
    result = merged({"data": SECRET}, {"data": {"a": "new"}})
    assert result["data"] == {**SECRET, "value": {"a": "new", "b": "hidden"}}
    unknown = Unknown()
    assert merged({"data": unknown}, {"data": {"a": "new"}})["data"] is unknown


def test_a_test_of_a_secret_does_not_show_it() -> None:
    _, problems = changed(
        {"data": {"a": "hidden"}}, {"json": [{"op": "test", "path": "/data/a", "value": "b"}]}
    )
    assert "hidden" not in "".join(problems)


def run(
    patches: Patches, fields: Mapping[str, Any], token: str = "kubernetes:apps/v1:Deployment"
) -> Mapping[str, Any] | None:
    """What the transform makes of an object; None where it leaves it alone."""
    opts = pulumi.ResourceOptions()
    args = pulumi.ResourceTransformArgs(True, token, "some", dict(fields), opts)

    async def transform() -> pulumi.ResourceTransformResult | None:
        answer = patches(args)
        return await answer if answer else None

    # A loop of its own, set nowhere: that of the thread belongs to Pulumi's mocks.
    loop = asyncio.new_event_loop()
    result = loop.run_until_complete(transform())
    loop.close()
    return cast("Mapping[str, Any]", result.props) if result else None


def patches(*given: Mapping[str, Any], teams: Sequence[str] = ()) -> Patches:
    """Patches of one overlay each, of which each merges a label unless it says otherwise."""
    filled = [{"merge": {"metadata": {"labels": {"mine": "yes"}}}} | dict(one) for one in given]
    overlays = [
        ReadOverlay(name=f"o{index}", file=Path("f"), content=Overlay.model_validate({"patches": [one]}))
        for index, one in enumerate(filled)
    ]
    return Patches(overlays, teams)


@pytest.mark.parametrize(
    ("target", "hit"),
    [
        ({}, True),
        ({"name": "katib-*"}, True),
        ({"name": "katib"}, False),
        ({"namespace": "kubeflow"}, True),
        ({"namespace": "kubeflow-*"}, False),
        ({"component": "katib"}, True),
        ({"component": "serving"}, False),
        ({"team": "*"}, False),
    ],
)
def test_a_patch_changes_the_objects_of_its_target_alone(target: dict[str, str], hit: bool) -> None:
    found = patches({"target": {"kind": "Deployment", **target}}, teams=["vision"])
    result = run(found, deployment("katib-controller"))
    assert (result is not None) == hit
    if result:
        assert result["metadata"]["labels"] == {"slipway.dev/component": "katib", "mine": "yes"}


def test_objects_of_other_kinds_and_components_of_pulumi_are_left_alone() -> None:
    found = patches({"target": {"kind": "Deployment"}})
    assert run(found, {"metadata": {"name": "a"}}, "kubernetes:core/v1:Service") is None
    assert run(found, {"chart": "a"}, "kubernetes:helm.sh/v4:Chart") is None
    assert run(found, {"a": 1}, "slipway:kubeflow:Katib") is None


@pytest.mark.parametrize(
    ("team", "hit"), [("vision", True), ("vis*", True), ("*", True), ("language", False)]
)
def test_a_team_is_what_is_in_its_namespace(team: str, hit: bool) -> None:
    found = patches({"target": {"kind": "Deployment", "team": team}}, teams=["vision", "language"])
    assert (run(found, deployment("one", namespace="vision")) is not None) == hit


def test_the_profile_of_a_team_belongs_to_it() -> None:
    found = patches({"target": {"kind": "Profile", "team": "vision"}}, teams=["vision"])
    profile = {"metadata": {"name": "vision"}}
    assert run(found, profile, "kubernetes:kubeflow.org/v1:Profile") is not None


def test_patches_are_applied_in_the_order_of_overlays() -> None:
    target = {"kind": "Deployment"}
    found = patches(
        {"target": target, "merge": {"spec": {"strategy": {"type": "Recreate"}}}},
        {
            "target": target,
            "json": [{"op": "test", "path": "/spec/strategy/type", "value": "Recreate"}],
            "merge": None,
        },
    )
    assert run(found, deployment("one")) is not None
    assert found.problems == []


def two(first: str, second: str, **more: object) -> Patches:
    target = {"kind": "Deployment"}
    return patches(
        {"target": target, "merge": {"metadata": {"annotations": {"a": first}}}},
        {"target": target, "merge": {"metadata": {"annotations": {"a": second}}}, **more},
    )


def test_two_patches_that_differ_are_refused_with_overlay_patch_and_object() -> None:
    found = two("1", "2")
    run(found, deployment("one"))
    assert found.problems == [
        "overlay 'o1', patch 0, Deployment kubeflow/one: sets metadata.annotations.a to '2', and overlay "
        "'o0', patch 0 sets metadata.annotations.a to '1'; allowed: one of them, or `override: true` in this "
        "patch."
    ]


def test_two_patches_that_agree_or_of_which_the_later_overrides_are_both_applied() -> None:
    for found, value in ((two("1", "1"), "1"), (two("1", "2", override=True), "2")):
        result = run(found, deployment("one"))
        assert found.problems == []
        assert result
        assert result["metadata"]["annotations"] == {"a": value}


def test_a_patch_that_matches_nothing_is_wrong_and_says_what_there_is() -> None:
    found = patches({"name": "mine", "target": {"kind": "Deployment", "name": "x"}})
    run(found, deployment("one"))
    assert found.unmatched(charts_unknown=False) == (
        [
            "overlay 'o0', patch 0 (mine): matches no object (kind: Deployment, name: x). "
            "Objects of kind Deployment in this stack: one."
        ],
        [],
    )


def test_a_patch_that_matched_is_not_wrong() -> None:
    found = patches({"target": {"kind": "Deployment", "name": "one"}})
    run(found, deployment("one"))
    assert found.unmatched(charts_unknown=False) == ([], [])


def test_a_patch_of_a_component_that_is_not_rendered_is_listed_as_not_checked() -> None:
    found = patches({"target": {"kind": "Deployment", "component": "katib"}})
    assert found.unmatched(charts_unknown=False)[1] == [
        "overlay 'o0', patch 0: component katib is not in this stack"
    ]
    found.saw("katib")
    assert len(found.unmatched(charts_unknown=False)[0]) == 1


def test_patches_of_teams_are_not_checked_where_there_is_no_team() -> None:
    target = {"kind": "Deployment", "team": "*"}
    assert len(patches({"target": target}).unmatched(charts_unknown=False)[1]) == 1
    assert len(patches({"target": target}, teams=["vision"]).unmatched(charts_unknown=False)[0]) == 1


def test_what_charts_do_not_tell_yet_is_not_an_error() -> None:
    found = patches({"target": {"kind": "Deployment", "name": "istiod"}})
    assert len(found.unmatched(charts_unknown=True)[1]) == 1
    assert len(found.unmatched(charts_unknown=False)[0]) == 1


def test_a_namespace_that_the_engine_does_not_know_yet_is_no_error() -> None:
    found = patches({"target": {"kind": "Deployment", "namespace": "kubeflow"}})
    assert run(found, deployment("one", namespace=Unknown())) is None
    assert found.unmatched(charts_unknown=False) == ([], [])
