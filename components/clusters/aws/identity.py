"""Roles of IAM: for services of AWS, and for service accounts of the cluster by pod identity."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks, iam

from .place import Place
from .policies import Conditions, allow, document

_NAMESPACE = "kube-system"


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role with its rights; who uses it waits for `rights`, and goes before them."""

    arn: pulumi.Output[str]
    rights: tuple[pulumi.Resource, ...]


def role(
    place: Place,
    purpose: str,
    *,
    service: str,
    managed: Sequence[str] = (),
    inline: pulumi.Input[str] | None = None,
    actions: Sequence[str] = ("sts:AssumeRole",),
    conditions: Conditions | None = None,
) -> Role:
    """A role that a service of AWS takes.

    Args:
        service: `eks`, `ec2`, `pods.eks`.
        managed: names of policies that AWS maintains. inline: a document of the role's own.
        conditions: under which the service may take it.
    """
    made = iam.Role(
        place.name(purpose),
        assume_role_policy=document(
            allow(actions, principal={"Service": place.service(service)}, conditions=conditions)
        ),
        opts=place.options(),
    )
    rights: list[pulumi.Resource] = [
        iam.RolePolicyAttachment(
            place.name(f"{purpose}-{name.rpartition('/')[2]}"),
            role=made.name,
            policy_arn=place.managed_policy(name),
            opts=place.options(),
        )
        for name in managed
    ]
    if inline is not None:
        rights.append(
            iam.RolePolicy(place.name(purpose), role=made.name, policy=inline, opts=place.options())
        )
    return Role(arn=made.arn, rights=tuple(rights))


def pod_role(
    place: Place,
    purpose: str,
    *,
    account: str,
    managed: Sequence[str] = (),
    inline: pulumi.Input[str] | None = None,
) -> Role:
    """A role that pods of one service account in `kube-system` take, by EKS Pod Identity.

    Whose pod it is, EKS says in tags of the session (EKS user guide, IAM roles for EKS Pod Identity).
    """
    return role(
        place,
        purpose,
        service="pods.eks",
        managed=managed,
        inline=inline,
        actions=("sts:AssumeRole", "sts:TagSession"),
        conditions={
            "StringEquals": {
                "aws:RequestTag/eks-cluster-arn": place.cluster_arn,
                "aws:RequestTag/kubernetes-namespace": _NAMESPACE,
                "aws:RequestTag/kubernetes-service-account": account,
            }
        },
    )


def associated(
    place: Place, purpose: str, *, given: Role, cluster: eks.Cluster, account: str
) -> eks.PodIdentityAssociation:
    """Let a service account of `kube-system` take a role. Pods that were there before do not get it."""
    return eks.PodIdentityAssociation(
        place.name(purpose),
        cluster_name=cluster.name,
        namespace=_NAMESPACE,
        service_account=account,
        role_arn=given.arn,
        opts=place.options(depends_on=given.rights),
    )
