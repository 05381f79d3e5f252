"""Who may do what: roles of the cluster, of its nodes and of its controllers, and who may use the cluster."""

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.clusters.aws.eks import eks, stack
from tests.clusters.support import Graph

STACKS = ("aws-dev", "aws-prod")
TAG = "elbv2.k8s.aws/cluster"

Statement = Mapping[str, Any]

# Actions that read, or that IAM and EC2 take for every resource alone (service authorization reference).
_FOR_ALL = (
    "acm:Describe*",
    "acm:List*",
    "autoscaling:Describe*",
    "ec2:Describe*",
    "ec2:Get*",
    "elasticloadbalancing:Describe*",
    "iam:CreateServiceLinkedRole",
    "iam:GetServerCertificate",
    "iam:ListServerCertificates",
)


def _statements(graph: Graph, purpose: str = "") -> list[Statement]:
    """What roles may do by policies of this project."""
    policies = [one.json("policy") for one in graph.of("RolePolicy") if one.name.endswith(purpose)]
    return [statement for policy in policies for statement in policy["Statement"]]


def _too_wide(statements: Sequence[Statement]) -> Iterator[str]:
    """Actions of whole services, and changes to whatever there is."""
    for one in statements:
        for action in one["Action"]:
            name = action.partition(":")[2]
            if name in ("", "*") or (
                "*" in one["Resource"] and not any(fnmatch.fnmatch(action, free) for free in _FOR_ALL)
            ):
                yield action


@pytest.mark.parametrize("name", STACKS)
def test_no_role_may_change_what_is_not_the_cluster_s(name: str) -> None:
    statements = _statements(stack(name))
    assert len(statements) > 10
    assert list(_too_wide(statements)) == []


def test_rights_too_wide_would_be_seen() -> None:
    wide = [
        {"Action": ["ec2:*"], "Resource": ["arn:aws:ec2:::x"]},
        {"Action": ["*"], "Resource": ["*"]},
        {"Action": ["ec2:TerminateInstances", "ec2:DescribeInstances"], "Resource": ["*"]},
    ]
    assert list(_too_wide(wide)) == ["ec2:*", "*", "ec2:TerminateInstances"]


def test_nodes_have_the_rights_of_nodes_and_no_others() -> None:
    graph = stack("aws-prod")
    attached = {
        one.inputs["policyArn"].rpartition("/")[2]
        for one in graph.of("RolePolicyAttachment")
        if one.inputs["role"] == graph.one("Role", "-nodes").name
    }
    assert attached == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}
    assert not [one for one in graph.of("RolePolicy") if one.name.endswith("-nodes")]


def test_every_role_for_pods_is_for_one_service_account_of_this_cluster() -> None:
    graph = stack("aws-prod")
    found: dict[str, str] = {}
    for role in graph.of("Role"):
        (trust,) = role.json("assumeRolePolicy")["Statement"]
        if trust["Principal"] != {"Service": "pods.eks.amazonaws.com"}:
            continue
        assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]
        tags = trust["Condition"]["StringEquals"]
        cluster = "arn:aws:eks:us-east-2:123456789012:cluster/kubeflow-prod"
        assert tags["aws:RequestTag/eks-cluster-arn"] == cluster
        assert tags["aws:RequestTag/kubernetes-namespace"] == "kube-system"
        account = tags["aws:RequestTag/kubernetes-service-account"]
        found[role.name.removeprefix("kubeflow-prod-")] = account
    assert found == {
        "vpc-cni": "aws-node",
        "ebs-csi": "ebs-csi-controller-sa",
        "efs-csi": "efs-csi-controller-sa",
        "autoscaler": "cluster-autoscaler",
        "load-balancers": "aws-load-balancer-controller",
    }


