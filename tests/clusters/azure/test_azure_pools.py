"""Agent pools are as large, tainted, shared, reserved and placed as the settings say."""

from typing import Any

import pytest
import yaml

from tests.clusters.azure.aks import RESERVATION, SYSTEM, aks, control_plane, pool, stack, with_pools

SPOT = "kubernetes.azure.com/scalesetpriority"
GPU: dict[str, Any] = {"name": "gpu", "accelerator": {"model": "T4"}}
H100: dict[str, Any] = {"name": "training", "accelerator": {"model": "H100", "count": 8}, "zones": ["1"]}


def test_the_first_pool_that_can_holds_aks_s_own_pods() -> None:
    graph = aks(nodePools=[GPU, {"name": "work", "machineType": "Standard_D8s_v5", "min": 0}, SYSTEM])
    (first,) = control_plane(graph).inputs["agentPoolProfiles"]
    assert (first["name"], first["mode"]) == ("system", "System")
    assert {one.inputs["agentPoolName"]: one.inputs["mode"] for one in graph.of("AgentPool")} == {
        "gpu": "User",
        "work": "User",
    }


def test_pools_are_sized_by_the_settings_and_then_by_the_autoscaler() -> None:
    graph = with_pools({**GPU, "max": 7, "diskSize": 300})
    gpu = graph.one("AgentPool", "gpu")
    assert (gpu.inputs["minCount"], gpu.inputs["maxCount"], gpu.inputs["count"]) == (0, 7, 0)
    assert gpu.inputs["enableAutoScaling"] is True
    assert gpu.inputs["osDiskSizeGB"] == 300
    assert gpu.ignored == ("count",)
    assert control_plane(graph).ignored == ("agentPoolProfiles[0].count",)


def test_a_pool_of_a_fixed_size_is_not_scaled() -> None:
    graph = aks(nodePools=[{**SYSTEM, "min": 3, "max": 3}, {**GPU, "min": 2, "max": 2}])
    gpu = graph.one("AgentPool", "gpu")
    assert gpu.inputs["enableAutoScaling"] is False
    assert gpu.inputs["count"] == 2
    assert "minCount" not in gpu.inputs
    assert gpu.ignored == control_plane(graph).ignored == ()


def test_a_machine_type_is_chosen_by_its_accelerators() -> None:
    graph = with_pools(GPU, H100)
    assert pool(graph, "gpu")["vmSize"] == "Standard_NC4as_T4_v3"
    assert pool(graph, "training")["vmSize"] == "Standard_ND96isr_H100_v5"


def test_only_gpu_work_goes_to_gpu_nodes() -> None:
    graph = with_pools(GPU, {"name": "work", "machineType": "Standard_D8s_v5"})
    assert pool(graph, "gpu")["nodeTaints"] == ["nvidia.com/gpu=present:NoSchedule"]
    assert pool(graph, "work")["nodeTaints"] == []
    assert "nodeTaints" not in pool(graph, "system")


def test_nodes_carry_the_name_of_their_pool_and_their_own_labels() -> None:
    graph = with_pools({**GPU, "labels": {"team": "vision"}})
    assert pool(graph, "gpu")["nodeLabels"] == {
        "team": "vision",
        "slipway.dev/pool": "gpu",
        "nvidia.com/gpu.present": "true",
    }
    assert pool(graph, "system")["nodeLabels"] == {"slipway.dev/pool": "system"}


def test_spot_nodes_have_the_mark_that_aks_gives_them_and_components_know() -> None:
    graph = with_pools({**GPU, "capacity": "spot", "spotMaxPrice": 0.25})
    gpu = pool(graph, "gpu")
    assert (gpu["scaleSetPriority"], gpu["scaleSetEvictionPolicy"], gpu["spotMaxPrice"]) == (
        "Spot",
        "Delete",
        0.25,
    )
    assert f"{SPOT}=spot:NoSchedule" in gpu["nodeTaints"]
    assert gpu["nodeLabels"][SPOT] == "spot"
    contract = graph.contract.node_pools[1]
    assert contract.spot
    assert contract.labels[SPOT] == "spot"
    assert [(taint.key, taint.value) for taint in contract.taints] == [
        ("nvidia.com/gpu", "present"),
        (SPOT, "spot"),
    ]


