"""Node pools of EKS: which machines, how many, of which capacity, and who may run on them."""

import base64
import re
from typing import Any

from components.clusters.aws.node_groups import node_groups, priorities
from tests.clusters.aws.eks import eks, settings, stack, with_pools
from tests.clusters.support import Graph

H100 = {"name": "train", "accelerator": {"model": "H100", "count": 8}, "zones": ["eu-central-1a"]}
L4 = {"name": "gpu", "accelerator": {"model": "L4"}, "max": 4}
BLOCK = {"kind": "capacityBlock", "id": "cr-0123456789abcdef0"}
HINT = "k8s.io/cluster-autoscaler/node-template/resources"


TEAM = {
    "name": "team",
    "machineType": "r7i.xlarge",
    "perZone": False,
    "labels": {"example.com/team": "vision"},
    "taints": [{"key": "example.com/team", "value": "vision", "effect": "NoExecute"}],
}
RESERVATION = {"kind": "onDemand", "id": "cr-0123456789abcdef0"}
MANY: tuple[dict[str, Any], ...] = (
    L4,
    {**L4, "name": "open", "taints": []},
    {**L4, "name": "sized", "min": 1, "max": 5, "diskSize": 333},
    {**L4, "name": "turns", "sharing": {"strategy": "timeSlicing", "replicas": 4}},
    {**L4, "name": "fallback", "min": 1, "capacity": "spotWithFallback"},
    {**H100, "efa": True},
    {**H100, "name": "parts", "efa": True, "sharing": {"strategy": "mig", "profile": "1g.10gb"}},
    {**H100, "name": "newest", "efa": True, "accelerator": {"model": "B300", "count": 8}},
    {**H100, "name": "reserved", "reservation": RESERVATION},
    {**H100, "name": "bought", "efa": True, "reservation": BLOCK},
    {"name": "arm", "machineType": "m8g.xlarge", "perZone": False},
    {"name": "armed", "accelerator": {"model": "T4G"}},
    TEAM,
)


def many() -> Graph:
    """A cluster with a pool of every sort."""
    return with_pools(*MANY)


def _template(graph: Graph, pool: str) -> dict[str, Any]:
    return dict(graph.one("LaunchTemplate", f"-{pool}").inputs)


def _group(graph: Graph, name: str) -> dict[str, Any]:
    return dict(graph.one("NodeGroup", name).inputs)


def test_nodes_with_gpus_repel_all_other_work() -> None:
    graph = many()
    assert _group(graph, "gpu-on-demand")["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
    ]
    assert _group(graph, "open-on-demand")["taints"] == []
    assert _group(graph, "system-on-demand-a")["taints"] == []


def test_nodes_carry_the_labels_and_taints_of_their_pool() -> None:
    group = _group(many(), "team-on-demand")
    assert group["labels"] == {"example.com/team": "vision", "slipway.dev/pool": "team"}
    assert group["taints"] == [{"key": "example.com/team", "value": "vision", "effect": "NO_EXECUTE"}]


def test_the_image_fits_processor_and_accelerator() -> None:
    graph = many()
    assert _group(graph, "system-on-demand-a")["amiType"] == "AL2023_x86_64_STANDARD"
    assert _group(graph, "gpu-on-demand")["amiType"] == "AL2023_x86_64_NVIDIA"
    assert _group(graph, "arm-on-demand")["amiType"] == "AL2023_ARM_64_STANDARD"
    assert _group(graph, "armed-on-demand")["amiType"] == "AL2023_ARM_64_NVIDIA"
    arm = [pool.name for pool in graph.contract.node_pools if pool.architecture == "arm64"]
    assert arm == ["arm", "armed"]