def test_controllers_and_drivers_get_their_roles_by_pod_identity() -> None:
    graph = eks()
    pairs = {
        one.inputs["serviceAccount"]: one.inputs["roleArn"] for one in graph.of("PodIdentityAssociation")
    }
    for addon in graph.of("Addon"):
        for one in addon.inputs.get("podIdentityAssociations", ()):
            pairs[one["serviceAccount"]] = one["roleArn"]
    assert pairs == {
        "cluster-autoscaler": "arn:aws:test:::test-autoscaler",
        "aws-load-balancer-controller": "arn:aws:test:::test-load-balancers",
        "aws-node": "arn:aws:test:::test-vpc-cni",
        "ebs-csi-controller-sa": "arn:aws:test:::test-ebs-csi",
        "efs-csi-controller-sa": "arn:aws:test:::test-efs-csi",
    }
    accounts = [one.inputs["values"] for one in graph.of("Chart")]
    named = [
        (values.get("serviceAccount") or values["rbac"]["serviceAccount"])["name"] for values in accounts
    ]
    assert set(named) <= set(pairs)


def test_the_autoscaler_changes_groups_of_this_cluster_alone() -> None:
    changes = [
        one for one in _statements(eks(), "-autoscaler") if "autoscaling:SetDesiredCapacity" in one["Action"]
    ]
    assert [one["Condition"] for one in changes] == [
        {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/test": "owned"}}
    ]


def test_the_load_balancer_controller_makes_and_removes_what_carries_its_cluster_s_name() -> None:
    wanted = {
        "elasticloadbalancing:CreateLoadBalancer": "aws:RequestTag",
        "elasticloadbalancing:DeleteLoadBalancer": "aws:ResourceTag",
        "ec2:DeleteSecurityGroup": "aws:ResourceTag",
    }
    for action, key in wanted.items():
        found = [one for one in _statements(eks(), "-load-balancers") if action in one["Action"]]
        assert [one["Condition"]["StringEquals"] for one in found] == [{f"{key}/{TAG}": "test"}], action


def test_the_driver_of_disks_uses_the_stack_s_key_and_no_other() -> None:
    graph = eks()
    statements = _statements(graph, "-ebs-csi")
    assert {resource for one in statements for resource in one["Resource"]} == {graph.told["kms_key_arn"]}
    grants = [one for one in statements if "kms:CreateGrant" in one["Action"]]
    assert [one["Condition"] for one in grants] == [{"Bool": {"kms:GrantIsForAWSResource": "true"}}]


def test_whom_the_key_s_policy_names_without_an_account_is_told_apart_by_conditions() -> None:
    policy = eks().one("Key").json("policy")
    anyone = [one for one in policy["Statement"] if one["Principal"] == {"AWS": "*"}]
    assert len(anyone) == 2
    for one in anyone:
        assert one["Condition"]["StringEquals"] == {"kms:CallerAccount": "123456789012"}
        assert one["Condition"]["ArnEquals"]["aws:PrincipalArn"].endswith("/AWSServiceRoleForAutoScaling")


def test_those_who_are_named_may_use_the_cluster_and_are_told_apart() -> None:
    admin, viewer = (f"arn:aws:iam::123456789012:role/{one}" for one in ("platform", "reader"))
    graph = eks(access={"admins": [admin], "viewers": [viewer]})
    policies = {
        one.inputs["principalArn"]: one.inputs["policyArn"].rpartition("/")[2]
        for one in graph.of("AccessPolicyAssociation")
    }
    assert policies == {admin: "AmazonEKSClusterAdminPolicy", viewer: "AmazonEKSAdminViewPolicy"}
    assert {one.inputs["principalArn"] for one in graph.of("AccessEntry")} == {admin, viewer}
    assert not eks().of("AccessEntry")


def test_access_is_by_entries_and_the_creator_has_one_unless_it_is_not_wanted() -> None:
    access = eks().one("aws:eks/cluster:Cluster").inputs["accessConfig"]
    assert access == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True}
    admins = ["arn:aws:iam::123456789012:role/platform"]
    without = eks(access={"creator": False, "admins": admins}).one("aws:eks/cluster:Cluster")
    assert not without.inputs["accessConfig"]["bootstrapClusterCreatorAdminPermissions"]


def test_the_kubeconfig_holds_no_credential() -> None:
    text = eks().told["kubeconfig"]
    assert '"command": "aws"' in text
    assert '"get-token"' in text
    for word in ("token:", "client-key", "password", "AWS_SECRET"):
        assert word not in text
