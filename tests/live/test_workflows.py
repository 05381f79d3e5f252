"""Runs of the real Argo workflow controller, in a team's namespace and started by the team's owner."""

import json
import re
import uuid
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.platform import LivePlatform

Run = Mapping[str, Any]

ENDED = ("Succeeded", "Failed", "Error")
SQUARES = yaml.safe_load((Path(__file__).parent / "objects" / "workflow.yaml").read_text())
SAY = next(one for one in SQUARES["spec"]["templates"] if one["name"] == "say")


@pytest.fixture
def name(platform: LivePlatform, team: str) -> Generator[str]:
    """The name of a run, which goes with its pods when the test ends."""
    name = f"run-{uuid.uuid4().hex[:6]}"
    yield name
    platform.kubectl("delete", "workflow", name, "-n", team, "--ignore-not-found", "--wait=false")


def ended(platform: LivePlatform, team: str, name: str, run: Run) -> Run:
    """Start a run as the team's owner does, and return it as it is when it has ended."""
    owner = platform.outputs["teams"][team]["owner"]
    named = {**run, "metadata": {"name": name}}
    platform.kubectl("create", "-n", team, "--as", owner, "-f-", input=json.dumps(named))

    def now() -> Run | None:
        found = platform.get("workflow", name, team)
        return found if found.get("status", {}).get("phase") in ENDED else None

    return platform.until(f"{name} has ended", now, seconds=300)


def of_tasks(*tasks: Run, account: str = "default-editor") -> Run:
    """A run of a DAG with steps that print (`say`) and one that fails (`fail`)."""
    fail = {**SAY, "name": "fail", "container": {**SAY["container"], "command": ["sh", "-c", "exit 1"]}}
    templates = [{"name": "all", "dag": {"tasks": tasks}}, SAY, fail]
    return {**SQUARES, "spec": {"entrypoint": "all", "serviceAccountName": account, "templates": templates}}


def task(name: str, template: str, **more: str) -> Run:
    """One task of a DAG."""
    given = {"parameters": [{"name": "word", "value": name}]}
    return {"name": name, "template": template, "arguments": given, **more}


def pods(run: Run, template: str) -> list[Run]:
    """The nodes of a template that are pods, in the order in which they came."""
    nodes = [node for node in run["status"]["nodes"].values() if node["type"] == "Pod"]
    chosen = [node for node in nodes if node["templateName"] == template]
    return sorted(chosen, key=lambda node: (node["startedAt"], node["displayName"]))


def phases(run: Run) -> Mapping[str, str]:
    """The phase of each node by the name that people see."""
    return {node["displayName"]: node["phase"] for node in run["status"]["nodes"].values()}


def output(node: Run, name: str) -> str:
    """The value of a node's output parameter."""
    return next(one["value"] for one in node["outputs"]["parameters"] if one["name"] == name)


def test_a_run_branches_loops_retries_and_hands_values_on(
    platform: LivePlatform, team: str, name: str
) -> None:
    run = ended(platform, team, name, SQUARES)
    assert run["status"]["phase"] == "Succeeded", run["status"].get("message")

    assert sorted(int(output(node, "squared")) for node in pods(run, "square")) == [1, 4, 9]
    assert output(run["status"]["nodes"][name], "sum") == "14"
    # Of two ways it took one.
    assert (phases(run)["large"], phases(run)["small"]) == ("Succeeded", "Skipped")
    assert [node["phase"] for node in pods(run, "flaky")] == ["Failed", "Succeeded"]
    # The server was there while the client asked it.
    (client,) = pods(run, "client")
    assert output(client, "status") == "200"

    steps = f"workflows.argoproj.io/workflow={name}"
    said = platform.kubectl("logs", "-n", team, "-l", steps, "-c", "main", "--tail=-1").stdout
    assert {"hello ann", "hello bob", "large"} <= set(said.splitlines())
    assert "small" not in said.splitlines()


def test_a_step_that_fails_ends_the_run_before_the_next(platform: LivePlatform, team: str, name: str) -> None:
    run = ended(platform, team, name, of_tasks(task("first", "fail"), task("next", "say", depends="first")))
    assert run["status"]["phase"] == "Failed"
    assert phases(run) == {name: "Failed", "first": "Failed", "next": "Omitted"}


def test_a_run_with_an_unknown_template_is_refused_by_the_controller(
    platform: LivePlatform, team: str, name: str
) -> None:
    run = ended(platform, team, name, of_tasks(task("first", "missing")))
    assert run["status"]["phase"] == "Failed"
    assert re.match("invalid spec: .*template name 'missing' undefined", run["status"]["message"])
    assert not platform.list("pods", team, f"workflows.argoproj.io/workflow={name}")


def test_a_step_whose_account_may_not_tell_its_result_is_no_success(
    platform: LivePlatform, team: str, name: str
) -> None:
    run = ended(platform, team, name, of_tasks(task("first", "say"), account="default"))
    assert run["status"]["phase"] == "Error"
    assert "workflowtaskresults.argoproj.io is forbidden" in json.dumps(run["status"])
