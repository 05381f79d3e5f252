"""Removal, which goes the other way round: objects first, then nodes, then the network."""

import pytest

from tests.clusters.gcp.graph import (
    CLUSTER,
    CONNECTION,
    FIREWALL,
    KEY,
    KUBERNETES,
    NAT,
    NETWORK,
    NODE_POOL,
    STORAGE_CLASS,
    SUBNETWORK,
    graph,
    stack,
)


@pytest.mark.parametrize("name", ["gcp-dev", "gcp-prod"])
def test_all_objects_go_before_the_nodes_whose_controllers_delete_their_disks(name: str) -> None:
    found = graph(stack(name))
    before = found.before(found.one(KUBERNETES))
    assert {one.key for one in found.of(NODE_POOL)} <= before
    for token in (CLUSTER, NETWORK, SUBNETWORK, NAT, CONNECTION, FIREWALL):
        assert found.one(token).key in before


def test_volumes_of_filestore_go_before_the_connection_by_which_they_are_reached() -> None:
    found = graph()
    assert found.one(CONNECTION).key in found.one(KUBERNETES).waits


def test_disks_go_before_the_key_that_encrypts_them() -> None:
    found = graph()
    for one in found.of(STORAGE_CLASS):
        assert found.one(KEY).key in found.before(one)


def test_nodes_go_before_the_cluster_and_the_cluster_before_the_network() -> None:
    found = graph()
    for pool in found.of(NODE_POOL):
        assert found.one(CLUSTER).key in pool.waits
    assert {found.one(token).key for token in (NETWORK, SUBNETWORK, NAT)} <= found.one(CLUSTER).waits


def test_objects_are_deleted_one_by_one_so_that_nothing_is_left_in_the_cloud() -> None:
    assert graph().contract.objects_deleted_with is None


def test_a_class_of_volumes_deletes_what_it_has_made() -> None:
    assert {one.inputs["reclaimPolicy"] for one in graph().of(STORAGE_CLASS)} == {"Delete"}


def test_the_provider_waits_for_few_things() -> None:
    found = graph()
    assert len(found.one(KUBERNETES).waits) == len(found.of(NODE_POOL)) + 3
