"""What AWS Load Balancer Controller may do: its documented policy, held to this cluster.

Where upstream asks for any value of the tag `elbv2.k8s.aws/cluster`, this asks for the cluster's own; what is
switched off in its chart (WAF, Shield) and what signs users in (Cognito) is left out. Source:
kubernetes-sigs/aws-load-balancer-controller v3.5.0, docs/install.
"""

import pulumi

from .place import Place
from .policies import Statement, allow, document

_TAG = "elbv2.k8s.aws/cluster"


def load_balancer_policy(place: Place, vpc_id: pulumi.Output[str]) -> pulumi.Output[str]:
    """The policy of the controller's role."""
    return document(
        allow(
            ["iam:CreateServiceLinkedRole"],
            ["*"],
            conditions={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
        ),
        _look(),
        *_security_groups(place, vpc_id),
        *_balancers(place),
    )


def _look() -> Statement:
    ec2 = (
        "AccountAttributes Addresses AvailabilityZones CoipPools Instances InternetGateways IpamPools "
        "NetworkInterfaces RouteTables SecurityGroups Subnets Tags VpcPeeringConnections Vpcs"
    )
    balancing = (
        "CapacityReservation ListenerAttributes ListenerCertificates Listeners LoadBalancerAttributes "
        "LoadBalancers Rules SSLPolicies Tags TargetGroupAttributes TargetGroups TargetHealth TrustStores"
    )
    return allow(
        [
            *(f"ec2:Describe{what}" for what in ec2.split()),
            "ec2:GetCoipPoolUsage",
            "ec2:GetSecurityGroupsForVpc",
            *(f"elasticloadbalancing:Describe{what}" for what in balancing.split()),
            "acm:DescribeCertificate",
            "acm:ListCertificates",
            "iam:GetServerCertificate",
            "iam:ListServerCertificates",
        ],
        ["*"],
    )


def _security_groups(place: Place, vpc_id: pulumi.Output[str]) -> list[Statement]:
    groups = place.arn("ec2", "security-group/*")
    # A network may be shared by another account, which then owns it.
    settings = place.settings
    vpc = vpc_id.apply(lambda given: f"arn:{settings.partition}:ec2:{settings.region}:*:vpc/{given}")
    own, asked = _own(place), _asked(place)
    return [
        # Rules of the nodes' group too, which EKS made: hence any group of this network.
        allow(
            ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
            [groups],
            conditions={"ArnLike": {"ec2:Vpc": vpc}},
        ),
        allow(["ec2:CreateSecurityGroup"], [groups, vpc]),
        allow(["ec2:DeleteSecurityGroup"], [groups], conditions={"StringEquals": own}),
        allow(
            ["ec2:CreateTags"],
            [groups],
            conditions={"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup", **asked}},
        ),
        allow(
            ["ec2:CreateTags", "ec2:DeleteTags"],
            [groups],
            conditions={"Null": {f"aws:RequestTag/{_TAG}": "true"}, "StringEquals": own},
        ),
    ]


def _balancers(place: Place) -> list[Statement]:
    def arns(*kinds: str) -> list[str]:
        return [place.arn("elasticloadbalancing", kind) for kind in kinds]

    own, asked = _own(place), _asked(place)
    tagged = arns("targetgroup/*/*", "loadbalancer/net/*/*", "loadbalancer/app/*/*")
    listening = arns(
        "listener/net/*/*/*", "listener/app/*/*/*", "listener-rule/net/*/*/*", "listener-rule/app/*/*/*"
    )
    changes = (
        "DeleteLoadBalancer DeleteTargetGroup ModifyCapacityReservation ModifyIpPools "
        "ModifyListenerAttributes ModifyLoadBalancerAttributes ModifyTargetGroup ModifyTargetGroupAttributes "
        "SetIpAddressType SetSecurityGroups SetSubnets"
    )
    listeners = (
        "AddListenerCertificates CreateListener CreateRule DeleteListener DeleteRule ModifyListener "
        "ModifyRule RemoveListenerCertificates SetRulePriorities"
    )
    return [
        allow(
            ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
            tagged,
            conditions={"StringEquals": asked},
        ),
        allow(
            ["elasticloadbalancing:AddTags"],
            tagged,
            conditions={
                "StringEquals": {
                    "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"],
                    **asked,
                }
            },
        ),
        allow(
            ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            tagged,
            conditions={"Null": {f"aws:RequestTag/{_TAG}": "true"}, "StringEquals": own},
        ),
        allow(["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"], listening),
        allow(
            [f"elasticloadbalancing:{what}" for what in changes.split()],
            [*tagged, *listening],
            conditions={"StringEquals": own},
        ),
        allow([f"elasticloadbalancing:{what}" for what in listeners.split()], [*tagged, *listening]),
        allow(
            ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
            arns("targetgroup/*/*"),
        ),
    ]


def _own(place: Place) -> dict[str, pulumi.Input[str | list[str]]]:
    return {f"aws:ResourceTag/{_TAG}": place.cluster}


def _asked(place: Place) -> dict[str, pulumi.Input[str | list[str]]]:
    return {f"aws:RequestTag/{_TAG}": place.cluster}
