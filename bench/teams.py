"""What more teams cost: previews of the same stack with few teams and with many.

A preview is linear where each further object costs the same, however many there are.
"""

import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bench.measure import run
from tests.support.project import StackCopy, project

# How often each preview is measured; the fastest counts, since others use the machine too.
_RUNS = 2


@dataclass(frozen=True)
class Previewed:
    """A stack that is up: its teams, its Kubernetes objects, and the seconds of a preview without changes."""

    teams: int
    objects: int
    seconds: float


def previews(content: Mapping[str, Any], stack: str, counts: Sequence[int]) -> list[Previewed]:
    """Bring a stack up with so many teams, one number after the other, and preview it each time."""
    with project({stack: _with_teams(content, counts[0])}) as copy:
        found: list[Previewed] = []
        for count in counts:
            copy.write_stack(stack, _with_teams(content, count))
            found.append(_previewed(copy.stack(stack), count))
        return found


def for_each_object(few: Previewed, many: Previewed) -> float:
    """What each object that came with more teams adds to a preview, in milliseconds."""
    return (many.seconds - few.seconds) * 1000 / (many.objects - few.objects)


def _previewed(stack: StackCopy, count: int) -> Previewed:
    print(f"up with {count} teams ...", file=sys.stderr, flush=True)
    _run(stack, "up")
    seconds = min(_run(stack, "preview") for _ in range(_RUNS))
    objects = [one for one in stack.resources() if one["type"].startswith("kubernetes:")]
    return Previewed(teams=count, objects=len(objects), seconds=seconds)


def _run(stack: StackCopy, command: str) -> float:
    line = [sys.executable, "-m", "simulator", command, "--stack", stack.name]
    return run(line, directory=stack.project.root, environment=stack.project.environment()).seconds


def _with_teams(content: Mapping[str, Any], count: int) -> dict[str, Any]:
    changed = deepcopy(dict(content))
    changed["config"]["slipway:teams"] = {
        f"team-{number:03}": {
            "owner": f"owner-{number:03}@example.com",
            "members": [{"user": f"member-{number:03}@example.com", "role": "edit"}],
            "quota": {"cpu": 64, "memory": "256Gi"},
        }
        for number in range(count)
    }
    return changed
