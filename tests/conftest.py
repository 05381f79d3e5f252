"""What engine tests share: one simulated cluster for each test process, and which tests run in one."""

import gc
import signal
import uuid
from collections.abc import Generator

import psutil
import pytest
from typing_extensions import override
from xdist.remote import Producer  # pyright: ignore[reportMissingTypeStubs]
from xdist.scheduler import LoadScopeScheduling  # pyright: ignore[reportMissingTypeStubs]

from simulator import cluster as simulated
from tests.support.cluster import POOLS, TestCluster, inputs

# What is imported and rendered is kept to the end: looking for garbage as often as Python does takes a tenth
# of the time.
gc.set_threshold(100_000)

# Many plain tests that share nothing: each file by itself.
_APART = ("tests/components", "tests/settings")


class _ByFolder(LoadScopeScheduling):
    """Tests of one folder run in one process of several: they share a stack, or an environment."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return file if folder in _APART else folder


def pytest_configure() -> None:
    """Let what tests start hear of an interrupt, also where a shell has put the tests into the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Say how many processes run tests: two a processor, for tests wait for clusters and engines."""
    return 2 * (psutil.cpu_count() or 1)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFolder:
    """Say which tests run in one process where there are several (`--dist`)."""
    return _ByFolder(config, log)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestCluster]:
    """A simulated cluster with two nodes for all and one with 8 GPUs, removed at the end."""
    directory = tmp_path_factory.mktemp("cluster") / "shared"
    try:
        simulated.create(directory, inputs(*POOLS))
        yield TestCluster(directory, str(directory / "kubeconfig.yaml"))
    finally:
        simulated.delete(directory)


@pytest.fixture
def namespace(cluster: TestCluster) -> Generator[str]:
    """A namespace of the test's own in the shared cluster, in which pods can be made."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    cluster.wait("serviceaccount/default", "create", name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")
