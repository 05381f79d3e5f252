"""The workflows: what they call exists, nothing in them is loose, and actionlint finds nothing."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filelock
import pytest
import yaml

from simulator.tools.cache import Cache
from tests.support.project import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yaml"))
FILES = [*WORKFLOWS, *sorted((GITHUB / "actions").glob("*/action.yaml"))]
HERE = Path(__file__).parent
ACTIONLINT = "1.7.12"

every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
every_workflow = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)


def read(file: Path) -> dict[str, Any]:
    """A workflow; YAML 1.1 takes its key `on` for a truth."""
    content: dict[Any, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in content.items()}


def steps(file: Path) -> Iterator[dict[str, Any]]:
    content = read(file)
    if "runs" in content:
        yield from content["runs"]["steps"]
    for job in content.get("jobs", {}).values():
        yield from job["steps"]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def problems(line: str) -> list[str]:
    """What a line of a shell calls that is not there: targets of make, modules of Python."""
    found = [
        f"no target {name}"
        for name in re.findall(r"\bmake (?:-s )?(?:\w+ )*?([a-z]+)\b", line)
        if name not in targets()
    ]
    modules = re.findall(r"python -m ([\w.]+)", line)
    found += [f"no module {name}" for name in modules if importlib.util.find_spec(name) is None]
    return found


@every_file
def test_every_line_calls_what_exists(file: Path) -> None:
    lines = [str(step["run"]) for step in steps(file) if "run" in step]
    assert lines
    assert [problem for line in lines for problem in problems(line)] == []
    known = {"make", ".venv/bin/python", "sudo", "gcloud", "eval", "pulumi", "kubectl", "printf"}
    for line in filter(str.strip, "\n".join(lines).splitlines()):
        word = line.strip().split()[0]
        assert word in known or re.match(r"stacks=\$\(\.venv/bin/python -m ci\.changed ", line), line


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("make smoked STACK=kind", "no target smoked"),
        ("x=$(make -s environment)", "no target environment"),
        (".venv/bin/python -m ci.commented --pull 1", "no module ci.commented"),
    ],
)
def test_a_line_that_calls_what_does_not_exist_is_found(line: str, problem: str) -> None:
    assert problems(line) == [problem]


@every_file
def test_every_option_of_a_command_is_one_that_it_has(file: Path) -> None:
    for step in steps(file):
        for module, rest in re.findall(r"python -m (ci\.\w+)([^>\n|]*)", str(step.get("run", ""))):
            done = subprocess.run(
                [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
            )
            for option in re.findall(r"--[a-z]+", rest):
                assert f"{option} " in done.stdout, (module, option)


@every_file
def test_actions_are_pinned_by_commit_and_say_their_version(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        if "uses:" in line and "uses: ./" not in line and not line.lstrip().startswith("#"):
            assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
    for step in steps(file):
        if str(step.get("uses", "")).startswith("./"):
            assert (ROOT / step["uses"] / "action.yaml").is_file()


@every_file
def test_what_others_write_reaches_a_shell_by_the_environment_only(file: Path) -> None:
    for step in steps(file):
        assert "${{" not in str(step.get("run", "")), step


@every_workflow
def test_every_job_ends_and_may_do_little(file: Path) -> None:
    content = read(file)
    assert content["permissions"] in ({}, {"contents": "read"})
    assert content["concurrency"]["group"]
    for name, job in content["jobs"].items():
        assert 0 < job["timeout-minutes"] <= 120, name
        written = {key for key, value in job.get("permissions", {}).items() if value == "write"}
        assert written <= {"comment": {"pull-requests"}}.get(name, {"id-token"}), name
    for step in steps(file):
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_secrets_are_given_to_the_jobs_of_the_environment_only() -> None:
    for file in WORKFLOWS:
        for name, job in read(file)["jobs"].items():
            if "secrets." in yaml.safe_dump(job):
                assert job["environment"] == "ephemeral", name
                assert "head.repo.full_name == github.repository" in job["if"] or name == "sweep"
        assert "pull_request_target" not in read(file)["on"]


def test_the_removal_of_stacks_is_never_cancelled_and_comes_by_itself() -> None:
    content = read(GITHUB / "workflows" / "ephemeral.yaml")
    assert content["concurrency"]["cancel-in-progress"] is False
    assert "closed" in content["on"]["pull_request"]["types"]
    assert content["on"]["schedule"]
    assert "closed" in content["jobs"]["down"]["if"]
    assert "pull_request" in content["jobs"]["sweep"]["if"]


@pytest.mark.engine
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    program = actionlint()
    done = subprocess.run([program, *WORKFLOWS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("needs: changed", "needs: change"))
    refused = subprocess.run([program, wrong], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "does not exist" in refused.stdout


def actionlint() -> Path:
    """The program, built once from the module that go.sum beside this file pins."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("actionlint is built with Go, and there is none on PATH")
    folder = Cache.default().root / "actionlint"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"actionlint-{ACTIONLINT}"
    with filelock.FileLock(folder / "lock"):
        if not program.exists():
            line = [
                go,
                "build",
                "-mod=readonly",
                "-o",
                str(program),
                "github.com/rhysd/actionlint/cmd/actionlint",
            ]
            done = subprocess.run(line, cwd=HERE / "actionlint", capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
    return program


def test_actionlint_is_the_version_that_is_pinned() -> None:
    pinned = (HERE / "actionlint" / "go.mod").read_text(encoding="utf-8")
    assert f"github.com/rhysd/actionlint v{ACTIONLINT}" in pinned


def test_the_cache_of_the_tools_is_keyed_by_what_says_their_versions() -> None:
    prepare = steps(GITHUB / "actions" / "prepare" / "action.yaml")
    caches = [step["with"] for step in prepare if "cache@" in str(step.get("uses"))]
    keys = " ".join(str(cache["key"]) for cache in caches)
    assert "simulator/tools/versions.py" in keys
    for named in re.findall(r"'([^']+)'", keys):
        assert list(ROOT.glob(named)), named
