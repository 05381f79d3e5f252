"""A bucket of Amazon S3, and one role for each who uses it.

Private, versioned, encrypted with the cluster's key, spoken to over TLS only. Offers contracts.ObjectStore
for each user, without keys: on AWS the programs that open it ask for the identity of their pod.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from ...contracts import ObjectStore, Offer
from ..data_settings import CloudBucketSettings
from ..object_store import Account, Bucket, StoreUser
from .place import AwsData
from .rights import grant
from .traits import AWS


@dataclass(frozen=True, kw_only=True)
class S3Args:
    """What a bucket is made from.

    Attributes:
        bucket: its name, and how long what lies in it is kept.
        users: who may do what. accounts: by user the service account whose pods are that user.
    """

    settings: CloudBucketSettings
    bucket: Bucket
    users: Sequence[StoreUser]
    accounts: Mapping[str, Account]
    place: AwsData


class S3Bucket(pulumi.ComponentResource):
    """A bucket.

    Attributes:
        stores: the contract of each user, by name.
        offer: nothing, for nothing of it runs in the cluster.
    """

    stores: Mapping[str, ObjectStore]
    offer: Offer

    def __init__(self, name: str, args: S3Args, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:S3", name, None, opts)
        region = args.place.cloud.region
        made = self._bucket(args)
        none = pulumi.Output.from_input("")
        self.stores = {
            user.name: ObjectStore(
                host=f"s3.{region}.amazonaws.com",
                port=443,
                secure=True,
                region=region,
                bucket=args.bucket.name,
                secret=none,
                access_key_name="",
                secret_key_name="",
                access_key=none,
                secret_key=none,
                keyless=True,
                scheme=AWS.scheme,
                ready=grant(args.place, self, user, args.accounts[user.name], made.arn),
            )
            for user in args.users
        }
        self.offer = Offer()
        self.register_outputs({})

    def _bucket(self, args: S3Args) -> s3.Bucket:
        place, settings, name = args.place, args.settings, args.bucket.name
        options = place.options(self)
        made = s3.Bucket(
            name,
            bucket=name,
            force_destroy=not settings.deletion_protection,
            opts=place.options(self, protect=settings.deletion_protection),
        )
        closed = s3.BucketPublicAccessBlock(
            name,
            bucket=made.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=options,
        )
        s3.BucketOwnershipControls(
            name,
            bucket=made.bucket,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=options,
        )
        encryption = s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms", kms_master_key_id=place.cloud.kms_key_arn
        )
        s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=made.bucket,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=encryption,
                    bucket_key_enabled=True,
                )
            ],
            opts=options,
        )
        versions = s3.BucketVersioning(
            name,
            bucket=made.bucket,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=options,
        )
        s3.BucketLifecycleConfiguration(
            name,
            bucket=made.bucket,
            rules=_rules(args.bucket, settings),
            # S3 takes rules about versions once there are versions.
            opts=place.options(self, depends_on=[versions]),
        )
        s3.BucketPolicy(
            name,
            bucket=made.bucket,
            policy=_encrypted_only(made.arn),
            # While public access is being blocked, S3 refuses a policy.
            opts=place.options(self, depends_on=[closed]),
        )
        return made


def _rules(bucket: Bucket, settings: CloudBucketSettings) -> list[s3.BucketLifecycleConfigurationRuleArgs]:
    old = s3.BucketLifecycleConfigurationRuleArgs(
        id="old-versions",
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=settings.old_versions_days
        ),
        abort_incomplete_multipart_upload=(
            s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(days_after_initiation=7)
        ),
    )
    return [
        old,
        *(
            s3.BucketLifecycleConfigurationRuleArgs(
                id=f"keep-{prefix.strip('/')}",
                status="Enabled",
                filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=prefix),
                expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
            )
            for prefix, days in bucket.retention_days.items()
            if days
        ),
    ]


def _encrypted_only(arn: pulumi.Output[str]) -> pulumi.Output[str]:
    refusal = {
        "Sid": "EncryptedOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, pulumi.Output.concat(arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [refusal]})
