"""A live cluster that is removed leaves nothing on the machine. It has to be the last of this folder."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from simulator import cluster as simulated
from simulator.cluster import processes
from tests.node.support import LiveCluster, container, pod

pytestmark = [pytest.mark.engine, pytest.mark.live]


def namespaces(*asked: int) -> set[str]:
    """Those of some processes; one that has just ended has none."""
    found: set[str] = set()
    for process in asked:
        for kind in ("net", "mnt", "pid", "uts", "ipc"):
            with suppress(OSError):
                found.add(str(Path(f"/proc/{process}/ns/{kind}").readlink()))
    return found


def test_a_cluster_that_is_removed_leaves_nothing(node: LiveCluster) -> None:
    node.apply(pod("last", container("import time; time.sleep(3600)")))
    node.ready("last")
    status = simulated.status(node.directory)
    ports = tuple(status.ports.values())
    before = simulated.leftovers(node.directory)
    assert before.groups
    assert before.ports == (status.ports["kube-apiserver"],)
    own = namespaces(*(process.pid for process in processes.find(node.directory))) - namespaces(os.getpid())
    assert len(own) >= 5
    os.kill(status.processes["node"], signal.SIGKILL)
    simulated.delete(node.directory)
    assert simulated.leftovers(node.directory, ports).count == 0
    assert not node.directory.exists()
    assert not own & namespaces(*psutil.pids())
