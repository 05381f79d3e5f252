"""Wrong stack files through the program that a user runs: one clear error, and nothing is created."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tests.support.project import Outcome, ProjectCopy, project

pytestmark = pytest.mark.engine

_CASES = Path(__file__).parents[1] / "settings" / "wrong_stacks.yaml"
_ALL: dict[str, dict[str, Any]] = yaml.safe_load(_CASES.read_text(encoding="utf-8"))
_LOCAL = ("simulated", "kind")


def _is_local(case: dict[str, Any]) -> bool:
    cluster: object = case["config"].get("cluster")
    given = cast("dict[str, object]", cluster) if isinstance(cluster, dict) else {}
    return given.get("provider", "simulated") in _LOCAL


# All of them are refused in tests/settings: here every fourth one whose state is kept on this machine.
WRONG = dict([(what, case) for what, case in _ALL.items() if _is_local(case)][::4])


@dataclass(frozen=True)
class Refusal:
    """How `make up` ended, and what was there afterwards."""

    outcome: Outcome
    cluster_exists: bool
    resources: list[str]


@pytest.fixture(scope="module")
def refusals() -> dict[str, Refusal]:
    """`make up` of every wrong stack, several at a time."""
    with project({}) as copy, ThreadPoolExecutor(max_workers=3) as pool:
        tried = [pool.submit(_up, copy, f"wrong-{number}", what) for number, what in enumerate(WRONG)]
        return dict(zip(WRONG, (one.result() for one in tried), strict=True))


def _up(copy: ProjectCopy, name: str, what: str) -> Refusal:
    copy.write_stack(
        name, {"config": {f"slipway:{key}": value for key, value in WRONG[what]["config"].items()}}
    )
    stack = copy.stack(name)
    outcome = stack.up()
    return Refusal(outcome, stack.cluster.exists(), [one["type"] for one in stack.resources()])


@pytest.mark.parametrize("what", WRONG)
def test_up_prints_one_error_and_creates_nothing(refusals: dict[str, Refusal], what: str) -> None:
    refusal = refusals[what]
    assert refusal.outcome.status != 0
    diagnostics = refusal.outcome.output.partition("Diagnostics:")[2]
    assert diagnostics.count("error: ") - refusal.outcome.output.count("is not up, see above") == 1
    assert diagnostics.count("are refused: ") == 1
    for words in WRONG[what]["says"]:
        assert words in diagnostics
    assert "Traceback" not in refusal.outcome.output
    assert not refusal.cluster_exists
    assert set(refusal.resources) <= {"pulumi:pulumi:Stack"}
