"""What engine tests share: one simulated cluster for each test process, and which tests run in one."""

import uuid
from collections.abc import Generator, Sequence

import pytest

from simulator import cluster as simulated
from tests.support.cluster import POOLS, TestCluster, inputs

# Folders whose tests share what takes long to make: a stack that is up, or an environment of their own.
_TOGETHER = ("audit", "clients", "minimal")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep together, in one process of several (`--dist loadgroup`), what shares a stack, else each file."""
    engine = {item.path.parent for item in items if item.get_closest_marker("engine")}
    for item in items:
        folder = item.path.parent
        together = folder in engine or folder.name in _TOGETHER
        item.add_marker(pytest.mark.xdist_group(str(folder if together else item.path)))


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
