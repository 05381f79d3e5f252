"""Which Node objects the pools of a stack become."""

from typing import Any

from components.clusters import pools
from components.clusters.simulated import NodePoolSettings
from simulator.cluster import nodes
from tests.support.cluster import GPU, SYSTEM


def made(*settings: NodePoolSettings) -> dict[str, dict[str, Any]]:
    objects = nodes.node_objects([nodes.Pool.of(pool.inputs) for pool in settings])
    return {node["metadata"]["name"]: node for node in objects}


def test_a_pool_has_as_many_nodes_as_it_counts() -> None:
    assert set(made(SYSTEM, GPU)) == {"system-0", "system-1", "gpu-0"}
    assert made(SYSTEM.model_copy(update={"count": 0})) == {}


def test_a_node_has_the_capacity_of_its_pool() -> None:
    node = made(GPU)["gpu-0"]
    assert node["status"]["capacity"] == {
        "cpu": "96",
        "memory": "1Ti",
        "ephemeral-storage": "200Gi",
        "pods": "110",
        "nvidia.com/gpu": "8",
    }
    assert node["status"]["allocatable"] == node["status"]["capacity"]
    assert "nvidia.com/gpu" not in made(SYSTEM)["system-0"]["status"]["capacity"]


def test_a_node_has_the_labels_of_its_pool_and_its_own_name() -> None:
    arm = NodePoolSettings.model_validate(
        {
            "name": "arm",
            "count": 1,
            "cpu": 4,
            "memory": "8Gi",
            "architecture": "arm64",
            "zone": "b",
            "labels": {"team": "a"},
        }
    )
    node = made(arm)["arm-0"]
    assert node["metadata"]["labels"] == {
        "team": "a",
        "slipway.dev/pool": "arm",
        "kubernetes.io/hostname": "arm-0",
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64",
        "node.kubernetes.io/instance-type": "simulated-arm",
        "topology.kubernetes.io/region": "simulated",
        "topology.kubernetes.io/zone": "b",
    }
    assert node["status"]["nodeInfo"]["architecture"] == "arm64"


def test_gpu_nodes_have_the_labels_of_gpu_feature_discovery() -> None:
    labels = made(GPU)["gpu-0"]["metadata"]["labels"]
    assert {key: value for key, value in labels.items() if key.startswith("nvidia.com/")} == {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
        "nvidia.com/gpu.count": "8",
        "nvidia.com/gpu.replicas": "1",
    }


def test_a_node_keeps_its_address_whichever_other_nodes_there_are() -> None:
    def address(node: dict[str, Any]) -> str:
        return node["status"]["addresses"][0]["address"]

    many = made(SYSTEM.model_copy(update={"count": 50}), GPU)
    assert address(many["gpu-0"]) == address(made(GPU)["gpu-0"])
    assert len({address(node) for node in many.values()}) == len(many)


def test_cluster_and_components_agree_on_the_label_of_a_pool() -> None:
    assert nodes.POOL_LABEL == pools.POOL_LABEL


def test_every_label_that_selects_a_pool_is_on_its_nodes() -> None:
    pool = SYSTEM.model_copy(update={"labels": {"team": "a"}})
    assert pool.contract.labels.items() <= made(pool)["system-0"]["metadata"]["labels"].items()
