"""Copies of the project for tests on the real engine: each in a folder of its own, with a home of its own.

    with project({"local": "config: {slipway:cluster: {provider: simulated}}"}) as copy:
        stack = copy.stack("local")
        assert stack.up().status == 0
        assert stack.changes() == {"same": 12}

Whatever happens, nothing is left when the block ends: no process, no file.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
import yaml

from simulator.cluster.processes import MARK as CLUSTER_MARK
from simulator.driver.environment import RARE_COLLECTION
from simulator.driver.processes import MARK as RUN_MARK

ROOT = Path(__file__).parents[2]

# By the stack, whether its cluster has been there, and the environment.
_EXPORTS: dict[object, str] = {}

_OWN_VARIABLES = ("PULUMI_", "SLIPWAY_HOME", "SLIPWAY_RUN", "KUBECONFIG", "AWS_", "ARM_", "GOOGLE_")


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit status, and what it printed, stdout and stderr as they came."""

    status: int
    output: str


@dataclass(frozen=True)
class ProjectCopy:
    """A copy of the project. Components and simulator are those of the installed project."""

    root: Path

    @property
    def home(self) -> Path:
        """Where its stacks keep their state and clusters."""
        return self.root / ".slipway"

    def stack(self, name: str = "local") -> "StackCopy":
        """One of its stacks."""
        return StackCopy(self, name)

    def write_stack(self, name: str, content: str | Mapping[str, Any]) -> None:
        """Write the file of a stack, as YAML text or as what it holds; a salt that it has got stays."""
        file = self.root / "stacks" / f"Pulumi.{name}.yaml"
        loaded: object = yaml.safe_load(content) if isinstance(content, str) else content
        values = cast("dict[str, Any]", loaded or {})
        if file.exists():
            before: dict[str, Any] = yaml.safe_load(file.read_text())
            values = {key: before[key] for key in ("encryptionsalt",) if key in before} | values
        file.write_text(yaml.safe_dump(values, sort_keys=False))

    def environment(self) -> dict[str, str]:
        """The environment of commands on it: this one's, without what belongs to other stacks."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_OWN_VARIABLES)}
        return RARE_COLLECTION | inherited


@dataclass(frozen=True)
class StackCopy:
    """One stack of a copy, and the commands on it."""

    project: ProjectCopy
    name: str

    @property
    def cluster(self) -> Path:
        """The folder of its simulated cluster."""
        return self.project.home / "clusters" / self.name

    @property
    def state(self) -> Path:
        """The file of its state."""
        return self.project.home / "state" / ".pulumi" / "stacks" / "slipway" / f"{self.name}.json"

    def up(self, *options: str) -> Outcome:
        """`make up`."""
        return self.run("up", *options)

    def preview(self, *options: str) -> Outcome:
        """`make preview`."""
        return self.run("preview", *options)

    def refresh(self, *options: str) -> Outcome:
        """`make refresh`."""
        return self.run("refresh", *options)

    def down(self, *options: str) -> Outcome:
        """`make down`."""
        return self.run("down", *options)

    def check(self) -> Outcome:
        """`make check`."""
        return self.run("check")

    def run(self, command: str, *options: str) -> Outcome:
        """`python -m simulator <command>`, to its end."""
        process = self.start(command, *options)
        output, _ = process.communicate()
        return Outcome(process.returncode, output)

    def start(self, command: str, *options: str) -> subprocess.Popen[str]:
        """`python -m simulator <command>`, in a process group of its own, without waiting for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "simulator", command, "--stack", self.name, *options],
            cwd=self.project.root,
            env=self.project.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def pulumi(self, *arguments: str) -> Outcome:
        """Plain `pulumi`, in a shell that `make env` has prepared."""
        done = self.shell(f"pulumi {shlex.join(arguments)} --stack {self.name} --non-interactive")
        return Outcome(done.returncode, done.stdout + done.stderr)

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line of a shell that `make env` has prepared."""
        environment = self.project.environment()
        # What it prints for a stack changes with the first cluster alone, and asking takes half a second.
        known = (self, (self.cluster / "kubeconfig.yaml").is_file(), frozenset(environment.items()))
        if known not in _EXPORTS:
            told = self._run([sys.executable, "-m", "simulator", "env", "--stack", self.name], environment)
            if told.returncode:
                return told
            _EXPORTS[known] = told.stdout
        return self._run(["sh", "-euc", f"{_EXPORTS[known]}{line}"], environment)

    def _run(self, command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.project.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def changes(self) -> dict[str, int]:
        """How many resources a preview would create, update and so on, `same` for those it leaves alone."""
        done = self.shell(f"pulumi preview --json --stack {self.name} --non-interactive")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)["changeSummary"]

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets too."""
        done = self.shell(f"pulumi stack output --json --show-secrets --stack {self.name} --non-interactive")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def deployment(self) -> dict[str, Any]:
        """What the state holds; empty where there is none."""
        if not self.state.exists():
            return {}
        return json.loads(self.state.read_text())["checkpoint"]["latest"] or {}

    def resources(self) -> list[dict[str, Any]]:
        """The resources in the state."""
        return self.deployment().get("resources") or []

    def kubectl(self, *arguments: str) -> str:
        """What kubectl prints, asked of the stack's cluster; a failure is an AssertionError."""
        done = self.shell(f"kubectl {shlex.join(arguments)}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """The objects of a kind in the cluster."""
        return json.loads(self.kubectl("get", kind, "--all-namespaces", "--output=json"))["items"]


@contextmanager
def project(
    stacks: Mapping[str, str | Mapping[str, Any]], program: str | None = None
) -> Generator[ProjectCopy]:
    """A copy of the project with these stack files, by name, and all of it removed at the end.

    `program` takes the place of the project's own `stacks/__main__.py`.
    """
    root = Path(tempfile.mkdtemp(prefix="slipway-project-")).resolve()
    copy = ProjectCopy(root)
    try:
        (root / "stacks").mkdir()
        description: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
        description["runtime"] = {"name": "python", "options": {"virtualenv": sys.prefix}}
        (root / "Pulumi.yaml").write_text(yaml.safe_dump(description, sort_keys=False))
        (root / "stacks" / "__main__.py").write_text(program or (ROOT / "stacks" / "__main__.py").read_text())
        for name, content in stacks.items():
            copy.write_stack(name, content)
        yield copy
    finally:
        _end_all(copy)
        shutil.rmtree(root)


@contextmanager
def stack(content: str | Mapping[str, Any], program: str | None = None) -> Generator[StackCopy]:
    """A copy of the project with one stack, `local`, and all of it removed at the end."""
    with project({"local": content}, program) as copy:
        yield copy.stack()


def processes_of(copy: ProjectCopy) -> list[psutil.Process]:
    """Every live process of the copy's runs and clusters."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            environment = process.environ()
            marks = (environment.get(RUN_MARK, ""), environment.get(CLUSTER_MARK, ""))
            if any(mark.startswith(f"{copy.home}") for mark in marks) or process.cwd() == str(copy.root):
                found.append(process)
    return found


def _end_all(copy: ProjectCopy) -> None:
    """End what still runs, however often something new is started meanwhile."""
    while left := processes_of(copy):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)
