"""Node pools: sized, tainted, labelled, encrypted, and the same to components as to GKE."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.clusters.gcp.graph import API, GPU, GRANT, NODE_POOL, graph, stack, with_pool
from tests.clusters.gcp.graph import node as node_of
from tests.clusters.gcp.graph import pool as pool_of

ONE_ZONE = {"zones": ["europe-west4-b"]}
H100 = {"name": "gpu", "accelerator": {"model": "H100", "count": 8}, **ONE_ZONE}
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}


def node(pool: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:  # noqa: ANN401 - settings of any kind
    return node_of(with_pool(pool, **more), pool["name"])


def inputs(pool: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:  # noqa: ANN401 - settings of any kind
    return pool_of(with_pool(pool, **more), pool["name"]).inputs


@pytest.mark.parametrize("name", ["gcp-dev", "gcp-prod"])
def test_every_node_is_hardened(name: str) -> None:
    found = graph(stack(name))
    for pool in found.of(NODE_POOL):
        config = pool.inputs["nodeConfig"]
        assert pool.inputs["networkConfig"]["enablePrivateNodes"] is True
        assert config["shieldedInstanceConfig"] == {
            "enableSecureBoot": True,
            "enableIntegrityMonitoring": True,
        }
        assert config["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
        assert config["metadata"] == {"disable-legacy-endpoints": "true"}
        assert config["kubeletConfig"]["insecureKubeletReadonlyPortEnabled"] == "FALSE"
        assert config["serviceAccount"] == "gcp-test-nodes@acme-ml.iam.gserviceaccount.com"
        assert config["imageType"] == "COS_CONTAINERD"
        assert pool.inputs["management"] == {"autoRepair": True, "autoUpgrade": True}


def test_boot_disks_are_encrypted_with_the_key_unless_google_s_own_is_wanted() -> None:
    with_key = node(GPU, encryption={"enabled": True})
    assert with_key["bootDiskKmsKey"] == "gcp-test-key-id"
    assert "bootDiskKmsKey" not in node(GPU, encryption={"enabled": False})


def test_a_pool_has_as_many_nodes_in_all_zones_together_as_the_settings_say() -> None:
    scaling = pool_of(graph(), "system").inputs["autoscaling"]
    assert (scaling["totalMinNodeCount"], scaling["totalMaxNodeCount"]) == (3, 6)


def test_a_pool_of_accelerators_begins_without_nodes() -> None:
    assert inputs(GPU)["autoscaling"]["totalMinNodeCount"] == 0
    assert inputs(GPU)["initialNodeCount"] == 0


@pytest.mark.parametrize(
    ("fewest", "most", "zones", "begins"),
    [(3, 6, 3, 1), (4, 6, 3, 2), (1, 2, 3, 0), (2, 2, 1, 2), (1, 1, 1, 1)],
)
def test_a_pool_begins_with_its_fewest_nodes_shared_out_among_zones(
    fewest: int, most: int, zones: int, begins: int
) -> None:
    pool = {
        "name": "cpu",
        "machineType": "n2-standard-8",
        "min": fewest,
        "max": most,
        "zones": [f"europe-west4-{letter}" for letter in "abc"[:zones]],
    }
    assert inputs(pool)["initialNodeCount"] == begins
    assert begins * zones <= most


def test_a_pool_that_has_grown_is_left_as_it_is() -> None:
    assert pool_of(with_pool(GPU), "gpu").ignored == ("initialNodeCount",)


def test_accelerators_are_tainted_and_other_nodes_are_not() -> None:
    found = with_pool(GPU)
    assert node_of(found, "gpu")["taints"] == [TAINT]
    assert node_of(found, "system")["taints"] == []


def test_a_taint_of_one_s_own_comes_beside_that_of_gke() -> None:
    taints = [{"key": "nvidia.com/gpu", "value": "present"}, {"key": "team", "effect": "NoExecute"}]
    assert node({**GPU, "taints": taints})["taints"] == [
        TAINT,
        {"key": "team", "value": "", "effect": "NO_EXECUTE"},
    ]


def test_components_see_the_taints_and_labels_that_nodes_have() -> None:
    found = with_pool({**GPU, "labels": {"team": "vision"}})
    pool = next(one for one in found.contract.node_pools if one.name == "gpu")
    assert dict(pool.labels) == {"team": "vision", "slipway.dev/pool": "gpu"}
    assert node_of(found, "gpu")["labels"] == dict(pool.labels)
    assert [(one.key, one.value, one.effect) for one in pool.taints] == [
        ("nvidia.com/gpu", "present", "NoSchedule")
    ]


def test_the_device_is_named_with_the_driver_that_gke_installs() -> None:
    (device,) = node(GPU)["guestAccelerators"]
    assert (device["type"], device["count"]) == ("nvidia-l4", 1)
    assert device["gpuDriverInstallationConfig"] == {"gpuDriverVersion": "DEFAULT"}
    (latest,) = node(GPU, gpuDriver="latest")["guestAccelerators"]
    assert latest["gpuDriverInstallationConfig"] == {"gpuDriverVersion": "LATEST"}
    assert "guestAccelerators" not in node_of(graph(), "system")


def test_attached_accelerators_come_with_their_machine_type() -> None:
    config = node({"name": "gpu", "accelerator": {"model": "T4"}})
    assert config["machineType"] == "n1-standard-4"
    assert config["guestAccelerators"][0]["type"] == "nvidia-tesla-t4"


@pytest.mark.parametrize(("strategy", "gke"), [("timeSlicing", "TIME_SHARING"), ("mps", "MPS")])
def test_devices_are_shared_by_gke_under_their_own_name(strategy: str, gke: str) -> None:
    found = with_pool({**GPU, "sharing": {"strategy": strategy, "replicas": 6}})
    (device,) = node_of(found, "gpu")["guestAccelerators"]
    assert device["gpuSharingConfig"] == {"gpuSharingStrategy": gke, "maxSharedClientsPerGpu": 6}
    assert "gpuPartitionSize" not in device
    accelerator = found.contract.node_pools[-1].accelerator
    assert accelerator is not None
    assert (accelerator.resource, accelerator.units) == ("nvidia.com/gpu", 6)


def test_devices_are_cut_by_gke_under_their_own_name() -> None:
    found = with_pool({**H100, "sharing": {"strategy": "mig", "profile": "2g.20gb"}})
    (device,) = node_of(found, "gpu")["guestAccelerators"]
    assert device["gpuPartitionSize"] == "2g.20gb"
    assert "gpuSharingConfig" not in device
    accelerator = found.contract.node_pools[-1].accelerator
    assert accelerator is not None
    assert (accelerator.resource, accelerator.units) == ("nvidia.com/gpu", 8 * 3)


def test_a_device_that_is_not_shared_belongs_to_one_pod() -> None:
    (device,) = node(GPU)["guestAccelerators"]
    assert not {"gpuSharingConfig", "gpuPartitionSize"} & device.keys()


def test_spot_nodes_are_spot_and_others_are_not() -> None:
    assert node({**GPU, "capacity": "spot"})["spot"] is True
    assert node(GPU)["spot"] is False
    assert len(with_pool({**GPU, "capacity": "spot"}).of(NODE_POOL)) == 2


def test_a_fallback_is_a_pool_of_the_same_shape_on_demand() -> None:
    found = with_pool({**GPU, "capacity": "spotWithFallback", "min": 1})
    spot, fallback = pool_of(found, "gpu").inputs, pool_of(found, "gpu-fallback").inputs
    assert (spot["nodeConfig"]["spot"], fallback["nodeConfig"]["spot"]) == (True, False)
    assert {**spot["nodeConfig"], "spot": None} == {**fallback["nodeConfig"], "spot": None}
    assert fallback["autoscaling"]["totalMinNodeCount"] == 0
    assert fallback["autoscaling"]["totalMaxNodeCount"] == 4
    assert [one.name for one in found.contract.node_pools] == ["system", "gpu"]


def test_scarce_nodes_are_taken_from_whichever_zone_has_some() -> None:
    assert inputs(GPU)["autoscaling"]["locationPolicy"] == "ANY"
    spot = {"name": "cpu", "machineType": "n2-standard-8", "capacity": "spot"}
    assert inputs(spot)["autoscaling"]["locationPolicy"] == "ANY"
    assert pool_of(graph(), "system").inputs["autoscaling"]["locationPolicy"] == "BALANCED"


def test_a_reservation_is_used_as_it_is_said() -> None:
    def affinity(**reservation: str) -> object:
        return node({**H100, "reservation": reservation}).get("reservationAffinity")

    assert affinity(affinity="any") == {"consumeReservationType": "ANY_RESERVATION"}
    assert affinity(affinity="specific", name="h100") == {
        "consumeReservationType": "SPECIFIC_RESERVATION",
        "key": "compute.googleapis.com/reservation-name",
        "values": ["h100"],
    }
    shared = affinity(affinity="specific", name="h100", project="acme-reserved")
    assert isinstance(shared, dict)
    assert shared["values"] == ["projects/acme-reserved/reservations/h100"]
    assert "reservationAffinity" not in node(H100)


def test_training_over_several_nodes_has_them_close_together() -> None:
    assert inputs({**H100, "multiNode": True})["placementPolicy"] == {"type": "COMPACT"}
    assert "placementPolicy" not in inputs(H100)


def test_nodes_of_a_specific_reservation_stay_where_it_has_them() -> None:
    reserved = {**H100, "multiNode": True, "reservation": {"affinity": "specific", "name": "h100"}}
    assert "placementPolicy" not in inputs(reserved)


def test_training_over_several_nodes_has_the_network_of_its_accelerators() -> None:
    found = with_pool({**H100, "multiNode": True})
    assert pool_of(found, "gpu").inputs["networkConfig"]["acceleratorNetworkProfile"] == "auto"
    assert node_of(found, "gpu")["labels"]["cloud.google.com/gke-networking-dra-driver"] == "true"
    alone = with_pool(H100)
    assert "acceleratorNetworkProfile" not in pool_of(alone, "gpu").inputs["networkConfig"]
    assert "cloud.google.com/gke-networking-dra-driver" not in node_of(alone, "gpu")["labels"]


def test_machines_without_such_a_network_stand_close_together_all_the_same() -> None:
    made = inputs({**GPU, **ONE_ZONE, "multiNode": True})
    assert made["placementPolicy"] == {"type": "COMPACT"}
    assert "acceleratorNetworkProfile" not in made["networkConfig"]


def test_boot_disks_are_of_a_type_that_the_series_takes() -> None:
    assert node(GPU)["diskType"] == "pd-balanced"
    assert node({**GPU, "diskType": "pd-ssd"})["diskType"] == "pd-ssd"
    assert node({"name": "cpu", "machineType": "n4-standard-8"})["diskType"] == "hyperdisk-balanced"
    assert node({**GPU, "diskSize": 321})["diskSizeGb"] == 321


def test_local_disks_that_a_machine_has_serve_the_pods() -> None:
    assert node(H100)["ephemeralStorageLocalSsdConfig"] == {"localSsdCount": 16}
    assert "ephemeralStorageLocalSsdConfig" not in node(GPU)


def test_nodes_with_arm64_processors_have_gke_s_taint_unless_others_are_said() -> None:
    arm = {"name": "arm", "machineType": "c4a-standard-8"}
    found = with_pool(arm)
    assert node_of(found, "arm")["taintConfig"] == {"architectureTaintBehavior": "ARM"}
    assert node_of(found, "arm")["taints"] == []
    pool = found.contract.node_pools[-1]
    assert (pool.architecture, [one.key for one in pool.taints]) == ("arm64", ["kubernetes.io/arch"])
    without = with_pool({**arm, "taints": []})
    assert node_of(without, "arm")["taintConfig"] == {"architectureTaintBehavior": "NONE"}
    assert without.contract.node_pools[-1].taints == ()
    assert "taintConfig" not in node_of(found, "system")


def test_images_are_streamed_where_that_is_wanted() -> None:
    found = with_pool(GPU, imageStreaming=True, enableApis=True)
    assert node_of(found, "gpu")["gcfsConfig"] == {"enabled": True}
    (api,) = [one for one in found.of(API) if one.inputs["service"] == "containerfilesystem.googleapis.com"]
    assert api.key in pool_of(found, "gpu").waits
    assert "roles/serviceusage.serviceUsageConsumer" in {one.inputs["role"] for one in found.of(GRANT)}
    assert node(GPU)["gcfsConfig"] == {"enabled": False}


def test_upgrades_need_no_second_machine_with_accelerators() -> None:
    assert inputs(GPU)["upgradeSettings"] == {"strategy": "SURGE", "maxSurge": 0, "maxUnavailable": 1}
    assert pool_of(graph(), "system").inputs["upgradeSettings"]["maxSurge"] == 1


def test_a_pool_has_its_own_zones_or_those_of_the_cluster() -> None:
    zones = ["europe-west4-a", "europe-west4-b"]
    found = with_pool({**GPU, **ONE_ZONE}, zones=zones)
    assert pool_of(found, "gpu").inputs["nodeLocations"] == ["europe-west4-b"]
    assert pool_of(found, "system").inputs["nodeLocations"] == zones
    assert "nodeLocations" not in pool_of(graph(), "system").inputs


def test_labels_of_the_settings_are_on_machines_and_disks() -> None:
    assert node(GPU, tags={"team": "ml"})["resourceLabels"] == {"team": "ml"}
