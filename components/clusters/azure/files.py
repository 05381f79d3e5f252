"""Shared files: one premium account of Azure Files, whose shares nodes mount by NFS over a private endpoint.

The account is the stack's own rather than one that the CSI driver makes: so it has no public address and no
account keys, its key is the stack's, and the driver needs no rights in the network.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import storage

from .encryption import Encryption
from .ground import Ground
from .identity import Identities, assign
from .names import FILES_ZONE
from .network import Network
from .private_link import PrivateLinks, Target


@dataclass(frozen=True, kw_only=True)
class SharedFiles:
    """The account. `ready` are those without which no share could be made, mounted or removed."""

    account: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...]


def make_shared_files(
    ground: Ground, identities: Identities, made: Network, encryption: Encryption | None
) -> SharedFiles | None:
    """Make account, endpoint and its name in the network; None where no shared files are wanted."""
    settings = ground.settings
    if not settings.storage.shared_files:
        return None
    account = storage.StorageAccount(
        ground.short_name,
        resource_group_name=ground.group.name,
        location=ground.region,
        kind="FileStorage",
        sku=storage.SkuArgs(name="Premium_ZRS" if settings.zone_redundant else "Premium_LRS"),
        # With this on, NFS needs encryption in transit; without it, NFS would be refused altogether.
        enable_https_traffic_only=settings.storage.encrypt_in_transit,
        minimum_tls_version="TLS1_2",
        allow_shared_key_access=False,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        public_network_access="Disabled",
        network_rule_set=storage.NetworkRuleSetArgs(default_action=storage.DefaultAction.DENY, bypass="None"),
        identity=(
            storage.IdentityArgs(type="UserAssigned", user_assigned_identities=[encryption.files.id])
            if encryption
            else None
        ),
        encryption=_encryption(encryption),
        tags=ground.tags,
        opts=ground.options(depends_on=[encryption.files_role] if encryption else []),
    )
    role = assign(
        ground,
        "files",
        "Storage Account Contributor",
        identities.control_plane.principal_id,
        account.id,
    )
    return SharedFiles(account=account.name, ready=(role, *_endpoint(ground, made, account)))


def _encryption(encryption: Encryption | None) -> storage.EncryptionArgs | None:
    if encryption is None:
        return None
    return storage.EncryptionArgs(
        key_source="Microsoft.Keyvault",
        key_vault_properties=storage.KeyVaultPropertiesArgs(
            # Without a version the newest is used, so that rotation needs nothing here.
            key_name=encryption.disks_key.name,
            key_vault_uri=encryption.vault_uri,
        ),
        encryption_identity=storage.EncryptionIdentityArgs(
            encryption_user_assigned_identity=encryption.files.id
        ),
    )


def _endpoint(ground: Ground, made: Network, account: storage.StorageAccount) -> tuple[pulumi.Resource, ...]:
    given = ground.settings.network.given
    links = PrivateLinks(
        network=ground.name,
        group=ground.group.name,
        location=ground.region,
        subnet_id=made.endpoints_subnet_id,
        vnet_id=made.vnet_id,
        tags=ground.tags,
        given=given.private_zones if given else {},
    )
    name = ground.named("files")
    target = Target(id=account.id, part="file", zone=FILES_ZONE)
    return links.endpoint(name, target, ground.options(), zone=name, zone_opts=ground.options())
