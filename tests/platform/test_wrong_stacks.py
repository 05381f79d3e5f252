"""Wrong stack files through the program that a user runs: one clear error, and nothing is created."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.project import ProjectCopy, project

pytestmark = pytest.mark.engine

_CASES = Path(__file__).parents[1] / "settings" / "wrong_stacks.yaml"
WRONG: dict[str, dict[str, Any]] = yaml.safe_load(_CASES.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def copy() -> Generator[ProjectCopy]:
    with project({}) as made:
        yield made


@pytest.mark.parametrize("what", WRONG)
def test_the_engine_prints_one_error_and_creates_nothing(copy: ProjectCopy, what: str) -> None:
    case = WRONG[what]
    name = "wrong"
    copy.write_stack(name, {"config": {f"slipway:{key}": value for key, value in case["config"].items()}})
    stack = copy.stack(name)
    outcome = stack.pulumi("preview") if stack.state.exists() else stack.up()
    assert outcome.status != 0
    for words in case["says"]:
        assert words in outcome.output
    assert outcome.output.count("the settings of stack 'wrong' are refused") == 1
    assert "Traceback" not in outcome.output
    assert not stack.cluster.exists()
    created = [one["type"] for one in stack.resources() if one["type"] != "pulumi:pulumi:Stack"]
    assert created == []
