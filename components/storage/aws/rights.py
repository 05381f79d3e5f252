"""Who may do what in a bucket: a role for each user, taken by pods of one service account.

EKS Pod Identity gives pods credentials of the role that last for hours; there is no key that stays.
"""

from collections.abc import Sequence
from hashlib import sha256

import pulumi
from pulumi_aws import eks, iam

from ...clusters.aws.policies import Statement, allow, document
from ..object_store import Account, StoreUser
from .place import AwsData


def grant(
    place: AwsData, parent: pulumi.Resource, user: StoreUser, account: Account, bucket: pulumi.Output[str]
) -> eks.PodIdentityAssociation:
    """Let the pods of an account do what the user may. Pods that were there before do not get it.

    Args:
        bucket: the bucket's ARN.
    """
    cloud = place.cloud
    arn = pulumi.Output.concat(
        f"arn:{cloud.partition}:eks:{cloud.region}:", cloud.account_id, ":cluster/", cloud.cluster_name
    )
    # Whose pod it is, EKS says in tags of the session (EKS user guide, IAM roles for EKS Pod Identity).
    trusted = allow(
        ("sts:AssumeRole", "sts:TagSession"),
        principal={"Service": "pods.eks.amazonaws.com"},
        conditions={
            "StringEquals": {
                "aws:RequestTag/eks-cluster-arn": arn,
                "aws:RequestTag/kubernetes-namespace": account.namespace,
                "aws:RequestTag/kubernetes-service-account": account.name,
            }
        },
    )
    name = place.name(f"s3-{_short(user.name)}")
    options = place.options(parent)
    role = iam.Role(name, assume_role_policy=document(trusted), opts=options)
    rights = iam.RolePolicy(name, role=role.name, policy=_policy(place, user, bucket), opts=options)
    return eks.PodIdentityAssociation(
        name,
        cluster_name=cloud.cluster_name,
        namespace=account.namespace,
        service_account=account.name,
        role_arn=role.arn,
        opts=place.options(parent, depends_on=[rights]),
    )


def _short(name: str) -> str:
    """A name of at most 36 characters, another one for each that is longer."""
    if len(name) <= 36:
        return name
    return f"{name[:27].rstrip('-')}-{sha256(name.encode()).hexdigest()[:8]}"


def _policy(place: AwsData, user: StoreUser, bucket: pulumi.Output[str]) -> pulumi.Output[str]:
    patterns = ["*"] if user.everything else [f"{one}*" for one in user.prefixes]
    objects = [_below(bucket, one) for one in patterns]
    listing = None if user.everything else {"StringLike": {"s3:prefix": patterns}}
    return document(
        allow(["s3:ListBucket"], [bucket], conditions=listing),
        allow(_verbs(writes=user.writes), objects),
        _encryption(place, writes=user.writes),
    )


def _below(bucket: pulumi.Output[str], pattern: str) -> pulumi.Output[str]:
    return pulumi.Output.concat(bucket, "/", pattern)


def _verbs(*, writes: bool) -> Sequence[str]:
    """Without the right to old versions: what was replaced comes back by an administrator only."""
    if not writes:
        return ("s3:GetObject",)
    return ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")


def _encryption(place: AwsData, *, writes: bool) -> Statement:
    """The key, for what S3 encrypts with it and nothing else."""
    return allow(
        ("kms:Decrypt", "kms:GenerateDataKey") if writes else ("kms:Decrypt",),
        [place.cloud.kms_key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"s3.{place.cloud.region}.amazonaws.com"}},
    )