def test_spot_nodes_cost_at_most_what_others_cost_unless_said() -> None:
    assert pool(with_pools({**GPU, "capacity": "spot"}), "gpu")["spotMaxPrice"] == -1


def test_on_demand_nodes_have_nothing_of_spot_ones() -> None:
    gpu = pool(with_pools(GPU), "gpu")
    assert gpu["scaleSetPriority"] == "Regular"
    assert not {"scaleSetEvictionPolicy", "spotMaxPrice"} & set(gpu)
    assert SPOT not in gpu["nodeLabels"]


def test_a_fallback_is_a_second_pool_that_the_autoscaler_asks_second() -> None:
    graph = with_pools({**GPU, "min": 1, "max": 4, "capacity": "spotWithFallback"})
    spot, fallback = pool(graph, "gpu"), pool(graph, "gpuod")
    assert (spot["scaleSetPriority"], fallback["scaleSetPriority"]) == ("Spot", "Regular")
    assert (spot["minCount"], fallback["minCount"]) == (1, 0)
    assert fallback["nodeTaints"] == ["nvidia.com/gpu=present:NoSchedule"]
    assert fallback["nodeLabels"]["slipway.dev/pool"] == "gpu"
    assert control_plane(graph).inputs["autoScalerProfile"]["expander"] == "priority"
    order = graph.one("ConfigMap").inputs
    assert (order["metadata"]["name"], order["metadata"]["namespace"]) == (
        "cluster-autoscaler-priority-expander",
        "kube-system",
    )
    assert yaml.safe_load(order["data"]["priorities"]) == {20: ["^aks-gpu-.*"], 10: [".*"]}


def test_one_pool_stands_for_both_in_the_contract() -> None:
    graph = with_pools({**GPU, "capacity": "spotWithFallback"})
    contract = graph.contract.node_pools[1]
    assert len(graph.contract.node_pools) == 2
    assert SPOT in {taint.key for taint in contract.taints}
    assert SPOT not in contract.labels  # the on-demand nodes do not have it


def test_without_a_fallback_the_autoscaler_has_no_order() -> None:
    graph = with_pools({**GPU, "capacity": "spot"})
    assert graph.of("ConfigMap") == []
    assert control_plane(graph).inputs["autoScalerProfile"]["expander"] == "least-waste"


@pytest.mark.parametrize(
    ("sharing", "tag", "units", "profile"),
    [
        (None, "nvidia.com_gpu", "1", None),
        ({"strategy": "timeSlicing", "replicas": 4}, "nvidia.com_gpu.shared", "4", None),
        ({"strategy": "mps", "replicas": 8}, "nvidia.com_gpu.shared", "8", None),
        ({"strategy": "mig", "profile": "1g.12gb"}, "nvidia.com_mig-1g.12gb", "7", "MIG1g"),
    ],
)
def test_the_autoscaler_knows_what_an_empty_gpu_pool_would_offer(
    sharing: dict[str, Any] | None, tag: str, units: str, profile: str | None
) -> None:
    given = {"name": "gpu", "accelerator": {"model": "H100-NVL"}, **({"sharing": sharing} if sharing else {})}
    graph = with_pools(given)
    gpu = pool(graph, "gpu")
    hints = {key: value for key, value in gpu["tags"].items() if key.startswith("k8s.io_")}
    assert hints == {f"k8s.io_cluster-autoscaler_node-template_resources_{tag}": units}
    assert gpu.get("gpuInstanceProfile") == profile
    accelerator = graph.contract.node_pools[1].accelerator
    assert accelerator is not None
    assert (accelerator.resource, str(accelerator.units)) == (tag.replace("_", "/"), units)


def test_pools_without_gpus_have_no_hint() -> None:
    assert not [key for key in pool(with_pools(GPU), "system")["tags"] if key.startswith("k8s.io_")]


