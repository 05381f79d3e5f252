"""Rehearsals as a user runs them."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.support.project import ProjectCopy, StackCopy, processes_of


@dataclass(frozen=True)
class Rehearsal:
    """How one ended: its exit status, what it said beside its report, and the report."""

    status: int
    said: str
    report: dict[str, Any]

    def pool(self, name: str) -> dict[str, Any]:
        """What it says of a pool."""
        (found,) = (one for one in self.report["pools"] if one["pool"] == name)
        return found


def rehearse(stack: StackCopy, *options: str) -> Rehearsal:
    """`make rehearse ARGS=--json`."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "rehearse", "--stack", stack.name, "--json", *options],
        cwd=stack.project.root,
        env=stack.project.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Rehearsal(done.returncode, done.stderr, json.loads(done.stdout) if done.stdout else {})


def is_clean(copy: ProjectCopy) -> bool:
    """Whether nothing of a rehearsal is left: no process and no file beside the project's own."""
    return not processes_of(copy) and {one.name for one in copy.root.iterdir()} == {"Pulumi.yaml", "stacks"}
