"""What of an EKS cluster the world can reach, and what is encrypted."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clusters.aws.eks import eks, stack, with_pools
from tests.clusters.support import Graph, Made

EVERYONE = ("0.0.0.0/0", "::/0")
STACKS = ("aws-dev", "aws-prod")


def _open_to_the_world(graph: Graph) -> Iterator[str]:
    """What lets anybody in."""
    for one in graph.made:
        if "ngressRule" in one.token and one.inputs.get("cidrIpv4") in EVERYONE:
            yield one.key
        if one.token.endswith(":SecurityGroup") and one.inputs.get("ingress"):
            yield one.key
        if one.token.endswith(":Subnet") and one.inputs.get("mapPublicIpOnLaunch"):
            yield one.key
        vpc: dict[str, Any] = one.inputs.get("vpcConfig", {})
        allowed = vpc.get("publicAccessCidrs") or EVERYONE
        if vpc.get("endpointPublicAccess") and any(cidr in EVERYONE for cidr in allowed):
            yield one.key


def _unencrypted(graph: Graph) -> Iterator[str]:
    """What keeps data without the stack's key."""
    for one in graph.made:
        match one.token.rpartition(":")[2]:
            case "LaunchTemplate":
                disks = [disk["ebs"] for disk in one.inputs["blockDeviceMappings"]]
                kept = all(disk.get("encrypted") == "true" and disk.get("kmsKeyId") for disk in disks)
            case "FileSystem" | "LogGroup":
                kept = bool(one.inputs.get("kmsKeyId"))
            case "Cluster" if one.token.startswith("aws:eks"):
                kept = one.inputs.get("encryptionConfig", {}).get("resources") == ["secrets"]
            case _:
                continue
        if not kept:
            yield one.key


@pytest.mark.parametrize("name", STACKS)
def test_nothing_is_open_to_the_world(name: str) -> None:
    assert list(_open_to_the_world(stack(name))) == []


@pytest.mark.parametrize("name", STACKS)
def test_all_that_keeps_data_is_encrypted_with_the_stack_s_key(name: str) -> None:
    assert list(_unencrypted(stack(name))) == []


