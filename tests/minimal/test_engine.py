"""The stack file `minimal`, brought up as a user does it."""

from collections.abc import Generator

import pytest

from tests.support.project import ROOT, Outcome, StackCopy, project

pytestmark = pytest.mark.engine

STACK = (ROOT / "stacks" / "Pulumi.minimal.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def up() -> Generator[tuple[StackCopy, Outcome]]:
    with project({"minimal": STACK}) as copy:
        stack = copy.stack("minimal")
        outcome = stack.up()
        assert outcome.status == 0, outcome.output
        yield stack, outcome


def test_every_deployment_is_available(up: tuple[StackCopy, Outcome]) -> None:
    deployments = up[0].objects("deployments")
    assert "local-proxy" in {one["metadata"]["name"] for one in deployments}
    for one in deployments:
        wanted, there = one["spec"]["replicas"], one["status"].get("availableReplicas", 0)
        assert there == wanted, one["metadata"]["name"]


def test_a_preview_shows_no_change(up: tuple[StackCopy, Outcome]) -> None:
    assert set(up[0].changes()) == {"same"}


def test_the_run_says_how_this_machine_reaches_the_platform(up: tuple[StackCopy, Outcome]) -> None:
    stack, outcome = up
    outputs = stack.outputs()
    assert outputs["reach"].startswith(
        "From this machine only: kubectl --namespace kubeflow-proxy port-forward"
    )
    assert outputs["reach"] in outcome.output
    assert outputs.get("url") is None


def test_no_object_of_a_mesh_is_in_the_cluster(up: tuple[StackCopy, Outcome]) -> None:
    stack, _ = up
    types = stack.kubectl("get", "crds", "--output=name").split()
    of_mesh = [one.rpartition("/")[2] for one in types if one.endswith(".istio.io")]
    assert len(of_mesh) == 2
    assert all(stack.objects(one) == [] for one in of_mesh)
    (profile,) = stack.objects("profiles.kubeflow.org")
    assert profile["spec"]["owner"]["name"] == "me@example.com"
