"""Making, killing, starting and removing simulated clusters."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from components.clusters.simulated import NodePoolSettings
from simulator import cluster as simulated
from simulator.cluster import processes
from simulator.cluster.layout import COMPONENTS
from tests.support.cluster import POOLS, SYSTEM, TestCluster, inputs

pytestmark = pytest.mark.engine

PASSPHRASE = "not for the cluster"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestCluster]:
    """A cluster that tests may break; it starts with a ConfigMap in it."""
    directory = tmp_path_factory.mktemp("own") / "cluster"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_CONFIG_PASSPHRASE", PASSPHRASE)
        patch.setenv("HTTPS_PROXY", "http://192.0.2.1:1")
        try:
            simulated.create(directory, inputs(*POOLS))
            made = TestCluster(directory, str(directory / "kubeconfig.yaml"))
            made.kubectl("create", "configmap", "kept", "--from-literal=key=value")
            yield made
        finally:
            simulated.delete(directory)


def works_with_its_data(cluster: TestCluster) -> bool:
    """What was there is there, and a new pod runs."""
    cluster.kubectl("run", "fresh", "--image=example.com/image:1")
    cluster.wait("pod/fresh", "condition=Ready", "default")
    cluster.kubectl("delete", "pod", "fresh")
    return cluster.get("configmap", "kept", "default")["data"] == {"key": "value"}


def test_every_process_listens_on_loopback_only(own: TestCluster) -> None:
    listening = {
        connection.laddr
        for process in processes.find(own.directory)
        for connection in process.net_connections(kind="all")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert {address.port for address in listening} == set(simulated.status(own.directory).ports.values())


def test_processes_have_nothing_of_their_creators_environment_or_terminal(own: TestCluster) -> None:
    for process in processes.find(own.directory):
        environment = process.environ()
        assert PASSPHRASE not in environment.values()
        assert "HTTPS_PROXY" not in environment
        assert environment["HOME"] == str(own.directory)
        descriptors = [Path(f"/proc/{process.pid}/fd/{number}").readlink() for number in range(3)]
        assert descriptors[0] == Path(os.devnull)
        assert all(file.is_relative_to(own.directory) for file in descriptors[1:])


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_killed_component_is_started_again_with_the_data_kept(own: TestCluster, component: str) -> None:
    before = simulated.status(own.directory)
    address = Path(own.kubeconfig).read_text()
    os.kill(before.processes[component], signal.SIGKILL)
    assert simulated.start(own.directory)
    after = simulated.status(own.directory)
    assert after.serves
    assert after.processes[component] != before.processes[component]
    others = set(COMPONENTS) - {component}
    assert {name: after.processes[name] for name in others} == {
        name: before.processes[name] for name in others
    }
    assert works_with_its_data(own)
    assert simulated.create(own.directory) == address


def test_a_cluster_whose_processes_are_all_dead_starts_with_its_data_and_kubeconfig(own: TestCluster) -> None:
    address = Path(own.kubeconfig).read_text()
    processes.kill_all(own.directory)
    assert not simulated.status(own.directory).serves
    assert simulated.create(own.directory) == address
    assert works_with_its_data(own)


def test_a_stale_process_id_does_not_pass_for_a_component(own: TestCluster) -> None:
    simulated.stop(own.directory)
    pids = own.directory / "clusters" / "simulated" / "pids"
    for component in COMPONENTS:
        (pids / f"{component}.pid").write_text(str(os.getpid()))
    simulated.restart(own.directory)
    assert works_with_its_data(own)


def test_starting_a_cluster_that_runs_changes_nothing(own: TestCluster) -> None:
    before = simulated.status(own.directory)
    assert not simulated.start(own.directory)
    assert simulated.status(own.directory) == before


def test_a_port_that_another_program_took_is_named(own: TestCluster) -> None:
    port = simulated.status(own.directory).ports["kube-apiserver"]
    simulated.stop(own.directory)
    taken = f"in use: {port} by .*process {os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(simulated.ClusterError, match=taken),
    ):
        simulated.start(own.directory)
    simulated.start(own.directory)
    assert works_with_its_data(own)


def test_a_component_that_cannot_start_is_named_with_its_own_words(own: TestCluster) -> None:
    simulated.stop(own.directory)
    data = own.directory / "clusters" / "simulated" / "etcd"
    aside = data.rename(own.directory / "aside")
    data.write_text("not a directory")
    message = r"(?s)did not start: etcd.* ended.*not a directory"
    try:
        with pytest.raises(simulated.ClusterError, match=message):
            simulated.start(own.directory)
    finally:
        data.unlink()
        aside.rename(data)
    simulated.start(own.directory)
    assert works_with_its_data(own)


def test_pools_change_in_place_and_pods_leave_nodes_that_go(own: TestCluster) -> None:
    own.kubectl("create", "deployment", "web", "--image=example.com/image:1", "--replicas=4")
    own.wait("deployment/web", "condition=Available", "default")
    before = own.get("node", "system-0")["metadata"]["uid"]
    fewer = SYSTEM.model_copy(update={"count": 1, "labels": {"team": "a"}})
    added = NodePoolSettings.model_validate(
        {"name": "spot", "count": 2, "cpu": 4, "memory": "16Gi", "taints": [{"key": "spot"}]}
    )
    simulated.apply_pools(own.directory, inputs(fewer, added))
    assert own.names("node") == {"system-0", "spot-0", "spot-1"}
    node = own.get("node", "system-0")
    assert node["metadata"]["uid"] == before
    assert node["metadata"]["labels"]["team"] == "a"
    assert own.get("node", "spot-0")["spec"]["taints"] == [{"key": "spot", "effect": "NoSchedule"}]
    own.wait("deployment/web", "jsonpath={.status.readyReplicas}=4", "default")
    placed = own.kubectl("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.nodeName}")
    assert set(placed.stdout.split()) == {"system-0"}

    simulated.apply_pools(own.directory, inputs(*POOLS))
    assert own.names("node") == {"system-0", "system-1", "gpu-0"}
    assert "team" not in own.get("node", "system-0")["metadata"]["labels"]


def test_two_clusters_live_side_by_side(own: TestCluster, cluster: TestCluster) -> None:
    mine, other = simulated.status(own.directory), simulated.status(cluster.directory)
    assert mine.serves
    assert other.serves
    assert not set(mine.ports.values()) & set(other.ports.values())
    assert mine.identifier != other.identifier
    assert works_with_its_data(own)
    assert "kept" not in cluster.names("configmap")


def test_a_cluster_that_was_moved_is_not_started(own: TestCluster, tmp_path: Path) -> None:
    (tmp_path / "cluster.json").write_text((own.directory / "cluster.json").read_text())
    with pytest.raises(simulated.ClusterError, match=f"was made in {own.directory} and cannot be moved"):
        simulated.start(tmp_path)


def test_there_is_nothing_to_start_where_no_cluster_is(tmp_path: Path) -> None:
    with pytest.raises(simulated.ClusterError, match=f"no simulated cluster in {tmp_path}"):
        simulated.start(tmp_path)


def directory_is_marked(directory: Path) -> bool:
    return (directory / "cluster.json").exists()


def etcd_runs(directory: Path) -> bool:
    return "etcd" in processes.components(directory)


def all_run(directory: Path) -> bool:
    return len(processes.components(directory)) == len(COMPONENTS)


@pytest.mark.parametrize("moment", [directory_is_marked, etcd_runs, all_run])
def test_a_creation_that_was_killed_is_finished_by_the_next_and_removed_without_trace(
    tmp_path: Path, moment: Callable[[Path], bool]
) -> None:
    directory = tmp_path / "cluster"
    program = f"from simulator import cluster; cluster.create({str(directory)!r})"
    with subprocess.Popen([sys.executable, "-c", program]) as creator:
        deadline = time.monotonic() + 60
        while not moment(directory):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        creator.kill()
    try:
        first = simulated.create(directory, inputs(SYSTEM))
        status = simulated.status(directory)
        assert status.serves
        assert sorted(process.name() for process in processes.find(directory)) == sorted(COMPONENTS)
        assert simulated.create(directory) == first
        os.kill(status.processes["etcd"], signal.SIGKILL)  # so that what is removed is half-dead
        before = simulated.leftovers(directory)
        assert len(before.processes) == len(COMPONENTS) - 1
        assert before.ports
        assert before.files
    finally:
        simulated.delete(directory)
    assert simulated.leftovers(directory, tuple(status.ports.values())).count == 0
    assert not directory.exists()


def test_a_half_made_cluster_is_removed_without_trace(tmp_path: Path) -> None:
    directory = tmp_path / "cluster"
    program = f"from simulator import cluster; cluster.create({str(directory)!r})"
    with subprocess.Popen([sys.executable, "-c", program]) as creator:
        deadline = time.monotonic() + 60
        while not etcd_runs(directory):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        creator.kill()
    ports = tuple(simulated.status(directory).ports.values())
    assert len(ports) == 6
    simulated.delete(directory)
    assert simulated.leftovers(directory, ports).count == 0