def test_a_hole_would_be_seen() -> None:
    def made(token: str, inputs: dict[str, Any]) -> Made:
        nothing: frozenset[str] = frozenset()
        return Made(token=token, name="x", inputs=inputs, waits=nothing, parent="", provider="", ignored=())

    holes = Graph(
        made=[
            made("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {"cidrIpv4": "0.0.0.0/0"}),
            made("aws:eks/cluster:Cluster", {"vpcConfig": {"endpointPublicAccess": True}}),
            made("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True}),
            made("aws:efs/fileSystem:FileSystem", {}),
        ]
    )
    assert len(list(_open_to_the_world(holes))) == 3
    assert len(list(_unencrypted(holes))) == 2


def test_the_endpoint_is_private_unless_it_is_opened_to_some() -> None:
    closed = eks().one("aws:eks/cluster:Cluster").inputs["vpcConfig"]
    assert closed["endpointPrivateAccess"]
    assert not closed["endpointPublicAccess"]
    assert "publicAccessCidrs" not in closed
    some = eks(endpoint={"public": True, "allowedRanges": ["203.0.113.0/24"]})
    opened = some.one("aws:eks/cluster:Cluster").inputs["vpcConfig"]
    assert opened["endpointPublicAccess"]
    assert opened["publicAccessCidrs"] == ["203.0.113.0/24"]


def test_nodes_are_in_private_subnets_alone() -> None:
    graph = stack("aws-prod")
    private = {f"{one.name}-id" for one in graph.of("Subnet") if "-private-" in one.name}
    assert len(private) == 3
    for group in graph.of("NodeGroup"):
        assert set(group.inputs["subnetIds"]) <= private, group.name


def test_each_zone_has_a_nat_gateway_unless_one_is_wanted_for_all() -> None:
    assert len(eks().of("NatGateway")) == len(eks().of("Eip")) == 3
    single = eks(network={"nat": "single"})
    assert len(single.of("NatGateway")) == len(single.of("Eip")) == 1
    routes = [one for one in single.of("RouteTable") if "-private-" in one.name]
    gateways = {one.inputs["routes"][0]["natGatewayId"] for one in routes}
    assert len(routes) == 3
    assert len(gateways) == 1


def test_services_of_aws_are_reached_from_inside_the_network() -> None:
    graph = eks(network={"interfaceEndpoints": ["ecr.api", "sts"]})
    services = {one.inputs["serviceName"]: one.inputs for one in graph.of("VpcEndpoint")}
    prefix = "com.amazonaws.eu-central-1"
    assert set(services) == {f"{prefix}.s3", f"{prefix}.ecr.api", f"{prefix}.sts"}
    assert services[f"{prefix}.sts"]["privateDnsEnabled"]
    rule = graph.one("SecurityGroupIngressRule", "endpoints").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.0.0.0/16", 443, 443)
    assert len(eks(network={"interfaceEndpoints": []}).of("VpcEndpoint")) == 1


def test_connections_are_logged_as_far_as_is_wanted() -> None:
    assert eks().one("FlowLog").inputs["trafficType"] == "REJECT"
    assert eks(network={"flowLogs": "all"}).one("FlowLog").inputs["trafficType"] == "ALL"
    assert not eks(network={"flowLogs": "none"}).of("FlowLog")


def test_a_given_network_is_used_and_nothing_is_made_of_it() -> None:
    subnets = {"eu-central-1a": "subnet-1", "eu-central-1b": "subnet-2"}
    given = {"vpcId": "vpc-0123456789abcdef0", "range": "10.1.0.0/16", "privateSubnets": subnets}
    graph = eks(network={"given": given})
    for kind in ("Vpc", "Subnet", "NatGateway", "RouteTable", "InternetGateway", "VpcEndpoint", "FlowLog"):
        assert not graph.of(kind), kind
    assert graph.one("aws:eks/cluster:Cluster").inputs["vpcConfig"]["subnetIds"] == ["subnet-1", "subnet-2"]
    assert graph.told["vpc_id"] == "vpc-0123456789abcdef0"
    assert graph.told["private_subnet_ids"] == ("subnet-1", "subnet-2")


def test_shared_files_are_open_to_nodes_alone() -> None:
    graph = eks()
    rule = graph.one("SecurityGroupIngressRule", "shared").inputs
    assert rule["referencedSecurityGroupId"] == "sg-nodes"
    assert (rule["fromPort"], rule["toPort"]) == (2049, 2049)
    assert "cidrIpv4" not in rule
    assert len(graph.of("MountTarget")) == 3


def test_there_is_no_shared_storage_where_none_is_wanted() -> None:
    graph = eks(sharedStorage={"enabled": False})
    assert not graph.of("FileSystem")
    assert graph.contract.shared_storage_class is None
    assert [one.name for one in graph.of("StorageClass")] == ["gp3"]
    assert "aws-efs-csi-driver" not in {one.inputs["addonName"] for one in graph.of("Addon")}
    assert eks().contract.shared_storage_class == "efs"


def test_volumes_are_encrypted_disks_by_default() -> None:
    block, shared = eks().one("StorageClass", "gp3").inputs, eks().one("StorageClass", "efs").inputs
    default = "storageclass.kubernetes.io/is-default-class"
    assert block["metadata"]["annotations"][default] == "true"
    assert shared["metadata"]["annotations"][default] == "false"
    assert block["parameters"]["encrypted"] == "true"
    assert block["parameters"]["kmsKeyId"] == eks().told["kms_key_arn"]
    assert block["volumeBindingMode"] == "WaitForFirstConsumer"
    assert shared["parameters"]["fileSystemId"] == "test-shared-id"


def test_a_key_that_is_given_is_used_in_place_of_a_new_one() -> None:
    arn = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    graph = eks(encryption={"keyArn": arn})
    assert not graph.of("Key")
    assert graph.one("FileSystem").inputs["kmsKeyId"] == arn
    assert graph.told["kms_key_arn"] == arn
    assert eks().one("Key").inputs["enableKeyRotation"]


def test_every_log_of_the_control_plane_is_kept_for_as_long_as_is_said() -> None:
    graph = eks(logs={"retentionDays": 30, "types": ["audit"]})
    group = graph.one("LogGroup", "control-plane").inputs
    assert group["name"] == "/aws/eks/test/cluster"
    assert group["retentionInDays"] == 30
    assert graph.one("aws:eks/cluster:Cluster").inputs["enabledClusterLogTypes"] == ["audit"]
    assert len(eks().one("aws:eks/cluster:Cluster").inputs["enabledClusterLogTypes"]) == 5


def test_the_metadata_service_gives_pods_nothing() -> None:
    graph = with_pools({"name": "gpu", "accelerator": {"model": "L4"}})
    for template in graph.of("LaunchTemplate"):
        options = template.inputs["metadataOptions"]
        assert options["httpTokens"] == "required", template.name
        assert options["httpPutResponseHopLimit"] == 1, template.name
