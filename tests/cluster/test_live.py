"""Whether a simulated cluster is live, and what runs on it: decided before anything is made."""

from pathlib import Path

import pulumi
import pytest

from components.clusters.programs import chosen
from components.clusters.simulated import SimulatedSettings
from components.settings_base import SettingsError
from simulator import cluster, node, programs
from simulator.cluster import Status


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the user is warned of."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    return said


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which programs can run."""
    monkeypatch.setattr(node, "obstacle", lambda: None)


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who cannot run them."""
    monkeypatch.setattr(node, "obstacle", lambda: "live pods need root")


@pytest.mark.usefixtures("root")
def test_all_that_the_table_has_runs_unless_projects_are_named(tmp_path: Path, warnings: list[str]) -> None:
    everything = chosen(None, tmp_path)
    assert everything
    assert set(everything.images) == programs.images().keys()
    some = chosen(("jobset",), tmp_path)
    assert some
    assert some.projects == ("jobset",)
    assert set(some.images) == programs.images(["jobset"]).keys() < set(everything.images)
    assert warnings == []


@pytest.mark.usefixtures("nobody")
def test_where_nothing_can_run_the_cluster_is_simulated_and_one_warning_says_why(
    tmp_path: Path, warnings: list[str]
) -> None:
    assert chosen(None, tmp_path) is None
    (warning,) = warnings
    assert warning.startswith("slipway:cluster.live: ")
    assert warning.endswith("no program runs: live pods need root")


@pytest.mark.usefixtures("nobody")
def test_a_cluster_that_is_live_is_not_replaced_by_one_on_which_nothing_runs(
    tmp_path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def live(_directory: Path) -> Status:
        return Status(identifier="a", serves=False, processes={}, ports={}, live=True)

    monkeypatch.setattr(cluster, "status", live)
    with pytest.raises(
        SettingsError, match="runs programs and cannot be worked on from here: live pods need"
    ):
        chosen(None, tmp_path)
    assert warnings == []


def test_a_cluster_is_not_live_unless_it_is_asked_for() -> None:
    assert SimulatedSettings.model_validate({"provider": "simulated"}).live is False
