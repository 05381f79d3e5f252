"""Add-ons of EKS: network, names, volumes, pod identity, metrics, health of nodes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import eks

from .identity import Role, pod_role
from .place import Place
from .policies import allow, document
from .settings import AddonName


@dataclass(frozen=True, kw_only=True)
class _Identity:
    """A service account of an add-on, with the policy of AWS that is its due."""

    purpose: str
    account: str
    managed: str


_CNI = _Identity(purpose="vpc-cni", account="aws-node", managed="AmazonEKS_CNI_Policy")
_EBS = _Identity(
    purpose="ebs-csi",
    account="ebs-csi-controller-sa",
    managed="service-role/AmazonEBSCSIDriverPolicy",
)
_EFS = _Identity(
    purpose="efs-csi",
    account="efs-csi-controller-sa",
    managed="service-role/AmazonEFSCSIDriverPolicy",
)


def addons_before_nodes(place: Place, cluster: eks.Cluster) -> list[pulumi.Resource]:
    """What a node needs in order to become ready. All of it runs on the nodes' own network."""
    agent = _addon(place, cluster, "eks-pod-identity-agent")
    network = _addon(
        place,
        cluster,
        "vpc-cni",
        identity=_CNI,
        values={
            # NetworkPolicies are enforced; a node takes addresses by sixteens, for more pods.
            "enableNetworkPolicy": "true",
            "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
        },
        after=[agent],
    )
    return [agent, network, _addon(place, cluster, "kube-proxy")]


def addons_on_nodes(
    place: Place, cluster: eks.Cluster, key_arn: pulumi.Output[str], nodes: Sequence[pulumi.Resource]
) -> list[pulumi.Resource]:
    """What runs in pods, and is ready when they are."""
    made: list[pulumi.Resource] = [
        _addon(place, cluster, "coredns", after=nodes),
        _addon(place, cluster, "metrics-server", after=nodes),
        # Sees failed GPUs and network cards, of which EKS then repairs the node.
        _addon(place, cluster, "eks-node-monitoring-agent", after=nodes),
        _addon(place, cluster, "aws-ebs-csi-driver", identity=_EBS, inline=_disks(key_arn), after=nodes),
    ]
    if place.settings.shared_storage.enabled:
        made.append(_addon(place, cluster, "aws-efs-csi-driver", identity=_EFS, after=nodes))
    return made


def _disks(key_arn: pulumi.Output[str]) -> pulumi.Output[str]:
    """Disks are encrypted with the stack's key, which EC2 uses in the driver's name."""
    return document(
        allow(
            ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            [key_arn],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        allow(
            (
                "kms:Encrypt",
                "kms:Decrypt",
                "kms:ReEncrypt*",
                "kms:GenerateDataKey*",
                "kms:DescribeKey",
            ),
            [key_arn],
        ),
    )


def _addon(
    place: Place,
    cluster: eks.Cluster,
    name: AddonName,
    *,
    identity: _Identity | None = None,
    inline: pulumi.Input[str] | None = None,
    values: Mapping[str, Any] | None = None,
    after: Sequence[pulumi.Resource] = (),
) -> eks.Addon:
    given: Role | None = None
    if identity:
        given = pod_role(
            place, identity.purpose, account=identity.account, managed=[identity.managed], inline=inline
        )
    return eks.Addon(
        place.name(name),
        cluster_name=cluster.name,
        addon_name=name,
        addon_version=place.settings.addon_versions.get(name),
        configuration_values=json.dumps(values, sort_keys=True) if values else None,
        pod_identity_associations=[
            eks.AddonPodIdentityAssociationArgs(role_arn=given.arn, service_account=identity.account)
        ]
        if given and identity
        else None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        opts=place.options(depends_on=[*after, *(given.rights if given else ())]),
    )
