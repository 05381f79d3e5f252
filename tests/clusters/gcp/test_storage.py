"""Classes of volumes: a default for one node, and one that many nodes write."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.clusters.gcp.graph import KUBERNETES, STORAGE_CLASS, graph

DEFAULT = "storageclass.kubernetes.io/is-default-class"


def classes(**given: object) -> dict[str, Mapping[str, Any]]:
    return {one.inputs["metadata"]["name"]: one.inputs for one in graph(**given).of(STORAGE_CLASS)}


def test_the_contract_names_the_classes_that_are_there() -> None:
    contract = graph().contract
    assert set(classes()) == {contract.storage_class, contract.shared_storage_class}


def test_one_class_is_the_default() -> None:
    found = classes()
    marked = [name for name, one in found.items() if DEFAULT in one["metadata"].get("annotations", {})]
    assert marked == [graph().contract.storage_class]


def test_disks_are_of_the_type_that_node_and_settings_want() -> None:
    parameters = classes()["slipway-rwo"]["parameters"]
    assert parameters["type"] == "dynamic"
    assert parameters["pd-type"] == "pd-ssd"
    assert parameters["hyperdisk-type"] == "hyperdisk-balanced"
    assert (
        classes(storage={"diskType": "pd-balanced"})["slipway-rwo"]["parameters"]["pd-type"] == "pd-balanced"
    )


def test_a_volume_is_made_when_a_pod_wants_it_and_where_the_pod_is() -> None:
    assert {one["volumeBindingMode"] for one in classes().values()} == {"WaitForFirstConsumer"}


def test_volumes_are_encrypted_with_the_key_unless_google_s_own_is_wanted() -> None:
    key = "gcp-test-key-id"
    found = classes()
    assert found["slipway-rwo"]["parameters"]["disk-encryption-kms-key"] == key
    assert found["slipway-rwx"]["parameters"]["instance-encryption-kms-key"] == key
    without = classes(encryption={"enabled": False})
    assert not [name for one in without.values() for name in one["parameters"] if name.endswith("kms-key")]


def test_many_shared_volumes_fit_one_instance() -> None:
    parameters = classes(storage={"sharedVolumeLimit": "512Gi"})["slipway-rwx"]["parameters"]
    assert (parameters["tier"], parameters["multishare"]) == ("enterprise", "true")
    assert parameters["max-volume-size"] == "512Gi"
    assert parameters["instance-storageclass-label"] == "slipway-rwx"


@pytest.mark.parametrize(
    ("shared", "tier"), [("zonal", "zonal"), ("regional", "regional"), ("basicHdd", "basic_hdd")]
)
def test_each_shared_volume_is_an_instance_where_that_is_wanted(shared: str, tier: str) -> None:
    parameters = classes(storage={"shared": shared})["slipway-rwx"]["parameters"]
    assert parameters["tier"] == tier
    assert not {"multishare", "max-volume-size", "instance-storageclass-label"} & parameters.keys()


def test_a_tier_that_takes_no_key_gets_none() -> None:
    parameters = classes(storage={"shared": "basicHdd"})["slipway-rwx"]["parameters"]
    assert "instance-encryption-kms-key" not in parameters


def test_shares_have_addresses_in_the_cluster_s_network() -> None:
    parameters = classes()["slipway-rwx"]["parameters"]
    assert parameters["network"] == "gcp-test-network-id"
    assert parameters["connect-mode"] == "PRIVATE_SERVICE_ACCESS"


def test_there_is_no_shared_class_where_none_is_wanted() -> None:
    assert set(classes(storage={"shared": None})) == {"slipway-rwo"}
    assert graph(storage={"shared": None}).contract.shared_storage_class is None


def test_labels_of_the_settings_are_on_volumes() -> None:
    for one in classes(tags={"team": "ml", "cost": "a1"}).values():
        assert one["parameters"]["labels"] == "cost=a1,team=ml"
    assert all("labels" not in one["parameters"] for one in classes().values())


def test_classes_are_made_in_the_cluster_and_nowhere_else() -> None:
    found = graph()
    assert {one.provider for one in found.of(STORAGE_CLASS)} == {found.one(KUBERNETES).key}
