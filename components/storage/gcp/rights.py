"""Who may do what in a bucket: pods of one service account, by the identity that GKE gives them.

A part of the bucket that somebody may use is a managed folder, whose rights hold for all objects below it and
for lists of them, and for nothing else: a test of Google's own shows it (Cloud Storage FUSE,
tools/integration_tests/managed_folders/restricted_permissions_test.go). Conditions on the bucket's rights
could say the same, for at most a hundred teams.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import pulumi
from pulumi_gcp import serviceaccount, storage

from ..object_store import Account, StoreUser
from .place import GcpData

READS, CHANGES = "roles/storage.objectViewer", "roles/storage.objectUser"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A bucket and its managed folders, by name."""

    place: GcpData
    parent: pulumi.Resource
    bucket: storage.Bucket
    folders: Mapping[str, storage.ManagedFolder]


def parts(place: GcpData, parent: pulumi.Resource, bucket: storage.Bucket, names: set[str]) -> Parts:
    """Declare managed folders. One that goes leaves its objects where they are."""
    folders = {
        name: storage.ManagedFolder(
            name,
            bucket=bucket.name,
            name=name,
            force_destroy=True,
            opts=place.options(parent),
        )
        for name in sorted(names)
    }
    return Parts(place=place, parent=parent, bucket=bucket, folders=folders)


def folders_of(user: StoreUser) -> set[str]:
    """The parts of the bucket to which a user has rights of their own."""
    return {*(() if user.everything else user.prefixes), *user.s3_prefixes}


def grant(there: Parts, user: StoreUser, account: Account) -> list[pulumi.Resource]:
    """Let the pods of an account do what the user may."""
    role, member = CHANGES if user.writes else READS, there.place.principal(account)
    if user.everything:
        return [_on_bucket(there, user.name, role, member)]
    return [_on_folder(there, one, user.name, role, member) for one in user.prefixes]


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What opens parts of the bucket by the S3 protocol."""

    access_key: pulumi.Output[str]
    secret_key: pulumi.Output[str]
    revision: pulumi.Output[str]
    rights: tuple[pulumi.Resource, ...]


def keys(there: Parts, user: StoreUser, version: str) -> Keys:
    """Declare a key that reads what the user reads by the S3 protocol: only service accounts have such."""
    place, name = there.place, user.name
    account = serviceaccount.Account(
        name,
        project=place.cloud.project,
        account_id=_account_id(place, user),
        display_name=f"Reads {', '.join(user.s3_prefixes)} of {user.name}",
        opts=place.options(there.parent),
    )
    key = storage.HmacKey(
        # Another version is another key, and the old one goes once nobody uses it any more.
        f"{name}-{version}" if version else name,
        project=place.cloud.project,
        service_account_email=account.email,
        opts=place.options(there.parent),
    )
    rights = [_on_folder(there, one, f"{user.name}-s3", READS, account.member) for one in user.s3_prefixes]
    return Keys(
        access_key=key.access_id,
        secret_key=pulumi.Output.secret(key.secret),
        revision=key.access_id,
        rights=tuple(rights),
    )


def _on_bucket(there: Parts, who: str, role: str, member: pulumi.Output[str]) -> pulumi.Resource:
    return storage.BucketIAMMember(
        who,
        bucket=there.bucket.name,
        role=role,
        member=member,
        opts=there.place.options(there.parent),
    )


def _on_folder(there: Parts, folder: str, who: str, role: str, member: pulumi.Output[str]) -> pulumi.Resource:
    return storage.ManagedFolderIamMember(
        f"{folder}{who}",
        bucket=there.bucket.name,
        managed_folder=there.folders[folder].name,
        role=role,
        member=member,
        opts=there.place.options(there.parent),
    )


def _account_id(place: GcpData, user: StoreUser) -> str:
    """An id of at most 30 characters, another one for each cluster of the project."""
    text = f"{place.cloud.region}/{place.cluster}/{user.name}"
    return f"{place.name('')[:20].rstrip('-')}-{sha256(text.encode()).hexdigest()[:8]}"