def test_the_driver_is_aks_s_unless_it_is_the_operator_s() -> None:
    graph = with_pools(GPU)
    assert pool(graph, "gpu")["gpuProfile"] == {"driver": "Install"}
    assert "gpuProfile" not in pool(graph, "system")
    assert graph.contract.capabilities.gpu_driver
    other = with_pools(GPU, gpuDriver="none")
    assert pool(other, "gpu")["gpuProfile"] == {"driver": "None"}
    assert not other.contract.capabilities.gpu_driver
    assert not other.contract.capabilities.gpu_device_plugin


def test_a_given_reservation_is_used() -> None:
    graph = with_pools({**H100, "reservation": {"groupId": RESERVATION}})
    assert pool(graph, "training")["capacityReservationGroupID"] == RESERVATION
    assert graph.of("CapacityReservationGroup") == graph.of("CapacityReservation") == []


def test_a_new_reservation_holds_machines_in_each_zone_before_the_pool_joins() -> None:
    graph = with_pools({**GPU, "max": 6, "reservation": {"perZone": 2}})
    members = sorted(graph.of("CapacityReservation"), key=lambda one: one.name)
    assert [(one.inputs["zones"], one.inputs["sku"]) for one in members] == [
        ([zone], {"name": "Standard_NC4as_T4_v3", "capacity": 2}) for zone in ("1", "2", "3")
    ]
    gpu = graph.one("AgentPool", "gpu")
    assert gpu.inputs["capacityReservationGroupID"] == f"{graph.one('CapacityReservationGroup').name}-id"
    assert {one.key for one in members} <= graph.before(gpu)


def test_a_reservation_is_for_the_on_demand_nodes_of_a_pool() -> None:
    graph = with_pools({**GPU, "max": 6, "capacity": "spotWithFallback", "reservation": {"perZone": 1}})
    assert "capacityReservationGroupID" not in pool(graph, "gpu")
    assert "capacityReservationGroupID" in pool(graph, "gpuod")


def test_training_over_several_nodes_stands_in_one_zone() -> None:
    graph = stack("azure-prod")
    assert pool(graph, "training")["availabilityZones"] == ["1"]
    assert pool(graph, "serving")["availabilityZones"] == ["1", "2", "3"]
    # InfiniBand joins the nodes of one scale set already.
    assert graph.of("ProximityPlacementGroup") == []


def test_machines_without_infiniband_stand_in_a_placement_group() -> None:
    given = {"name": "training", "accelerator": {"model": "A100-80GB-PCIe", "count": 4}, "zones": ["2"]}
    graph = with_pools({**given, "multiNode": True})
    group = graph.one("ProximityPlacementGroup")
    assert group.inputs["zones"] == ["2"]
    assert pool(graph, "training")["proximityPlacementGroupID"] == f"{group.name}-id"
    assert "proximityPlacementGroupID" not in pool(with_pools(given), "training")


def test_disks_of_nodes_are_encrypted_where_they_are_too() -> None:
    graph = with_pools(GPU)
    assert (
        pool(graph, "system")["enableEncryptionAtHost"]
        is pool(graph, "gpu")["enableEncryptionAtHost"]
        is True
    )
    other = with_pools(GPU, encryption={"atHost": False})
    assert pool(other, "gpu")["enableEncryptionAtHost"] is False


def test_nodes_start_what_is_signed_where_aks_can() -> None:
    graph = with_pools(GPU, {"name": "arm", "machineType": "Standard_D8ps_v6"})
    assert pool(graph, "system")["securityProfile"] == {"enableSecureBoot": True, "enableVTPM": True}
    assert "securityProfile" not in pool(graph, "gpu")
    assert "securityProfile" not in pool(graph, "arm")
    assert graph.contract.node_pools[2].architecture == "arm64"


def test_gpu_nodes_are_upgraded_without_needing_one_more() -> None:
    graph = with_pools(GPU, {**H100, "capacity": "spot"})
    assert pool(graph, "gpu")["upgradeSettings"]["maxSurge"] == "0"
    assert pool(graph, "gpu")["upgradeSettings"]["maxUnavailable"] == "1"
    assert pool(graph, "system")["upgradeSettings"]["maxSurge"] == "33%"
    assert "upgradeSettings" not in pool(graph, "training")
