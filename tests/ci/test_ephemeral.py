"""When the stack of a pull request is over, and of what none is made."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from ci import ephemeral, stackfile
from ci.backend import Ephemeral, Listed
from ci.ephemeral import over

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
STACK = Ephemeral(12, "aws-dev")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (NOW - timedelta(hours=23), None),
        (NOW - timedelta(hours=24), "it was last changed 24 hours ago"),
        (None, None),
    ],
)
def test_a_stack_is_over_by_its_age(changed: datetime | None, reason: str | None) -> None:
    assert over(Listed(STACK, changed), NOW, timedelta(hours=24)) == reason


@pytest.mark.parametrize(
    "name", ["aws-dev", "pr-12", "pr-012-aws-dev", "pr-0-aws-dev", "my-pr-12-aws-dev", "pr-x-y"]
)
def test_the_name_of_another_stack_is_never_that_of_a_pull_request(name: str) -> None:
    assert Ephemeral.named(name) is None


def test_a_name_says_pull_request_and_base() -> None:
    assert STACK.name == "pr-12-aws-dev"
    assert Ephemeral.named(STACK.name) == STACK


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder of stacks, in which the commands run."""
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "stacks"


def write(stacks: Path, name: str, **content: object) -> None:
    (stacks / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump(content))


@pytest.mark.parametrize("protection", [{}, {"deletionProtection": True}])
def test_no_stack_is_made_that_nobody_could_remove(
    stacks: Path, capsys: pytest.CaptureFixture[str], protection: dict[str, bool]
) -> None:
    write(stacks, "prod", config={"slipway:cluster": {"provider": "aws", **protection}})
    assert ephemeral.main(["up", "--pull", "12", "--base", "prod"]) == 1
    assert "'prod' is protected from deletion" in capsys.readouterr().err
    assert not (stacks / "Pulumi.pr-12-prod.yaml").exists()


def test_no_stack_is_made_of_one_of_a_pull_request(stacks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(stacks, "pr-3-dev", config={})
    assert ephemeral.main(["up", "--pull", "12", "--base", "pr-3-dev"]) == 1
    assert "is itself the stack of a pull request" in capsys.readouterr().err


def test_a_derived_stack_has_the_settings_of_its_base_a_tag_and_its_own_salt(stacks: Path) -> None:
    cluster = {"provider": "aws", "deletionProtection": False, "tags": {"team": "ml"}}
    write(
        stacks,
        "dev",
        config={"slipway:cluster": cluster, "slipway:overlays": ["proxy"]},
        encryptionsalt="base",
    )
    file = stackfile.derive("mine", "dev", ["laptop", "proxy"], tags={"slipway-ephemeral": "pr-12"})
    made = yaml.safe_load(file.read_text())
    assert "encryptionsalt" not in made
    assert made["config"]["slipway:overlays"] == ["proxy", "laptop"]
    assert made["config"]["slipway:cluster"]["tags"] == {"team": "ml", "slipway-ephemeral": "pr-12"}
    file.write_text(yaml.safe_dump({**made, "encryptionsalt": "own"}))
    stackfile.derive("mine", "dev", ["laptop", "proxy"])
    assert yaml.safe_load(file.read_text())["encryptionsalt"] == "own"


def test_secrets_of_a_base_are_not_taken_where_nobody_can_read_them(
    stacks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(stacks, "dev", config={"slipway:secret-ann": {"secure": "v1:abc"}})
    assert stackfile.main(["--base", "dev", "--name", "mine"]) == 1
    assert "holds secrets of stack 'dev' (slipway:secret-ann)" in capsys.readouterr().err
    assert not (stacks / "Pulumi.mine.yaml").exists()
