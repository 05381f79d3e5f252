"""The key that encrypts what the cluster keeps: secrets, disks, shared files, logs."""

import pulumi
from pulumi_aws import kms

from .place import Place
from .policies import allow, document

_USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")


def key(place: Place) -> pulumi.Output[str]:
    """ARN of the key: the one that is given, or a new one that is rotated each year."""
    settings = place.settings.encryption
    if settings.key_arn:
        return pulumi.Output.from_input(settings.key_arn)
    made = kms.Key(
        place.name("cluster"),
        description=f"Secrets, disks, shared files and logs of the EKS cluster {place.cluster}",
        enable_key_rotation=True,
        deletion_window_in_days=settings.deletion_days,
        policy=_policy(place),
        tags={"Name": f"{place.cluster}-cluster"},
        opts=place.options(),
    )
    kms.Alias(
        place.name("cluster"),
        name=f"alias/eks/{place.cluster}",
        target_key_id=made.key_id,
        opts=place.options(),
    )
    return made.arn


def _policy(place: Place) -> pulumi.Output[str]:
    """The account's own policies decide, and two services that have none of them are named.

    The role of Auto Scaling, which makes the disks of nodes, is named by a condition: as a principal it would
    be refused in an account where nothing was ever scaled, for AWS makes it with the first group.
    """
    account, partition = place.settings.account, place.settings.partition
    scaling = (
        f"arn:{partition}:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/"
        "AWSServiceRoleForAutoScaling"
    )
    by_scaling = {
        "StringEquals": {"kms:CallerAccount": account},
        "ArnEquals": {"aws:PrincipalArn": scaling},
    }
    return document(
        allow(["kms:*"], ["*"], principal={"AWS": f"arn:{partition}:iam::{account}:root"}),
        allow(_USE, ["*"], principal={"AWS": "*"}, conditions=by_scaling),
        allow(
            ["kms:CreateGrant"],
            ["*"],
            principal={"AWS": "*"},
            conditions={**by_scaling, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        allow(
            ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"),
            ["*"],
            principal={"Service": f"logs.{place.settings.region}.amazonaws.com"},
            conditions={
                "ArnLike": {"kms:EncryptionContext:aws:logs:arn": place.arn("logs", "log-group:*")},
            },
        ),
    )
