"""A live cluster that is removed leaves nothing on the machine. It has to be the last of this folder."""

import os
import signal
from contextlib import suppress

import psutil
import pytest

from simulator import cluster as simulated
from simulator.cluster import processes
from tests.node.support import LiveCluster, container, pod

pytestmark = [pytest.mark.engine, pytest.mark.live]


def everything_in(cluster: LiveCluster) -> list[psutil.Process]:
    """The processes of a cluster and of its pods: nothing else keeps its namespaces."""
    found = processes.find(cluster.directory)
    return [
        *found,
        *psutil.Process(simulated.status(cluster.directory).processes["node"]).children(recursive=True),
    ]


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs: one that its parent has not looked after yet holds nothing."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def is_sandbox(process: psutil.Process) -> bool:
    """Whether it holds a pod's namespaces: containerd's own helpers may end while they are asked."""
    with suppress(psutil.NoSuchProcess):
        return "/pause" in process.cmdline()
    return False


def test_a_cluster_that_is_removed_leaves_nothing(node: LiveCluster) -> None:
    node.apply(pod("last", container("import time; time.sleep(3600)")))
    node.ready("last")
    status = simulated.status(node.directory)
    ports = tuple(status.ports.values())
    before = simulated.leftovers(node.directory)
    assert before.groups
    assert before.ports == (status.ports["kube-apiserver"],)
    running = everything_in(node)
    assert any(is_sandbox(process) for process in running)
    os.kill(status.processes["node"], signal.SIGKILL)
    simulated.delete(node.directory)
    assert simulated.leftovers(node.directory, ports).count == 0
    assert not node.directory.exists()
    assert [process for process in running if is_alive(process)] == []
