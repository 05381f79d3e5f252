"""What engine tests share: one simulated cluster for each test process."""

import uuid
from collections.abc import Generator

import pytest

from simulator import cluster as simulated
from tests.support.cluster import POOLS, TestCluster, inputs


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
