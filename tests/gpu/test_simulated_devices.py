"""Shared devices of simulated pools: what nodes tell of them, and what the scheduler makes of it."""

from collections.abc import Generator
from typing import Any

import pytest
from pydantic import ValidationError

from components.clusters.simulated import NodePoolSettings
from simulator import cluster as simulated
from simulator.cluster import nodes
from tests.support.cluster import SYSTEM, Object, TestCluster, inputs

H100 = {"model": "NVIDIA H100 80GB HBM3", "count": 8}
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def pool(name: str, **changes: object) -> NodePoolSettings:
    given = {"name": name, "count": 1, "cpu": 96, "memory": "1Ti", "accelerator": H100, **changes}
    return NodePoolSettings.model_validate(given)


TURNS = pool("turns", sharing={"strategy": "timeSlicing", "replicas": 4})
MPS = pool("mps", sharing={"strategy": "mps", "replicas": 10})
CUT = pool("cut", sharing={"strategy": "mig", "profile": "1g.10gb"})


def node(settings: NodePoolSettings) -> dict[str, Any]:
    (made,) = nodes.node_objects([nodes.Pool.of(settings.inputs)])
    return made


def told(settings: NodePoolSettings) -> dict[str, str]:
    labels = node(settings)["metadata"]["labels"]
    return {key: value for key, value in labels.items() if key.startswith("nvidia.com/")}


@pytest.mark.parametrize(
    ("settings", "resource", "units"),
    [
        (TURNS, "nvidia.com/gpu.shared", 32),
        (MPS, "nvidia.com/gpu.shared", 80),
        (CUT, "nvidia.com/mig-1g.10gb", 56),
    ],
    ids=["time slicing", "mps", "mig"],
)
def test_nodes_offer_shared_devices_by_their_own_name_and_whole_ones_no_more(
    settings: NodePoolSettings, resource: str, units: int
) -> None:
    capacity = node(settings)["status"]["capacity"]
    assert {key: value for key, value in capacity.items() if key.startswith("nvidia.com/")} == {
        resource: str(units)
    }
    assert settings.contract.accelerator is not None
    assert settings.contract.accelerator.resource == resource
    assert settings.contract.accelerator.units == units


def test_nodes_tell_how_devices_are_shared() -> None:
    assert told(TURNS) == {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
        "nvidia.com/gpu.count": "8",
        "nvidia.com/gpu.replicas": "4",
        "nvidia.com/gpu.sharing-strategy": "time-slicing",
        "nvidia.com/mps.capable": "false",
    }
    assert told(MPS)["nvidia.com/gpu.sharing-strategy"] == "mps"
    assert told(MPS)["nvidia.com/mps.capable"] == "true"


def test_nodes_tell_which_partitions_they_have() -> None:
    labels = told(CUT)
    assert labels["nvidia.com/mig.strategy"] == "mixed"
    assert labels["nvidia.com/mig-1g.10gb.count"] == "56"
    assert labels["nvidia.com/mig-1g.10gb.product"] == "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb"
    assert labels["nvidia.com/gpu.count"] == "8"


def test_a_pool_without_sharing_tells_what_it_told_before() -> None:
    assert set(told(pool("whole"))) == {
        "nvidia.com/gpu.present",
        "nvidia.com/gpu.product",
        "nvidia.com/gpu.count",
        "nvidia.com/gpu.replicas",
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accelerator": None, "sharing": {"strategy": "mps", "replicas": 2}}, "sharing is for accelerators"),
        (
            {"sharing": {"strategy": "mig", "profile": "1g.5gb"}},
            "has no MIG profile '1g.5gb'; allowed: 1g.10gb",
        ),
        ({"sharing": {"strategy": "mig", "replicas": 7}}, "takes a profile"),
        ({"sharing": {"strategy": "timeSlicing"}}, "takes replicas"),
        ({"sharing": {"strategy": "turns", "replicas": 2}}, "Input should be 'timeSlicing', 'mps' or 'mig'"),
        (
            {
                "accelerator": {"model": "Tesla T4", "count": 1},
                "sharing": {"strategy": "mig", "profile": "1g.10gb"},
            },
            "cannot be cut into partitions",
        ),
        (
            {
                "accelerator": {"model": "MI300X", "count": 8, "resource": "amd.com/gpu"},
                "sharing": {"strategy": "mps", "replicas": 2},
            },
            "only those of NVIDIA can",
        ),
    ],
)
def test_sharing_that_a_pool_cannot_have_gets_one_error(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        pool("wrong", **changes)
    (error,) = refused.value.errors()
    assert message in error["msg"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestCluster]:
    """A simulated cluster whose devices are all shared."""
    directory = tmp_path_factory.mktemp("shared") / "cluster"
    try:
        simulated.create(directory, inputs(SYSTEM, TURNS, CUT))
        there = TestCluster(directory, str(directory / "kubeconfig.yaml"))
        there.wait("serviceaccount/default", "create", "default")
        yield there
    finally:
        simulated.delete(directory)


def asking(name: str, resource: str, number: int) -> Object:
    container = {
        "name": "main",
        "image": "example.com/image:1",
        "resources": {"limits": {resource: number}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [container], "tolerations": [TOLERATION]},
    }


@pytest.mark.engine
@pytest.mark.parametrize(
    ("name", "resource", "number", "where"),
    [
        ("one-turn", "nvidia.com/gpu.shared", 1, "turns-0"),
        ("all-partitions", "nvidia.com/mig-1g.10gb", 56, "cut-0"),
    ],
)
def test_a_pod_that_asks_for_a_share_runs_where_it_is(
    shared: TestCluster, name: str, resource: str, number: int, where: str
) -> None:
    shared.apply(asking(name, resource, number))
    shared.wait(f"pod/{name}", "condition=Ready", "default")
    assert shared.get("pod", name, "default")["spec"]["nodeName"] == where


@pytest.mark.engine
@pytest.mark.parametrize(
    ("name", "resource", "number"),
    [
        ("too-many-turns", "nvidia.com/gpu.shared", 33),
        ("too-many-partitions", "nvidia.com/mig-1g.10gb", 57),
        ("another-profile", "nvidia.com/mig-3g.40gb", 1),
        ("a-whole-device", "nvidia.com/gpu", 1),
    ],
)
def test_a_pod_that_asks_for_more_than_there_is_stays_pending(
    shared: TestCluster, name: str, resource: str, number: int
) -> None:
    shared.apply(asking(name, resource, number))
    shared.wait(f"pod/{name}", "condition=PodScheduled=false", "default")
    pod = shared.get("pod", name, "default")
    (condition,) = pod["status"]["conditions"]
    assert condition["reason"] == "Unschedulable"
    assert f"Insufficient {resource}" in condition["message"]
