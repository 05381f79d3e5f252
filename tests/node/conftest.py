"""One cluster with a live node for all tests of this folder."""

from collections.abc import Generator, Mapping
from typing import Any, cast

import pytest

from simulator import cluster as simulated
from simulator.node import Live, obstacle
from tests.node.support import PROJECTS, LiveCluster
from tests.support.cluster import SYSTEM, inputs, listed


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveCluster]:
    """A cluster with one simulated node and a live one that runs the images for examples."""
    if reason := obstacle():
        pytest.skip(reason)
    directory = tmp_path_factory.mktemp("live") / "cluster"
    try:
        simulated.create(directory, inputs(SYSTEM.model_copy(update={"count": 1})), live=Live(PROJECTS))
        yield LiveCluster(directory, str(directory / "kubeconfig.yaml"))
    finally:
        simulated.delete(directory)


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest, node: LiveCluster) -> Generator[LiveCluster]:
    """The cluster with the module's OBJECTS in it, all made at once: their programs start side by side."""
    objects = cast("list[Mapping[str, Any]]", vars(request.module)["OBJECTS"])  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    node.apply(*objects)
    yield node
    made = listed(objects)
    node.kubectl("delete", "--ignore-not-found", "--wait=false", "--grace-period=1", "-f-", input=made)