def test_a_pool_has_the_machine_disk_and_numbers_that_are_said() -> None:
    graph = many()
    assert _template(graph, "sized")["instanceType"] == "g6.xlarge"
    assert _template(graph, "sized")["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 333
    assert _group(graph, "sized-on-demand")["scalingConfig"] == {
        "minSize": 1,
        "maxSize": 5,
        "desiredSize": 1,
    }


def test_a_gpu_pool_is_empty_until_it_is_needed() -> None:
    graph = many()
    assert _group(graph, "gpu-on-demand")["scalingConfig"] == {"minSize": 0, "maxSize": 4, "desiredSize": 0}


def test_the_autoscaler_s_numbers_are_left_alone() -> None:
    for group in eks().of("NodeGroup"):
        assert group.ignored == ("scalingConfig.desiredSize",), group.name


def test_a_pool_without_accelerators_is_divided_among_zones() -> None:
    groups = {one.name: one.inputs for one in with_pools(L4).of("NodeGroup")}
    assert set(groups) == {
        "system-on-demand-a",
        "system-on-demand-b",
        "system-on-demand-c",
        "gpu-on-demand",
    }
    sizes = [groups[f"system-on-demand-{zone}"]["scalingConfig"] for zone in "abc"]
    assert [(one["minSize"], one["maxSize"]) for one in sizes] == [(1, 3), (1, 2), (1, 2)]
    assert groups["system-on-demand-b"]["subnetIds"] == ["test-private-eu-central-1b-id"]
    assert len(groups["gpu-on-demand"]["subnetIds"]) == 3


def test_a_pool_s_groups_have_no_more_and_no_fewer_nodes_than_the_pool() -> None:
    for least, most in ((0, 1), (2, 2), (3, 10), (7, 7)):
        pools = [{"name": "work", "machineType": "m7i.large", "min": least, "max": most}]
        chosen = settings({"nodePools": [{**pools[0], "name": "system", "min": 1, "max": 99}, *pools]})
        groups = node_groups(chosen.node_pools[1], chosen.all_zones)
        assert sum(one.least for one in groups) == least
        assert sum(one.most for one in groups) == most
        assert all(one.most >= 1 and one.least <= one.most for one in groups)


def test_spot_with_fallback_is_spot_first_and_on_demand_where_there_is_none() -> None:
    graph = many()
    spot, fallback = _group(graph, "fallback-spot"), _group(graph, "fallback-on-demand")
    assert (spot["capacityType"], fallback["capacityType"]) == ("SPOT", "ON_DEMAND")
    assert spot["scalingConfig"]["minSize"] == 1
    assert fallback["scalingConfig"]["minSize"] == 0
    values = graph.one("Chart", "cluster-autoscaler").inputs["values"]
    assert values["extraArgs"]["expander"] == "priority,least-waste"
    assert set(values["expanderPriorities"]) == {"10", "20"}


def test_nothing_is_preferred_where_no_pool_has_a_fallback() -> None:
    for capacity in ("onDemand", "spot"):
        graph = with_pools({**L4, "capacity": capacity})
        values = graph.one("Chart", "cluster-autoscaler").inputs["values"]
        assert values["extraArgs"]["expander"] == "least-waste"
        assert values["expanderPriorities"] == {}
        assert len([one for one in graph.of("NodeGroup") if one.name.startswith("gpu-")]) == 1


def test_the_autoscaler_prefers_the_spot_groups_of_that_pool_and_no_others() -> None:
    pools = settings(
        {
            "nodePools": [
                {"name": "a", "machineType": "m7i.large", "min": 1, "capacity": "spotWithFallback"},
                {"name": "a-spot", "machineType": "m7i.large"},
            ]
        }
    ).node_pools
    preferred = re.compile("|".join(priorities(pools)["20"]))
    assert preferred.match("eks-a-spot-0a1b2c3-7ec1d2e3")
    assert preferred.match("eks-a-spot-b-0a1b2c3-7ec1d2e3")
    assert not preferred.match("eks-a-on-demand-0a1b2c3-7ec1d2e3")
    assert not preferred.match("eks-a-spot-on-demand-0a1b2c3-7ec1d2e3")


def test_an_empty_pool_tells_the_autoscaler_what_its_nodes_would_have() -> None:
    graph = many()
    assert f"{HINT}/nvidia.com/gpu" not in _group(graph, "gpu-on-demand")["tags"]
    assert _group(graph, "gpu-on-demand")["tags"][f"{HINT}/ephemeral-storage"] == "200Gi"
    shared = _group(graph, "turns-on-demand")["tags"]
    assert shared[f"{HINT}/nvidia.com/gpu"] == "0"
    assert shared[f"{HINT}/nvidia.com/gpu.shared"] == "4"
    parts = _group(graph, "parts-on-demand")["tags"]
    assert parts[f"{HINT}/nvidia.com/mig-1g.10gb"] == "56"
    assert parts[f"{HINT}/vpc.amazonaws.com/efa"] == "32"


def test_only_whole_gpus_are_awaited_by_the_autoscaler() -> None:
    label = "k8s.amazonaws.com/accelerator"
    graph = many()
    assert _group(graph, "gpu-on-demand")["labels"][label] == "NVIDIA-L4"
    assert label not in _group(graph, "turns-on-demand")["labels"]
    assert label not in _group(graph, "parts-on-demand")["labels"]


def test_partitions_are_named_to_nvidia_s_mig_manager() -> None:
    graph = many()
    assert _group(graph, "parts-on-demand")["labels"]["nvidia.com/mig.config"] == "all-1g.10gb"
    assert "nvidia.com/mig.config" not in _group(graph, "gpu-on-demand")["labels"]


def test_nodes_that_train_together_have_a_fabric_on_every_card_and_a_placement_group() -> None:
    graph = many()
    template = _template(graph, "train")
    cards = template["networkInterfaces"]
    assert [one["networkCardIndex"] for one in cards] == list(range(32))
    assert [one["interfaceType"] for one in cards] == ["efa"] + ["efa-only"] * 31
    assert [one["deviceIndex"] for one in cards] == [0] + [1] * 31
    assert all(one["securityGroups"] == ["sg-nodes"] for one in cards)
    # EC2 refuses both of these beside several interfaces.
    assert not any("associatePublicIpAddress" in one for one in cards)
    assert "vpcSecurityGroupIds" not in template
    assert template["placement"] == {"groupName": "test-train"}
    assert graph.one("PlacementGroup", "-train").inputs["strategy"] == "cluster"
    rule = graph.one("SecurityGroupEgressRule").inputs
    assert rule["securityGroupId"] == rule["referencedSecurityGroupId"] == "sg-nodes"
    assert graph.one("Chart", "aws-efa-k8s-device-plugin").inputs["values"]["tolerations"]


def test_without_a_fabric_there_is_nothing_of_it() -> None:
    graph = with_pools(H100)
    template = _template(graph, "train")
    assert "networkInterfaces" not in template
    assert "placement" not in template
    assert template["vpcSecurityGroupIds"] == ["sg-nodes"]
    assert not graph.of("PlacementGroup")
    assert not graph.of("SecurityGroupEgressRule")
    assert "aws-efa-k8s-device-plugin" not in [one.name for one in graph.of("Chart")]


def test_a_first_card_that_takes_no_adapter_gets_a_plain_interface() -> None:
    kinds = [one["interfaceType"] for one in _template(many(), "newest")["networkInterfaces"]]
    assert kinds == ["interface"] + ["efa-only"] * 16


def test_reserved_capacity_is_all_that_its_pool_takes() -> None:
    graph = many()
    template = _template(graph, "reserved")
    target = template["capacityReservationSpecification"]["capacityReservationTarget"]
    assert target == {"capacityReservationId": "cr-0123456789abcdef0"}
    assert "instanceMarketOptions" not in template
    assert _group(graph, "reserved-on-demand")["capacityType"] == "ON_DEMAND"
    assert "capacityReservationSpecification" not in _template(graph, "system")


def test_a_capacity_block_is_bought_as_such() -> None:
    graph = many()
    template = _template(graph, "bought")
    assert template["instanceMarketOptions"] == {"marketType": "capacity-block"}
    assert _group(graph, "bought-block")["capacityType"] == "CAPACITY_BLOCK"
    assert "placement" not in template
    assert len(template["networkInterfaces"]) == 32


def test_local_disks_of_gpu_machines_are_used() -> None:
    graph = many()
    user_data = base64.b64decode(_template(graph, "gpu")["userData"]).decode()
    assert "strategy: RAID0" in user_data
    assert "userData" not in _template(graph, "system")


def test_components_see_the_pools_as_they_are() -> None:
    pools = {pool.name: pool for pool in stack("aws-prod").contract.node_pools}
    training = pools["training"]
    assert training.accelerator
    assert (training.accelerator.model, training.accelerator.units) == ("NVIDIA H100 80GB HBM3", 8)
    assert (training.cpu, training.memory) == ("192", "2048Gi")
    assert training.zones == ("us-east-2b",)
    assert pools["work"].spot
    assert not pools["system"].spot
    assert pools["serving"].labels == {"slipway.dev/pool": "serving"}
