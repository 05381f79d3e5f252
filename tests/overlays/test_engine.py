"""Patches on the real engine: what reaches the cluster, what stays as it was, and what is refused."""

from collections.abc import Generator, Mapping
from typing import Any

import pytest
import yaml

from components.components_settings import ComponentsSettings
from tests.support.project import ProjectCopy, StackCopy, project

from .support import overlay

pytestmark = pytest.mark.engine

DASHBOARD = {"kind": "Deployment", "name": "profiles-*", "component": "profiles"}
GOOD = {
    "patches": [
        {
            "name": "colour",
            "target": DASHBOARD,
            "merge": {"metadata": {"annotations": {"example.com/colour": "blue"}}},
        },
        {
            "name": "deadline",
            "target": {**DASHBOARD, "namespace": "kubeflow"},
            "json": [{"op": "add", "path": "/spec/progressDeadlineSeconds", "value": 900}],
        },
        {"target": {"kind": "Service", "component": "katib"}, "merge": {"spec": {"clusterIP": "None"}}},
        {
            "name": "team",
            "target": {"kind": "Secret", "name": "oauth2-proxy*"},
            "merge": {"metadata": {"annotations": {"example.com/colour": "blue"}}},
        },
    ]
}
WRONG = {
    "patches": [
        {"name": "typo", "target": {**DASHBOARD, "name": "profile"}, "merge": {"spec": {"paused": True}}},
        {
            "name": "gone",
            "target": DASHBOARD,
            "json": [{"op": "remove", "path": "/spec/nothing"}],
        },
    ]
}
CONTRARY = {
    "patches": [{"target": DASHBOARD, "merge": {"metadata": {"annotations": {"example.com/colour": "red"}}}}]
}


def content(*overlays: str) -> Mapping[str, Any]:
    on = ("profiles",)
    settings: dict[str, Any] = {
        "overlays": list(overlays),
        "cluster": {
            "provider": "simulated",
            "nodePools": [{"name": "one", "count": 1, "cpu": "16", "memory": "64Gi"}],
        },
        "components": {name: {"enabled": name in on} for name in ComponentsSettings().enabled()},
    }
    return {"config": {f"slipway:{key}": value for key, value in settings.items()}}


@pytest.fixture(scope="module")
def copy() -> Generator[ProjectCopy]:
    with project({"local": content("good")}) as made:
        for name, written in {"good": GOOD, "wrong": WRONG, "contrary": CONTRARY}.items():
            overlay(made.root, name, written)
        yield made


@pytest.fixture(scope="module")
def before(copy: ProjectCopy) -> str:
    """What the first preview says, before there is a cluster, with an overlay that is wrong."""
    copy.write_stack("local", content("good", "wrong"))
    done = copy.stack().preview()
    assert done.status != 0
    copy.write_stack("local", content("good"))
    return done.output


@pytest.fixture(scope="module")
def running(copy: ProjectCopy, before: str) -> StackCopy:
    assert before
    stack = copy.stack()
    done = stack.up()
    assert done.status == 0, done.output
    assert "patch 2: component katib is not in this stack" in done.output
    return stack


def test_a_patch_that_matches_nothing_is_refused_in_the_first_preview(before: str) -> None:
    assert "overlay 'wrong', patch 0 (typo): matches no object" in before
    assert "Traceback" not in before


def test_a_patch_that_cannot_be_applied_is_refused_with_its_object(before: str) -> None:
    assert "overlay 'wrong', patch 1 (gone), Deployment " in before
    assert "there is no spec.nothing" in before


def test_a_patch_reaches_the_cluster_and_leaves_the_rest_alone(running: StackCopy) -> None:
    found = {one["metadata"]["name"]: one for one in running.objects("deployments")}
    patched = found.pop("profiles-deployment")
    assert patched["metadata"]["annotations"]["example.com/colour"] == "blue"
    assert patched["spec"]["progressDeadlineSeconds"] == 900
    assert patched["spec"]["replicas"] == 1
    assert "example.com/colour" not in yaml.safe_dump(found)
    assert {one["spec"]["progressDeadlineSeconds"] for one in found.values()} == {600}


def test_a_patched_secret_stays_secret_in_the_state(running: StackCopy) -> None:
    name = next(
        one for one in running.objects("secrets") if one["metadata"]["name"].startswith("oauth2-proxy")
    )
    assert name["metadata"]["annotations"]["example.com/colour"] == "blue"
    values = [value for value in name["data"].values() if len(value) > 12]
    assert values
    state = running.state.read_text()
    assert not [value for value in values if value in state]


def test_a_second_run_changes_nothing(running: StackCopy) -> None:
    assert set(running.changes()) == {"same"}


def test_two_overlays_that_contradict_each_other_are_refused(running: StackCopy) -> None:
    running.project.write_stack("local", content("good", "contrary"))
    done = running.preview()
    running.project.write_stack("local", content("good"))
    assert done.status != 0
    assert (
        "overlay 'contrary', patch 0, Deployment kubeflow/profiles-deployment: sets metadata" in done.output
    )
    assert "overlay 'good', patch 0 (colour) sets" in done.output
