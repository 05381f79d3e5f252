"""Whatever ends of a live cluster, the next start has it again."""

import os
import signal

import psutil
import pytest

from simulator import cluster as simulated
from simulator.cluster import processes
from simulator.node import Live
from tests.node.support import NAMESPACE, PROJECTS, LiveCluster, container, eventually, pod

pytestmark = [pytest.mark.engine, pytest.mark.live]

OBJECTS = [
    pod(
        "kept",
        container(
            "import time; print('started', flush=True); time.sleep(3600)",
            readinessProbe={"exec": {"command": ["true"]}, "periodSeconds": 1},
        ),
    )
]


def programs(cluster: LiveCluster, name: str) -> list[psutil.Process]:
    return [process for process in processes.find(cluster.directory) if processes.name(process) == name]


def container_of(cluster: LiveCluster) -> str:
    statuses = cluster.pod("kept")["status"]["containerStatuses"]
    return statuses[0]["containerID"] if statuses[0]["ready"] else ""


def test_pods_run_again_after_the_node_was_killed(running: LiveCluster) -> None:
    running.ready("kept")
    before = container_of(running)
    os.kill(simulated.status(running.directory).processes["node"], signal.SIGKILL)
    assert eventually(lambda: not simulated.status(running.directory).serves)
    assert simulated.start(running.directory)
    assert simulated.status(running.directory).serves
    assert eventually(lambda: container_of(running) not in ("", before))
    assert not simulated.start(running.directory)


def test_the_machine_reaches_the_cluster_again_after_its_relay_was_killed(running: LiveCluster) -> None:
    running.ready("kept")
    before = container_of(running)
    os.kill(simulated.status(running.directory).processes["network"], signal.SIGKILL)
    assert eventually(lambda: not simulated.status(running.directory).serves)
    assert simulated.start(running.directory)
    assert container_of(running) == before


@pytest.mark.parametrize("name", ["kubelet", "containerd", "coredns", "kube-proxy"])
def test_a_program_of_the_node_that_ends_is_started_again(running: LiveCluster, name: str) -> None:
    before, *_ = programs(running, name)
    before.kill()
    assert eventually(lambda: any(process.pid != before.pid for process in programs(running, name)))
    assert simulated.status(running.directory).serves


def test_pods_run_again_after_everything_was_killed(running: LiveCluster) -> None:
    before = container_of(running)
    processes.kill_all(running.directory)
    address = (running.directory / "kubeconfig.yaml").read_text()
    assert simulated.create(running.directory, live=Live(PROJECTS)) == address
    assert eventually(lambda: container_of(running) not in ("", before))

    def answer() -> str:
        # Right after its start a kubelet may not know yet of a pod that the API server tells of.
        return running.kubectl("exec", "kept", "-n", NAMESPACE, "--", "echo", "here", check=False).stdout

    assert eventually(lambda: answer() == "here\n")
