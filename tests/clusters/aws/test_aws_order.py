"""What comes before what, hence what goes after what; and what a cluster tells the rest of the program."""

import pytest

from components.charts import ChartSource, MirrorSource
from components.clusters.aws.cluster import AwsArgs, AwsCluster
from components.clusters.aws.pins import pins
from components.contracts import AwsCloud
from tests.clusters.aws.eks import ACCOUNT, REGION, eks, settings, stack, told
from tests.clusters.support import Graph, declare

STACKS = ("aws-dev", "aws-prod")
PROVIDER = "pulumi:providers:kubernetes"


def _kinds(keys: set[str]) -> set[str]:
    return {key.partition(" ")[0].rpartition(":")[2] for key in keys}


def _missing(graph: Graph, kinds: tuple[str, ...]) -> set[str]:
    """Resources of these kinds that objects of the platform would not wait for."""
    before = graph.before(graph.one(PROVIDER, "-objects"))
    return {one.key for kind in kinds for one in graph.of(kind)} - before


@pytest.mark.parametrize("name", STACKS)
def test_objects_come_after_all_they_need_and_go_before_it(name: str) -> None:
    kinds = (
        "NodeGroup",
        "Addon",
        "Chart",
        "StorageClass",
        "PodIdentityAssociation",
        "AccessPolicyAssociation",
        "NatGateway",
        "RouteTableAssociation",
        "VpcEndpoint",
        "MountTarget",
        "SecurityGroupIngressRule",
        "RolePolicyAttachment",
    )
    assert _missing(stack(name), kinds) == set()


def test_what_objects_do_not_wait_for_would_be_seen() -> None:
    assert _missing(stack("aws-prod"), ("FlowLog",))


def test_controllers_start_when_their_roles_are_there() -> None:
    graph = eks()
    for chart in graph.of("Chart"):
        assert "PodIdentityAssociation" in _kinds(graph.before(chart)), chart.name
        assert "NodeGroup" in _kinds(graph.before(chart)), chart.name


def test_the_webhook_that_looks_at_services_comes_after_charts_that_have_some() -> None:
    graph = stack("aws-prod")
    before = graph.before(graph.one("Chart", "aws-load-balancer-controller"))
    for other in ("cluster-autoscaler", "aws-efa-k8s-device-plugin"):
        assert f"kubernetes:helm.sh/v4:Chart {other}" in before


def test_charts_come_from_where_the_stack_says() -> None:
    assert eks().one("Chart", "cluster-autoscaler").inputs["repositoryOpts"]["repo"].startswith("https://")
    mirror = ChartSource(settings=MirrorSource(registry="oci://registry.example.com/charts"))
    args = AwsArgs(settings=settings({}), stack="test", charts=mirror)
    graph = declare(lambda: AwsCluster("cluster", args).contract, told)
    assert {one.inputs["chart"] for one in graph.of("Chart")} == {
        f"oci://registry.example.com/charts/{pin.name}" for pin in pins(settings({}))
    }
    assert not any("repositoryOpts" in one.inputs for one in graph.of("Chart"))


def test_nodes_come_after_what_makes_them_ready() -> None:
    graph = eks()
    for group in graph.of("NodeGroup"):
        before = graph.before(group)
        for addon in ("vpc-cni", "kube-proxy", "eks-pod-identity-agent"):
            assert f"aws:eks/addon:Addon test-{addon}" in before
        assert "NatGateway" in _kinds(before)
        for addon in ("coredns", "aws-ebs-csi-driver", "aws-efs-csi-driver", "metrics-server"):
            assert f"aws:eks/addon:Addon test-{addon}" not in before


def test_the_control_plane_goes_before_its_role_s_rights_and_its_log_group() -> None:
    graph = eks()
    before = graph.before(graph.one("aws:eks/cluster:Cluster"))
    attachments = [one.key for one in graph.of("RolePolicyAttachment") if "control-plane" in one.name]
    assert len(attachments) == 2
    assert set(attachments) <= before
    assert "aws:cloudwatch/logGroup:LogGroup test-control-plane" in before


