"""Previews and stacks of pull requests, by the commands that the workflows run, on simulated clusters."""

import shutil
import subprocess
import sys
from collections.abc import Generator

import pytest

from ci.preview import Preview
from components.components_settings import ComponentsSettings
from simulator.testing.project import ROOT, Outcome, ProjectCopy, project
from tests.ci.rest import TOKEN, Repository, github
from tests.ci.test_changed import commit, git

pytestmark = pytest.mark.engine

OFF = {name: {"enabled": name == "podDefaults"} for name in ComponentsSettings().enabled()}
CONFIG = {
    "slipway:cluster": {
        "provider": "simulated",
        "nodePools": [{"name": "system", "count": 1, "cpu": "8", "memory": "32Gi"}],
    },
    "slipway:components": OFF,
}


@pytest.fixture(scope="module")
def copy() -> Generator[ProjectCopy]:
    """A project of one small stack, under Git, with nothing up."""
    with project({"small": {"config": CONFIG}}) as made:
        shutil.copy(ROOT / ".gitignore", made.root)
        git(made.root, "init", "--quiet")
        commit(made.root)
        yield made


def run(copy: ProjectCopy, *arguments: str, repository: Repository | None = None) -> Outcome:
    """One of the commands, in the project's folder."""
    environment = {**copy.environment(), "PYTHONPATH": str(ROOT)}
    if repository:
        told = {"API_URL": repository.address, "REPOSITORY": "owner/name", "TOKEN": TOKEN}
        environment |= {f"GITHUB_{name}": value for name, value in told.items()}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=copy.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout)


def left(copy: ProjectCopy) -> set[str]:
    """The stacks that have a state."""
    return {file.stem for file in (copy.home / "state" / ".pulumi" / "stacks" / "slipway").glob("*.json")}


def test_a_preview_says_what_the_change_does_to_the_stack_of_the_base(copy: ProjectCopy) -> None:
    base = git(copy.root, "rev-parse", "HEAD").strip()
    changed = {**CONFIG, "slipway:components": {**OFF, "podDefaults": {"webhook": {"replicas": 3}}}}
    copy.write_stack("small", {"config": changed})
    commit(copy.root)
    into = copy.root / "previews" / "small.json"
    done = run(copy, "ci.preview", "--stack", "small", "--base", base, "--into", str(into))
    assert done.status == 0, done.output
    found = Preview.read(into)
    assert not found.failed
    assert found.same > 20
    assert ("update", "kubernetes:apps/v1:Deployment") in {(step.op, step.type) for step in found.steps}
    assert any("spec.replicas" in step.paths for step in found.steps)
    assert {step.op for step in found.steps} <= {"update", "create"}
    into.unlink()
    assert left(copy) == set()
    assert git(copy.root, "status", "--porcelain").strip() == ""
    assert len(git(copy.root, "worktree", "list").splitlines()) == 1


def test_settings_that_are_refused_are_a_failed_preview(copy: ProjectCopy) -> None:
    copy.write_stack("wrong", {"config": {"slipway:component": {}}})
    into = copy.root / "previews" / "wrong.json"
    done = run(copy, "ci.preview", "--stack", "wrong", "--base", "HEAD", "--into", str(into))
    assert done.status == 1
    assert "slipway:component" in done.output
    assert Preview.read(into) == Preview("wrong", (), 0, failed=True)
    for file in (into, copy.root / "stacks" / "Pulumi.wrong.yaml"):
        file.unlink()


def test_a_stack_lives_as_long_as_its_pull_request(copy: ProjectCopy) -> None:
    of_it = ("--pull", "7", "--base", "small")
    assert run(copy, "ci.ephemeral", "name", *of_it).output.strip() == "pr-7-small"
    up = run(copy, "ci.ephemeral", "up", *of_it)
    assert up.status == 0, up.output
    assert left(copy) == {"pr-7-small"}
    # Made of a file that is gone by now, and never brought up.
    copy.write_stack("pr-8-gone", {"config": CONFIG})
    assert copy.stack("pr-8-gone").preview().status == 0
    sweep = ("ci.ephemeral", "sweep", "--base", "small", "--pause", "0")
    with github({7: "open", 8: "closed"}) as repository:
        first = run(copy, *sweep, repository=repository)
        assert first.status == 1
        assert "stack 'pr-7-small' stays" in first.output
        assert "::error::stack 'pr-8-gone': there is no stack 'gone'" in first.output
        copy.write_stack("gone", {"config": CONFIG})
        repository.refusals = [403]
        second = run(copy, *sweep, repository=repository)
        assert second.status == 1
        assert "::error::stack 'pr-7-small': GET /pulls/7: GitHub answered 403" in second.output
        assert left(copy) == {"pr-7-small"}
        repository.pulls[7] = "closed"
        third = run(copy, *sweep, repository=repository)
        assert (third.status, left(copy)) == (0, set()), third.output
        assert "stack 'pr-7-small' is removed: pull request 7 is closed" in third.output
        assert run(copy, *sweep, repository=repository).status == 0
    again = run(copy, "ci.ephemeral", "down", *of_it)
    assert (again.status, again.output) == (0, "stack 'pr-7-small' is not there\n")
    assert not [*(copy.root / "stacks").glob("Pulumi.pr-*")]


def test_an_old_stack_is_removed_though_its_pull_request_is_open(copy: ProjectCopy) -> None:
    copy.write_stack("pr-9-small", {"config": CONFIG})
    assert copy.stack("pr-9-small").preview().status == 0
    with github({9: "open"}) as repository:
        done = run(copy, "ci.ephemeral", "sweep", "--base", "small", "--hours", "0", repository=repository)
    assert done.status == 0, done.output
    assert "stack 'pr-9-small' is removed: it was last changed 0 hours ago" in done.output
    assert left(copy) == set()


def test_without_a_token_nothing_is_swept_and_the_run_fails(copy: ProjectCopy) -> None:
    done = run(copy, "ci.ephemeral", "sweep", "--base", "small")
    assert done.status == 1
    assert "is not set" in done.output
