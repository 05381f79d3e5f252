"""The storage account with the container of the bucket: private, without keys, versioned, encrypted.

No management lock: as long as one is there, Azure lets no role assignment below it go, hence no team.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import storage

from ...clusters.azure.names import BLOB_ZONE
from ...clusters.azure.private_link import Target
from ..data_settings import CloudBucketSettings
from ..object_store import Bucket
from .encryption import Key
from .place import AzureData

MARKERS = ".sgwtmp/"
"""Where gateways note uploads in parts that are not finished (versitygw v1.8.0, backend/azure)."""


@dataclass(frozen=True, kw_only=True)
class BlobAccount:
    """The account.

    Attributes:
        address: of Blob Storage in it, `https://<account>.blob.core.windows.net/`.
        container: ID of the container, at which rights are given.
        ready: the leaves after which pods reach it by name.
    """

    name: pulumi.Output[str]
    address: pulumi.Output[str]
    container: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...]


def make_account(
    place: AzureData, parent: pulumi.Resource, settings: CloudBucketSettings, bucket: Bucket, key: Key | None
) -> BlobAccount:
    """Make account and container, with their rules and the way to them."""
    account = _account(place, parent, settings, key)
    group, days, name = place.cloud.resource_group, settings.old_versions_days, place.name("objects")
    kept = storage.DeleteRetentionPolicyArgs(enabled=True, days=days)
    versions = storage.BlobServiceProperties(
        name,
        account_name=account.name,
        resource_group_name=group,
        blob_services_name="default",
        is_versioning_enabled=True,
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        opts=place.options(parent),
    )
    storage.ManagementPolicy(
        name,
        account_name=account.name,
        resource_group_name=group,
        management_policy_name="default",
        policy=storage.ManagementPolicySchemaArgs(rules=_rules(bucket)),
        opts=place.options(parent, depends_on=[versions]),
    )
    container = storage.BlobContainer(
        name,
        container_name=bucket.name,
        account_name=account.name,
        resource_group_name=group,
        public_access=storage.PublicAccess.NONE,
        opts=place.options(parent, depends_on=[versions], protect=settings.deletion_protection),
    )
    reached = place.endpoint(parent, name, Target(id=account.id, part="blob", zone=BLOB_ZONE))
    return BlobAccount(
        name=account.name,
        address=account.primary_endpoints.apply(lambda known: known.blob),
        container=container.id,
        ready=(container, *reached),
    )


def _account(
    place: AzureData, parent: pulumi.Resource, settings: CloudBucketSettings, key: Key | None
) -> storage.StorageAccount:
    cloud = place.cloud
    return storage.StorageAccount(
        place.account_name,
        resource_group_name=cloud.resource_group,
        location=cloud.location,
        kind=storage.Kind.STORAGE_V2,
        sku=storage.SkuArgs(name="Standard_ZRS" if cloud.zone_redundant else "Standard_LRS"),
        access_tier=storage.AccessTier.HOT,
        # Versions need a flat namespace.
        is_hns_enabled=False,
        is_sftp_enabled=False,
        is_local_user_enabled=False,
        enable_https_traffic_only=True,
        minimum_tls_version="TLS1_2",
        allow_shared_key_access=False,
        default_to_o_auth_authentication=True,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allowed_copy_scope="AAD",
        public_network_access="Disabled",
        network_rule_set=storage.NetworkRuleSetArgs(default_action=storage.DefaultAction.DENY, bypass="None"),
        identity=(
            storage.IdentityArgs(type="UserAssigned", user_assigned_identities=[key.identity.id])
            if key
            else None
        ),
        encryption=_encryption(key),
        tags=cloud.tags,
        opts=place.options(
            parent, depends_on=[key.ready] if key else (), protect=settings.deletion_protection
        ),
    )


def _encryption(key: Key | None) -> storage.EncryptionArgs:
    """Encrypted twice: by Azure's own key in its infrastructure, and by the stack's where it has one."""
    if key is None:
        return storage.EncryptionArgs(key_source="Microsoft.Storage", require_infrastructure_encryption=True)
    return storage.EncryptionArgs(
        key_source="Microsoft.Keyvault",
        require_infrastructure_encryption=True,
        # Without a version the newest is used, so that rotation needs nothing here.
        key_vault_properties=storage.KeyVaultPropertiesArgs(
            key_name=key.key.name, key_vault_uri=key.vault_uri
        ),
        encryption_identity=storage.EncryptionIdentityArgs(encryption_user_assigned_identity=key.identity.id),
    )


def _rules(bucket: Bucket) -> list[storage.ManagementPolicyRuleArgs]:
    # A version goes a day after it was made, however old its object is, and then counts as deleted: from
    # there on it can be had back for the days that the settings say.
    rules = [
        _rule(
            "old-versions",
            version=storage.ManagementPolicyVersionArgs(
                delete=storage.DateAfterCreationArgs(days_after_creation_greater_than=1)
            ),
        ),
        _rule("unfinished-uploads", prefix=f"{bucket.name}/{MARKERS}", base_blob=_after(7)),
    ]
    return rules + [
        _rule(f"keep-{prefix.strip('/')}", prefix=f"{bucket.name}/{prefix}", base_blob=_after(days))
        for prefix, days in bucket.retention_days.items()
        if days
    ]


def _after(days: int) -> storage.ManagementPolicyBaseBlobArgs:
    return storage.ManagementPolicyBaseBlobArgs(
        delete=storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
    )


def _rule(
    name: str,
    *,
    prefix: str | None = None,
    base_blob: storage.ManagementPolicyBaseBlobArgs | None = None,
    version: storage.ManagementPolicyVersionArgs | None = None,
) -> storage.ManagementPolicyRuleArgs:
    return storage.ManagementPolicyRuleArgs(
        name=name,
        type=storage.RuleType.LIFECYCLE,
        enabled=True,
        definition=storage.ManagementPolicyDefinitionArgs(
            actions=storage.ManagementPolicyActionArgs(base_blob=base_blob, version=version),
            filters=storage.ManagementPolicyFilterArgs(
                blob_types=["blockBlob"], prefix_match=[prefix] if prefix else None
            ),
        ),
    )
