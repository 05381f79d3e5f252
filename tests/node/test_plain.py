"""What can be told of a live node without one."""

import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import cluster as simulated
from simulator.cluster import configuration
from simulator.node import Live, cgroups, integration, obstacle, resources
from simulator.node.layout import ADDRESS, NodeLayout

STAGES = Path(configuration.__file__).with_name("stages.yaml").read_text()


@pytest.fixture(autouse=True)
def asked_anew() -> Generator[None]:
    """An obstacle is looked for once in a process."""
    obstacle.cache_clear()
    yield
    obstacle.cache_clear()


def step(text: str, stage: str, number: int) -> dict[str, Any]:
    """A step of a stage, its template read as the object that it makes."""
    (found,) = (each for each in yaml.safe_load_all(text) if each and each["metadata"]["name"] == stage)
    return found["spec"]["steps"][number]


def test_another_system_than_linux_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "darwin" in str(obstacle())


def test_a_user_who_is_not_root_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "root" in str(obstacle())


def test_a_command_that_is_missing_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name in ("unshare", "mount", "ip"):
        program = shutil.which(name) or "/bin/true"
        (tmp_path / name).symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no nsenter on PATH: install util-linux" in str(obstacle())


def test_nothing_is_made_where_a_live_node_cannot_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(simulated.ClusterError, match=r"cannot run here: .*root.* the cluster is simulated"):
        simulated.create(tmp_path / "cluster", live=Live(("examples",)))
    assert not (tmp_path / "cluster").exists()


def test_volumes_are_folders_of_the_cluster_and_the_rest_is_as_in_every_cluster(tmp_path: Path) -> None:
    text = integration.stages(STAGES, tmp_path)
    template = step(text, "claim-gets-volume", 0)["apply"]["template"]
    assert f"  local: {{path: {NodeLayout(tmp_path).volumes}/pvc-" in template
    assert "csi:" not in template
    assert "csi:" in step(STAGES, "claim-gets-volume", 0)["apply"]["template"]
    assert step(text, "pod-runs", 0) == step(STAGES, "pod-runs", 0)


def test_stages_that_make_volumes_otherwise_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="make no volumes as they did"):
        integration.stages(STAGES.replace("csi: {driver", "nfs: {driver"), tmp_path)


def test_every_resource_that_the_node_has_is_reported_as_capacity_and_as_allocatable() -> None:
    (policy, _) = resources.objects()
    expression = policy["spec"]["mutations"][0]["jsonPatch"]["expression"]
    for part in ("capacity", "allocatable"):
        for name, amount in resources.CAPACITY.items():
            assert f'"/status/{part}/" + jsonpatch.escapeKey("{name}"), value: "{amount}"' in expression


def test_each_directory_has_a_control_group_of_its_own(tmp_path: Path) -> None:
    names = {NodeLayout(tmp_path / name).control_group for name in ("a", "b")}
    assert len(names) == 2
    assert NodeLayout(tmp_path / "a").control_group in names
    assert not any(map(cgroups.existing, names))


def test_the_nodes_address_is_none_that_machines_have() -> None:
    # RFC 6598: for use behind a carrier's address translation, so neither public nor in private networks.
    assert ADDRESS.startswith("100.64.")
