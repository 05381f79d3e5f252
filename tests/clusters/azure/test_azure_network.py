"""Nobody on the internet reaches nodes, endpoints or databases; nodes reach the internet by one way only."""

from itertools import pairwise

from tests.clusters.azure.aks import GIVEN, aks, control_plane, pool, stack, with_pools

DENIED_OUT = "defaultOutboundAccess"


def test_each_role_has_a_subnet_of_its_own() -> None:
    subnets = {one.inputs["subnetName"]: one.inputs for one in aks().of("Subnet")}
    assert {name: one["addressPrefix"] for name, one in subnets.items()} == {
        "nodes": "10.40.0.0/18",
        "endpoints": "10.40.64.0/20",
        "api-server": "10.40.80.0/20",
    }
    delegated = {
        name: one["delegations"][0]["serviceName"] for name, one in subnets.items() if "delegations" in one
    }
    assert delegated == {"api-server": "Microsoft.ContainerService/managedClusters"}


def test_no_subnet_has_a_way_out_but_the_nodes_by_a_nat_gateway() -> None:
    graph = aks(network={"egressAddresses": 2})
    subnets = {one.inputs["subnetName"]: one.inputs for one in graph.of("Subnet")}
    assert all(one[DENIED_OUT] is False for one in subnets.values())
    assert [name for name, one in subnets.items() if "natGateway" in one] == ["nodes"]
    gateway = graph.one("NatGateway")
    assert subnets["nodes"]["natGateway"] == {"id": f"{gateway.name}-id"}
    assert len(gateway.inputs["publicIpAddresses"]) == len(graph.of("PublicIPAddress")) == 2
    assert control_plane(graph).inputs["networkProfile"]["outboundType"] == "userAssignedNATGateway"


def test_the_addresses_of_the_way_out_do_not_fall_with_one_zone() -> None:
    assert aks().one("PublicIPAddress").inputs["zones"] == ["1", "2", "3"]
    assert "zones" not in aks(zones=[]).one("PublicIPAddress").inputs


def test_endpoints_are_closed_to_the_internet() -> None:
    graph = aks()
    group = graph.one("NetworkSecurityGroup")
    rules = group.inputs["securityRules"]
    assert [(rule["direction"], rule["access"], rule["sourceAddressPrefix"]) for rule in rules] == [
        ("Inbound", "Deny", "Internet")
    ]
    guarded = [one.inputs["subnetName"] for one in graph.of("Subnet") if "networkSecurityGroup" in one.inputs]
    assert guarded == ["endpoints"]


def test_no_rule_of_any_security_group_lets_something_in() -> None:
    for name in ("azure-dev", "azure-prod"):
        for group in stack(name).of("NetworkSecurityGroup"):
            assert all(rule["access"] == "Deny" for rule in group.inputs["securityRules"])


def test_no_node_has_a_public_address() -> None:
    graph = with_pools({"name": "gpu", "accelerator": {"model": "T4"}})
    assert pool(graph, "system")["enableNodePublicIP"] is False
    assert pool(graph, "gpu")["enableNodePublicIP"] is False


def test_subnets_of_one_network_are_made_one_after_the_other() -> None:
    graph = aks()
    subnets = graph.of("Subnet")
    for earlier, later in pairwise(subnets):
        assert earlier.key in later.waits


def test_the_api_has_no_public_address_unless_asked_for() -> None:
    access = control_plane(aks()).inputs["apiServerAccessProfile"]
    assert access["enablePrivateCluster"] is True
    assert access["enablePrivateClusterPublicFQDN"] is False
    assert access["privateDNSZone"] == "system"
    assert "authorizedIPRanges" not in access


def test_a_public_api_is_for_the_ranges_given_only() -> None:
    access = control_plane(
        aks(endpoint={"public": True, "allowedRanges": ["203.0.113.0/24", "198.51.100.7/32"]})
    ).inputs["apiServerAccessProfile"]
    assert access["enablePrivateCluster"] is False
    assert access["authorizedIPRanges"] == ["203.0.113.0/24", "198.51.100.7/32"]


def test_nodes_reach_the_api_by_the_network_in_any_case() -> None:
    for graph in (aks(), stack("azure-dev")):
        access = control_plane(graph).inputs["apiServerAccessProfile"]
        assert access["enableVnetIntegration"] is True
        assert access["subnetId"] == f"{graph.one('Subnet', 'api-server').name}-id"
        assert access["disableRunCommand"] is True


def test_pods_have_addresses_of_an_overlay_and_policies_that_are_enforced() -> None:
    profile = control_plane(aks()).inputs["networkProfile"]
    assert (profile["networkPlugin"], profile["networkPluginMode"]) == ("azure", "overlay")
    assert (profile["networkDataplane"], profile["networkPolicy"]) == ("cilium", "cilium")
    assert (profile["podCidr"], profile["serviceCidr"], profile["dnsServiceIP"]) == (
        "10.128.0.0/14",
        "10.96.0.0/20",
        "10.96.0.10",
    )
    other = control_plane(aks(network={"policies": "azure"})).inputs["networkProfile"]
    assert (other["networkDataplane"], other["networkPolicy"]) == ("azure", "azure")


def test_in_a_given_network_nothing_is_made_and_everything_is_placed() -> None:
    graph = aks(network={"given": GIVEN})
    for token in ("VirtualNetwork", "Subnet", "NatGateway", "PublicIPAddress", "NetworkSecurityGroup"):
        assert graph.of(token) == []
    assert pool(graph, "system")["vnetSubnetID"] == GIVEN["nodesSubnetId"]
    cluster = control_plane(graph).inputs
    assert cluster["apiServerAccessProfile"]["subnetId"] == GIVEN["apiServerSubnetId"]
    assert cluster["networkProfile"]["outboundType"] == "userDefinedRouting"
    assert graph.one("PrivateEndpoint").inputs["subnet"]["id"] == GIVEN["endpointsSubnetId"]
    assert graph.told["endpoints_subnet_id"] == GIVEN["endpointsSubnetId"]
    assert graph.told["vnet_id"].endswith("/virtualNetworks/hub")


def test_a_given_network_may_have_a_nat_gateway_of_its_own() -> None:
    graph = aks(network={"given": {**GIVEN, "egress": "natGateway"}})
    assert control_plane(graph).inputs["networkProfile"]["outboundType"] == "userAssignedNATGateway"


def test_zones_that_a_given_network_is_linked_to_are_told_and_the_others_not() -> None:
    hub = GIVEN["nodesSubnetId"].partition("/virtualNetworks/")[0]
    named = {"blobZoneId": f"{hub}/privateDnsZones/privatelink.blob.core.windows.net"}
    told = aks(network={"given": {**GIVEN, **named}}).told
    assert told["private_zones"] == {"privatelink.blob.core.windows.net": named["blobZoneId"]}
    assert aks().told["private_zones"] == {}
