"""The simulated cluster as a Pulumi resource: what the engine is told before anything is done."""

import base64
import importlib.util
import pickle
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider  # pyright: ignore[reportUnknownVariableType]

from components import dynamic
from components.clusters import simulated
from components.dynamic.programs import SimulatedProgramsProvider

CLUSTER = dynamic.SimulatedClusterProvider()
POOLS = dynamic.SimulatedNodePoolsProvider()
PROGRAMS = SimulatedProgramsProvider()


def test_a_cluster_cannot_move_with_the_project() -> None:
    result = CLUSTER.check(
        {"directory": "/old/.slipway/clusters/a"}, {"directory": "/new/.slipway/clusters/a"}
    )
    (failure,) = result.failures
    assert failure.property == "directory"
    assert "is in /old/.slipway/clusters/a and cannot be moved to /new/.slipway/clusters/a" in failure.reason
    assert "SLIPWAY_HOME" in failure.reason


@pytest.mark.parametrize("olds", [{}, {"directory": "/here"}], ids=["new", "unchanged"])
def test_a_cluster_that_stays_passes(olds: dict[str, Any]) -> None:
    assert CLUSTER.check(olds, {"directory": "/here"}).failures == []


def test_without_the_simulator_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", find_nothing)
    (failure,) = CLUSTER.check({}, {"directory": "/here"}).failures
    assert "needs the package `simulator`" in failure.reason


def test_the_diff_of_a_cluster_does_not_ask_the_cluster() -> None:
    assert CLUSTER.diff("id", {"directory": "/nowhere"}, {"directory": "/nowhere"}).changes is False


def test_a_change_of_a_pool_is_an_update_in_place() -> None:
    same = {"cluster": "id", "directory": "/here", "pools": [{"name": "a", "count": 1}]}
    more = {**same, "pools": [{"name": "a", "count": 2}]}
    assert POOLS.diff("id", same, same).changes is False
    changed = POOLS.diff("id", same, more)
    assert changed.changes is True
    assert changed.replaces == []


def test_nodes_of_another_cluster_are_other_nodes() -> None:
    old: dict[str, Any] = {"cluster": "old", "directory": "/here", "pools": []}
    assert POOLS.diff("id", old, {**old, "cluster": "new"}).replaces == ["cluster"]


def test_a_cluster_of_before_there_were_live_ones_stays() -> None:
    """What its state has of outputs, and no word of programs."""
    old = {"directory": "/here", "kubeconfig": "..."}
    assert CLUSTER.diff("id", old, {"directory": "/here", "kubeconfig": None}).changes is False


def test_another_cluster_takes_the_place_of_one_on_which_nothing_runs() -> None:
    simulated, live = {"directory": "/here"}, {"directory": "/here", "live": True, "projects": ["jobset"]}
    assert CLUSTER.diff("id", simulated, live).replaces == ["live"]
    assert CLUSTER.diff("id", live, simulated).replaces == ["live"]
    assert CLUSTER.diff("id", live, {**live, "projects": ["jobset", "trainer"]}).changes is False


def test_other_programs_are_an_update_in_place() -> None:
    same = {"cluster": "id", "directory": "/here", "projects": ["jobset"], "images": ["jobset:1"]}
    assert PROGRAMS.diff("id", same, same).changes is False
    for change in ({"projects": ["trainer"]}, {"images": ["jobset:2"]}):
        changed = PROGRAMS.diff("id", same, {**same, **change})
        assert (changed.changes, changed.replaces) == (True, [])
    assert PROGRAMS.diff("id", same, {**same, "cluster": "new"}).replaces == ["cluster"]


@pytest.mark.parametrize("provider", [CLUSTER, POOLS, PROGRAMS], ids=["cluster", "pools", "programs"])
def test_a_provider_is_pickled_by_reference(provider: dynamic.ResourceProvider) -> None:
    pickled = base64.b64decode(serialize_provider(provider))
    assert len(pickled) < 100
    assert type(pickle.loads(pickled)) is type(provider)


def test_a_stack_keeps_its_cluster_below_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "stacks").mkdir()
    monkeypatch.delenv("SLIPWAY_HOME", raising=False)
    monkeypatch.chdir(tmp_path / "stacks")
    assert simulated.directory_of("local") == tmp_path / ".slipway" / "clusters" / "local"


def test_slipway_home_says_where_clusters_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_HOME", str(tmp_path))
    assert simulated.directory_of("local") == tmp_path / "clusters" / "local"