def test_every_resource_of_aws_is_made_by_the_provider_of_the_account() -> None:
    graph = eks(tags={"team": "ml"})
    provider = graph.one("pulumi:providers:aws")
    assert provider.json("allowedAccountIds") == [ACCOUNT]
    assert provider.inputs["region"] == REGION
    assert provider.json("defaultTags") == {"tags": {"slipway.dev/cluster": "test", "team": "ml"}}
    for one in graph.made:
        if one.token.startswith("aws:"):
            assert one.provider == provider.key, one.key
            assert one.parent == "slipway:clusters:Aws cluster", one.key


def test_what_aws_makes_for_the_cluster_carries_its_tags() -> None:
    graph = eks(tags={"team": "ml"})
    for template in graph.of("LaunchTemplate"):
        kinds = {one["resourceType"]: one["tags"] for one in template.inputs["tagSpecifications"]}
        assert set(kinds) == {"instance", "volume", "network-interface"}
        assert all(tags["team"] == "ml" for tags in kinds.values())
    disks = graph.one("StorageClass", "gp3").inputs["parameters"]
    assert {value for key, value in disks.items() if key.startswith("tagSpecification_")} == {
        "team=ml",
        "slipway.dev/cluster=test",
    }
    balancers = graph.one("Chart", "aws-load-balancer-controller").inputs["values"]
    assert balancers["defaultTags"]["team"] == "ml"


def test_the_cluster_cannot_be_removed_by_mistake() -> None:
    protected = eks().one("aws:eks/cluster:Cluster")
    assert protected.inputs["deletionProtection"] is True
    assert protected.protected
    unprotected = eks(deletionProtection=False).one("aws:eks/cluster:Cluster")
    assert unprotected.inputs["deletionProtection"] is False
    assert not unprotected.protected


def test_versions_are_those_that_are_said() -> None:
    graph = eks(version="1.34", addonVersions={"coredns": "v1.12.4-eksbuild.1"}, extendedSupport=True)
    cluster = graph.one("aws:eks/cluster:Cluster").inputs
    assert cluster["version"] == "1.34"
    assert cluster["upgradePolicy"] == {"supportType": "EXTENDED"}
    assert {group.inputs["version"] for group in graph.of("NodeGroup")} == {"1.34"}
    versions = {one.inputs["addonName"]: one.inputs.get("addonVersion") for one in graph.of("Addon")}
    assert versions["coredns"] == "v1.12.4-eksbuild.1"
    assert versions["vpc-cni"] is None
    assert eks().one("aws:eks/cluster:Cluster").inputs["upgradePolicy"] == {"supportType": "STANDARD"}


def test_the_cluster_is_named_after_the_stack_unless_it_has_a_name() -> None:
    assert eks().contract.name == "test"
    assert stack("aws-dev").contract.name == "kubeflow-dev"


def test_a_long_name_leaves_room_for_what_is_added_to_it() -> None:
    graph = eks(name="a" * 63)
    for one in graph.made:
        if one.token.endswith((":Role", ":LaunchTemplate", ":PlacementGroup")):
            assert len(one.name) <= 56, one.name


def test_the_contract_says_what_the_cloud_has_and_what_gpu_support_has_to_bring() -> None:
    graph = stack("aws-prod")
    contract = graph.contract
    assert contract.capabilities.gpu_driver
    assert not contract.capabilities.gpu_device_plugin
    assert contract.storage_class == "gp3"
    assert contract.objects_deleted_with is None
    assert isinstance(contract.cloud, AwsCloud)
    assert graph.told["cluster_name"] == "kubeflow-prod"
    assert graph.told["vpc_cidr"] == "10.40.0.0/16"
    assert len(graph.told["private_subnet_ids"]) == 3
    assert graph.told["node_security_group_id"] == "sg-nodes"


def test_policies_between_pods_are_enforced() -> None:
    values = eks().one("Addon", "vpc-cni").json("configurationValues")
    assert values["enableNetworkPolicy"] == "true"
