"""The network: private nodes with a way out and none in."""

import pytest

from tests.clusters.gcp.graph import (
    API,
    CLUSTER,
    CONNECTION,
    FIREWALL,
    NAT,
    NETWORK,
    NODE_POOL,
    PROVIDER,
    RESERVED,
    ROUTER,
    SUBNETWORK,
    graph,
    stack,
)

GIVEN = {
    "given": {
        "network": "projects/acme-net/global/networks/main",
        "subnetwork": "projects/acme-net/regions/europe-west4/subnetworks/ml",
        "podRangeName": "ml-pods",
        "serviceRangeName": "ml-services",
    }
}


def test_the_network_has_the_ranges_of_the_settings_and_no_others() -> None:
    ranges = {"range": "10.20.0.0/20", "podRange": "10.24.0.0/14", "serviceRange": "10.21.0.0/20"}
    found = graph(network=ranges)
    assert found.one(NETWORK).inputs["autoCreateSubnetworks"] is False
    nodes = found.one(SUBNETWORK).inputs
    assert nodes["ipCidrRange"] == "10.20.0.0/20"
    secondary = {one["rangeName"]: one["ipCidrRange"] for one in nodes["secondaryIpRanges"]}
    assert secondary == {"pods": "10.24.0.0/14", "services": "10.21.0.0/20"}


def test_google_s_own_services_are_reached_without_the_internet() -> None:
    assert graph().one(SUBNETWORK).inputs["privateIpGoogleAccess"] is True


def test_a_sample_of_the_traffic_is_logged_unless_it_is_switched_off() -> None:
    assert graph().one(SUBNETWORK).inputs["logConfig"]["flowSampling"] == 0.1
    assert "logConfig" not in graph(network={"flowLogs": False}).one(SUBNETWORK).inputs


def test_nodes_and_pods_go_out_by_cloud_nat_of_their_own_subnetwork() -> None:
    found = graph()
    nat = found.one(NAT).inputs
    assert nat["sourceSubnetworkIpRangesToNat"] == "LIST_OF_SUBNETWORKS"
    assert [one["sourceIpRangesToNats"] for one in nat["subnetworks"]] == [["ALL_IP_RANGES"]]
    assert found.one(ROUTER).key in found.one(NAT).waits


def test_no_node_starts_before_it_can_reach_an_image_registry() -> None:
    found = graph(stack("gcp-prod"))
    for pool in found.of(NODE_POOL):
        assert found.one(NAT).key in pool.waits


@pytest.mark.parametrize("name", ["gcp-dev", "gcp-prod"])
def test_nothing_is_let_in_from_the_internet(name: str) -> None:
    found = graph(stack(name))
    ranges = [one for rule in found.of(FIREWALL) for one in rule.inputs["sourceRanges"]]
    assert ranges == ["172.16.0.0/28"]


def test_the_control_plane_reaches_webhooks_on_the_nodes_of_this_cluster_alone() -> None:
    rule = graph(network={"controlPlaneRange": "172.20.0.0/28"}).one(FIREWALL).inputs
    assert rule["sourceRanges"] == ["172.20.0.0/28"]
    assert rule["targetServiceAccounts"] == ["gcp-test-nodes@acme-ml.iam.gserviceaccount.com"]
    assert rule["allows"] == [{"protocol": "tcp", "ports": ["1024-65535"]}]


def test_google_s_services_have_a_range_of_the_network() -> None:
    found = graph(network={"privateServicesRange": "10.32.0.0/18"})
    reserved = found.one(RESERVED).inputs
    assert (reserved["address"], reserved["prefixLength"]) == ("10.32.0.0", 18)
    assert (reserved["purpose"], reserved["addressType"]) == ("VPC_PEERING", "INTERNAL")
    connection = found.one(CONNECTION)
    assert connection.inputs["reservedPeeringRanges"] == ["gcp-test-services"]
    assert found.contract.cloud is not None


def test_a_connection_that_google_holds_does_not_hold_up_the_removal() -> None:
    assert graph().one(CONNECTION).inputs["deletionPolicy"] == "ABANDON"


def test_a_network_that_is_given_is_used_and_none_is_made() -> None:
    found = graph(network=GIVEN)
    tokens = (NETWORK, SUBNETWORK, ROUTER, NAT, RESERVED, CONNECTION)
    assert [one for token in tokens for one in found.of(token)] == []
    cluster = found.one(CLUSTER).inputs
    assert cluster["network"] == GIVEN["given"]["network"]
    assert cluster["subnetwork"] == GIVEN["given"]["subnetwork"]
    assert cluster["ipAllocationPolicy"] == {
        "clusterSecondaryRangeName": "ml-pods",
        "servicesSecondaryRangeName": "ml-services",
    }
    assert found.told["network_id"].endswith("/compute/v1/projects/acme-net/global/networks/main")


def test_the_rule_for_webhooks_belongs_to_the_project_of_a_shared_network() -> None:
    assert graph(network=GIVEN).one(FIREWALL).inputs["project"] == "acme-net"
    assert graph().one(FIREWALL).inputs["project"] == "acme-ml"


def test_private_services_access_is_set_up_in_a_given_network_that_lacks_it() -> None:
    lacking = {"given": {**GIVEN["given"], "privateServicesAccess": False}}
    assert graph(network=lacking).one(RESERVED).inputs["project"] == "acme-net"


def test_the_apis_that_are_needed_are_enabled_and_stay_so() -> None:
    found = graph(encryption={"enabled": False}, storage={"shared": None})
    assert {one.inputs["service"] for one in found.of(API)} == {
        "compute.googleapis.com",
        "container.googleapis.com",
        "iam.googleapis.com",
        "servicenetworking.googleapis.com",
    }
    assert {one.inputs["disableOnDestroy"] for one in found.of(API)} == {False}
    assert {one.inputs["service"] for one in graph().of(API)} >= {
        "cloudkms.googleapis.com",
        "file.googleapis.com",
    }


def test_apis_that_others_enable_are_left_alone() -> None:
    assert graph(enableApis=False).of(API) == []


def test_every_resource_is_made_by_a_provider_of_the_project_and_region() -> None:
    found = graph()
    provider = found.one(PROVIDER)
    assert (provider.inputs["project"], provider.inputs["region"]) == ("acme-ml", "europe-west4")
    made = [one for one in found.made if one.token.startswith("gcp:")]
    assert {one.provider for one in made} == {provider.key}
    assert {one.parent for one in found.made if one.token.startswith(("gcp:", "pulumi:providers:"))} == {
        "slipway:clusters:Gcp cluster"
    }
