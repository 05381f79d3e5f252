"""Node pools as a stack's settings write them."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.clusters.simulated import NodePoolSettings, SimulatedSettings
from components.contracts import Taint

GPU = {"model": "NVIDIA H100 80GB HBM3", "count": 8}


def pool(**changes: object) -> dict[str, Any]:
    return {"name": "pool", "count": 1, "cpu": 4, "memory": "16Gi", **changes}


def settings(*pools: dict[str, Any]) -> SimulatedSettings:
    return SimulatedSettings.model_validate({"provider": "simulated", "nodePools": list(pools)})


@pytest.mark.parametrize(
    ("changes", "key", "found", "allowed"),
    [
        ({"name": "My_Pool"}, "name", "'My_Pool'", "DNS label"),
        ({"name": "p" * 51}, "name", "51 characters", "at most 50"),
        ({"count": -1}, "count", "", "greater than or equal to 0"),
        ({"count": 1.5}, "count", "", "integer"),
        ({"cpu": "4 cores"}, "cpu", "'4 cores'", "500m"),
        ({"cpu": 0}, "cpu", "'0'", "above zero"),
        ({"cpu": "8Gi"}, "cpu", "'8Gi'", "more than 4096 cores"),
        ({"memory": "16GB"}, "memory", "'16GB'", "Gi"),
        ({"memory": 16}, "memory", "'16'", "64Mi"),
        ({"memory": "-1Gi"}, "memory", "'-1Gi'", "above zero"),
        ({"ephemeralStorage": "lots"}, "ephemeralStorage", "'lots'", "128Mi"),
        ({"architecture": "mips"}, "architecture", "", "'amd64' or 'arm64'"),
        ({"accelerator": {**GPU, "count": 0}}, "accelerator.count", "", "greater than or equal to 1"),
        ({"accelerator": {**GPU, "count": -8}}, "accelerator.count", "", "greater than or equal to 1"),
        ({"accelerator": {"count": 8}}, "accelerator.model", "", "required"),
        ({"accelerator": {**GPU, "model": "H100!"}}, "accelerator.model", "'H100!'", "letters"),
        ({"accelerator": {**GPU, "resource": "gpu"}}, "accelerator.resource", "'gpu'", "amd.com/gpu"),
        ({"labels": {"a b": "c"}}, "labels", "'a b'", "letters, digits"),
        ({"labels": {"team": "a b"}}, "labels", "'a b'", "letters, digits"),
        ({"labels": {"kubernetes.io/os": "windows"}}, "labels", "'kubernetes.io/os'", "of your own"),
        ({"labels": {"slipway.dev/pool": "x"}}, "labels", "'slipway.dev/pool'", "of your own"),
        ({"labels": {"nvidia.com/gpu.count": "9"}}, "labels", "'nvidia.com/gpu.count'", "of your own"),
        ({"taints": [{"key": "-x"}]}, "taints.0.key", "'-x'", "letters, digits"),
        ({"taints": [{"key": "x", "effect": "Never"}]}, "taints.0.effect", "", "'NoSchedule'"),
        ({"taints": [{"key": "node.kubernetes.io/not-ready"}]}, "taints.0.key", "not-ready", "your own"),
        ({"taints": [{"key": "x"}, {"key": "x", "value": "y"}]}, "taints", "x:NoSchedule", "given twice"),
        ({"gpus": 8}, "gpus", "", "not permitted"),
    ],
)
def test_a_wrong_pool_gets_one_error_that_names_key_finding_and_remedy(
    changes: dict[str, Any], key: str, found: str, allowed: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(pool(), pool(**{"name": "other", **changes}))
    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == f"nodePools.1.{key}"
    assert found in error["msg"]
    assert allowed in error["msg"]


def test_two_pools_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two pools have the name pool"):
        settings(pool(), pool(), pool(name="other"))


@pytest.mark.parametrize(
    "only",
    [pool(accelerator=GPU), pool(taints=[{"key": "team"}]), pool(count=0)],
    ids=["a gpu pool", "a tainted pool", "an empty pool"],
)
def test_a_cluster_without_a_node_for_ordinary_pods_is_refused(only: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="no pool has a node without taints"):
        settings(only)
    settings(only, pool(name="ordinary"))


def test_a_taint_that_only_prefers_leaves_a_node_for_ordinary_pods() -> None:
    settings(pool(taints=[{"key": "team", "effect": "PreferNoSchedule"}]))


def test_a_gpu_pool_is_tainted_unless_it_says_otherwise() -> None:
    says_nothing = NodePoolSettings.model_validate(pool(accelerator=GPU))
    says_none = NodePoolSettings.model_validate(pool(accelerator=GPU, taints=[]))
    other_vendor = NodePoolSettings.model_validate(
        pool(accelerator={"model": "MI300X", "count": 8, "resource": "amd.com/gpu"})
    )
    assert says_nothing.contract.taints == (Taint(key="nvidia.com/gpu", value="present"),)
    assert says_none.contract.taints == ()
    assert other_vendor.contract.taints == (Taint(key="amd.com/gpu", value="present"),)
    assert NodePoolSettings.model_validate(pool()).contract.taints == ()


def test_numbers_do_for_quantities_of_cpu() -> None:
    assert settings(pool(cpu=4)).node_pools[0].cpu == "4"
    assert settings(pool(cpu=1.5)).node_pools[0].cpu == "1.5"


def test_the_default_is_a_cluster_with_gpus() -> None:
    pools = SimulatedSettings(provider="simulated").node_pools
    assert [one.contract.accelerator is not None for one in pools] == [False, True]


def test_settings_survive_being_written_and_read() -> None:
    given = settings(pool(labels={"team": "a"}), pool(name="gpu", accelerator=GPU, zone="b"))
    assert SimulatedSettings.model_validate(given.model_dump(by_alias=True)) == given
