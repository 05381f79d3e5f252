"""A bucket of Cloud Storage, with rights for the pods that use it.

Private, versioned, encrypted with the cluster's key where it has one. Offers contracts.ObjectStore for each
user: opened by `gs://` and the identity of a pod, without keys. Who reads a part of it by the S3 protocol
gets a key for that part, which may do nothing but read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import storage
from pulumi_kubernetes.core.v1 import Secret

from ...contracts import ObjectStore, Offer
from ...kube.scope import Scope
from ..data_settings import CloudBucketSettings
from ..object_store import ACCESS_KEY, SECRET_KEY, Account, Bucket, ObjectStoreArgs, StoreUser
from .place import GcpData
from .rights import Parts, folders_of, grant, keys, parts
from .traits import GCP

HOST = "storage.googleapis.com"
_WEEK = 7 * 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class GcsArgs:
    """What a bucket is made from.

    Attributes:
        asked: its name, how long what lies in it is kept, and who may do what.
        accounts: by user the service account whose pods are that user.
    """

    settings: CloudBucketSettings
    asked: ObjectStoreArgs
    accounts: Mapping[str, Account]
    place: GcpData


class GcsBucket(pulumi.ComponentResource):
    """A bucket.

    Attributes:
        stores: the contract of each user, by name.
        offer: nothing, for nothing of it runs in the cluster.
    """

    stores: Mapping[str, ObjectStore]
    offer: Offer

    def __init__(self, name: str, args: GcsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Gcs", name, None, opts)
        asked = args.asked
        scope = Scope(component=asked.component, parent=self, namespaces=asked.namespaces)
        folders = {one for user in asked.users if user.native for one in folders_of(user)}
        there = parts(args.place, self, _bucket(self, args), folders)
        self.stores = {user.name: _store(scope, args, there, user) for user in asked.users}
        self.offer = Offer()
        self.register_outputs({})


def _bucket(parent: pulumi.Resource, args: GcsArgs) -> storage.Bucket:
    place, settings, bucket = args.place, args.settings, args.asked.bucket
    key = place.cloud.kms_key_id
    return storage.Bucket(
        bucket.name,
        name=bucket.name,
        project=place.cloud.project,
        location=place.cloud.region,
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        versioning=storage.BucketVersioningArgs(enabled=True),
        # Whoever may delete objects may delete their old versions too: for a week they can be had back.
        soft_delete_policy=storage.BucketSoftDeletePolicyArgs(retention_duration_seconds=_WEEK),
        lifecycle_rules=_rules(bucket, settings),
        encryption=storage.BucketEncryptionArgs(default_kms_key_name=key) if key else None,
        force_destroy=not settings.deletion_protection,
        labels=place.cloud.labels,
        opts=place.options(
            parent, api="storage", depends_on=place.key_of_buckets, protect=settings.deletion_protection
        ),
    )


def _rules(bucket: Bucket, settings: CloudBucketSettings) -> list[storage.BucketLifecycleRuleArgs]:
    def rule(
        action: str, condition: storage.BucketLifecycleRuleConditionArgs
    ) -> storage.BucketLifecycleRuleArgs:
        return storage.BucketLifecycleRuleArgs(
            action=storage.BucketLifecycleRuleActionArgs(type=action), condition=condition
        )

    old = storage.BucketLifecycleRuleConditionArgs(
        days_since_noncurrent_time=settings.old_versions_days, with_state="ARCHIVED"
    )
    unfinished = storage.BucketLifecycleRuleConditionArgs(age=7)
    return [
        rule("Delete", old),
        rule("AbortIncompleteMultipartUpload", unfinished),
        *(
            rule(
                "Delete",
                storage.BucketLifecycleRuleConditionArgs(
                    age=days, matches_prefixes=[prefix], with_state="LIVE"
                ),
            )
            for prefix, days in bucket.retention_days.items()
            if days
        ),
    ]


def _store(scope: Scope, args: GcsArgs, there: Parts, user: StoreUser) -> ObjectStore:
    rights = grant(there, user, args.accounts[user.name]) if user.native else []
    made = keys(there, user, args.settings.keys_version) if user.s3_prefixes else None
    none = pulumi.Output.from_input("")
    return ObjectStore(
        host=HOST,
        port=443,
        secure=True,
        region=args.place.cloud.region,
        bucket=args.asked.bucket.name,
        secret=_secret(scope, args, user, made.access_key, made.secret_key) if made else none,
        access_key_name=ACCESS_KEY if made else "",
        secret_key_name=SECRET_KEY if made else "",
        access_key=made.access_key if made else none,
        secret_key=made.secret_key if made else none,
        keyless=made is None,
        scheme=GCP.scheme,
        revision=made.revision if made else "",
        ready=rights[0] if rights else there.bucket,
    )


def _secret(
    scope: Scope, args: GcsArgs, user: StoreUser, access_key: pulumi.Output[str], secret: pulumi.Output[str]
) -> pulumi.Output[str]:
    """Declare the Secret of a user in Kubeflow's namespace and return its name."""
    name = user.secret or args.asked.secret
    made = Secret(
        name,
        metadata=scope.metadata(name, app=args.asked.name),
        string_data={ACCESS_KEY: access_key, SECRET_KEY: secret},
        opts=scope.options(),
    )
    return made.metadata.name
