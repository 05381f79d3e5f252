"""A state that cannot be read is restored from a copy, and a whole one is left alone."""

import json
from pathlib import Path

import pytest

from simulator.driver import recovery
from simulator.driver.checkpoint import Checkpoint
from simulator.driver.errors import DriverError
from simulator.driver.home import Home
from simulator.driver.session import Session


def state(*urns: str) -> str:
    resources = [{"urn": urn, "type": "kubernetes:core/v1:ConfigMap"} for urn in urns]
    return json.dumps({"version": 3, "checkpoint": {"stack": "local", "latest": {"resources": resources}}})


@pytest.fixture
def checkpoint(home: Home) -> Checkpoint:
    checkpoint = Checkpoint(home)
    checkpoint.file.parent.mkdir(parents=True)
    checkpoint.file.write_text(state("new", "old"))
    backup(checkpoint).write_text(state("old"))
    return checkpoint


def backup(checkpoint: Checkpoint) -> Path:
    return checkpoint.file.with_name("local.json.bak")


def urns(checkpoint: Checkpoint, said: list[str]) -> list[str]:
    deployment = recovery.mend(checkpoint, said.append)
    return [resource["urn"] for resource in deployment["resources"]]


def test_a_whole_state_is_left_alone(checkpoint: Checkpoint, said: list[str]) -> None:
    assert urns(checkpoint, said) == ["new", "old"]
    assert said == []


@pytest.mark.parametrize("damage", ["", "{", '{"version": 3}', state("new")[:-20], "[]", "\0" * 100])
def test_a_damaged_state_is_restored_from_the_copy_before_it(
    damage: str, checkpoint: Checkpoint, said: list[str]
) -> None:
    checkpoint.file.write_text(damage)
    assert urns(checkpoint, said) == ["old"]
    assert said == ["the state could not be read and was restored from local.json.bak"]
    assert urns(checkpoint, said) == ["old"]
    assert len(said) == 1


def test_the_newest_backup_serves_where_the_copy_is_damaged_too(
    checkpoint: Checkpoint, home: Home, said: list[str]
) -> None:
    checkpoint.file.write_text("")
    backup(checkpoint).write_text("")
    backups = home.state / ".pulumi" / "backups" / "slipway" / "local"
    backups.mkdir(parents=True)
    (backups / "local.1.json").write_text(state("kept"))
    assert urns(checkpoint, said) == ["kept"]


def test_a_state_without_any_whole_copy_is_refused_with_what_to_do(
    checkpoint: Checkpoint, said: list[str]
) -> None:
    checkpoint.file.write_text("")
    backup(checkpoint).unlink()
    with pytest.raises(DriverError, match=r"no copy of it either.*`make down STACK=local` removes the stack"):
        recovery.mend(checkpoint, said.append)
    assert checkpoint.file.read_text() == ""


def test_what_a_killed_engine_was_about_to_write_is_removed(checkpoint: Checkpoint, said: list[str]) -> None:
    partial = checkpoint.file.with_name("local.json.18a2f0.tmp")
    partial.write_text(state("new")[:30])
    assert urns(checkpoint, said) == ["new", "old"]
    assert not partial.exists()


def test_a_stack_that_was_made_and_never_brought_up_has_an_empty_state(
    checkpoint: Checkpoint, said: list[str]
) -> None:
    checkpoint.file.write_text('{"version": 3, "checkpoint": {"stack": "local", "latest": null}}')
    assert recovery.mend(checkpoint, said.append) == {}


def test_a_glance_beside_a_live_run_touches_nothing_that_it_is_writing(checkpoint: Checkpoint) -> None:
    partial = checkpoint.file.with_name("local.json.18a2f0.tmp")
    partial.write_text("{")
    checkpoint.file.write_text("{")
    assert Session.of("local").glance() == {}
    assert partial.exists()
    assert checkpoint.file.read_text() == "{"
