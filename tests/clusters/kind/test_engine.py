"""A stack on kind through the real engine, with programs that answer for Docker and kind.

Behind the kubeconfig that they give is a simulated cluster, whose API server asks no webhooks.
"""

from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from tests.clusters.kind.fakes import Programs, limits
from tests.support.cluster import TestCluster
from tests.support.project import ROOT, StackCopy, project

pytestmark = pytest.mark.engine

STACK = {
    "config": {
        "slipway:scope": "cluster",
        "slipway:cluster": {
            "provider": "kind",
            "registryMirrors": {"docker.io": "https://mirror.example.com"},
        },
    }
}


@pytest.fixture
def programs(cluster: TestCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/local/bin:/usr/bin:/bin")
    # The limits of the machine that runs the tests are its own.
    monkeypatch.setenv("SLIPWAY_HOST_PROC", str(tmp_path / "proc"))
    return Programs(tmp_path, kubeconfig=Path(cluster.kubeconfig).read_text(encoding="utf-8"))


@pytest.fixture
def stack(programs: Programs) -> Generator[StackCopy]:
    assert programs
    with project({"kind": STACK}) as copy:
        yield copy.stack("kind")


def test_a_cluster_comes_stays_as_it_is_and_goes_with_all_that_is_its_own(
    stack: StackCopy, programs: Programs
) -> None:
    previewed = stack.preview()
    assert previewed.status == 0, previewed.output
    assert not programs.has_cluster
    up = stack.up()
    assert up.status == 0, up.output
    assert programs.has_cluster
    assert yaml.safe_load(programs.configuration)["kind"] == "Cluster"
    assert 'host."https://mirror.example.com"' in programs.written
    assert {line.rsplit(" with ", 1)[1] for line in programs.asked if line.startswith("kind")} == {"docker"}
    assert "client-key-data" not in stack.state.read_text(encoding="utf-8")
    before = len(programs.asked)
    assert set(stack.changes()) == {"same"}
    assert not [line for line in programs.asked[before:] if line.startswith("kind create")]
    down = stack.down()
    assert down.status == 0, down.output
    assert not programs.has_cluster


def test_the_whole_platform_is_previewed_from_the_stack_s_own_file(programs: Programs) -> None:
    content = (ROOT / "stacks" / "Pulumi.kind.yaml").read_text(encoding="utf-8")
    with project({"kind": content}) as copy:
        previewed = copy.stack("kind").preview()
    assert previewed.status == 0, previewed.output
    assert "to create" in previewed.output
    assert not programs.has_cluster


def test_without_a_container_engine_a_preview_says_so_in_one_error(
    stack: StackCopy, programs: Programs
) -> None:
    programs.mark("silent")
    previewed = stack.preview()
    assert previewed.status != 0
    told = previewed.output.partition("Diagnostics:")[2]
    assert told.count("no container engine answers") == 1
    assert "KindCluster" not in previewed.output
    assert "Traceback" not in previewed.output


def test_a_kernel_whose_limits_are_too_low_is_told_before_anything_is_made(
    stack: StackCopy, programs: Programs
) -> None:
    limits(programs.directory / "proc" / "sys", max_user_watches=8192, max_user_instances=128)
    up = stack.up()
    assert up.status != 0
    assert "sudo sysctl -w fs.inotify.max_user_watches=524288" in up.output
    assert "Traceback" not in up.output
    assert not [line for line in programs.asked if line.startswith("kind")]


def test_what_kind_says_when_it_fails_is_shown_and_the_next_run_goes_on(
    stack: StackCopy, programs: Programs
) -> None:
    programs.mark("broken")
    failed = stack.up()
    assert failed.status != 0
    assert "ERROR: failed to create cluster: port is taken" in failed.output
    assert "File " not in failed.output
    (programs.directory / "broken").unlink()
    again = stack.up()
    assert again.status == 0, again.output
    assert programs.has_cluster
