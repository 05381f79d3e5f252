"""The key vault of the stack: one key for secrets in etcd, one for disks and shared files.

The vault has no public address. Azure's disks and files reach it as trusted services, the control plane by a
private endpoint that AKS makes. Purge protection is on: a vault that is deleted can be had back for 90 days,
and with it what its keys encrypt.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import compute, keyvault, managedidentity

from .ground import Ground
from .identity import Identities, assign, storage_identity


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """Keys of the stack's own.

    Attributes:
        etcd_key: its version is pinned, as AKS's KMS wants it.
        disks: the disk encryption set of boot disks and volumes.
        files: the identity by which shared files reach their key, and files_role the role it needs first.
    """

    vault: keyvault.Vault
    etcd_key: keyvault.Key
    disks: compute.DiskEncryptionSet
    disks_key: keyvault.Key
    files: managedidentity.UserAssignedIdentity
    files_role: pulumi.Resource

    @property
    def vault_uri(self) -> pulumi.Output[str]:
        """The vault's address, with `/` at its end."""
        return self.vault.properties.apply(lambda vault: vault.vault_uri or "")


def make_encryption(ground: Ground, identities: Identities) -> Encryption | None:
    """Make vault, keys and disk encryption set; None where Azure's own keys are wanted."""
    if not ground.settings.encryption.customer_keys:
        return None
    vault = _vault(ground, identities.control_plane.tenant_id)
    etcd_key = _key(ground, vault, "etcd", rotates=False)
    disks_key = _key(ground, vault, "disks", rotates=True)
    disks = compute.DiskEncryptionSet(
        ground.named("disks"),
        resource_group_name=ground.group.name,
        location=ground.region,
        encryption_type="EncryptionAtRestWithCustomerKey",
        active_key=compute.KeyForDiskEncryptionSetArgs(
            key_url=disks_key.key_uri_with_version, source_vault=compute.SourceVaultArgs(id=vault.id)
        ),
        rotation_to_latest_key_version_enabled=True,
        identity=compute.EncryptionSetIdentityArgs(type="SystemAssigned"),
        tags=ground.tags,
        opts=ground.options(),
    )
    set_identity = disks.identity.apply(lambda identity: identity.principal_id if identity else "")
    files = storage_identity(ground)
    control_plane = identities.control_plane.principal_id
    encrypts = "Key Vault Crypto Service Encryption User"
    identities.roles.extend(
        [
            assign(ground, "etcd-key", "Key Vault Crypto User", control_plane, vault.id),
            # By which AKS joins the vault to the control plane's network: Microsoft Learn, "Add KMS etcd
            # encryption to an AKS cluster", private key vault.
            assign(ground, "vault-endpoint", "Key Vault Contributor", control_plane, vault.id),
            assign(ground, "disks-set", "Reader", control_plane, disks.id),
            assign(ground, "disks-key", encrypts, set_identity, vault.id),
        ]
    )
    return Encryption(
        vault=vault,
        etcd_key=etcd_key,
        disks=disks,
        disks_key=disks_key,
        files=files,
        files_role=assign(ground, "files-key", encrypts, files.principal_id, vault.id),
    )


def _vault(ground: Ground, tenant: pulumi.Input[str]) -> keyvault.Vault:
    return keyvault.Vault(
        ground.short_name,
        resource_group_name=ground.group.name,
        location=ground.region,
        properties=keyvault.VaultPropertiesArgs(
            tenant_id=tenant,
            sku=keyvault.SkuArgs(family="A", name=keyvault.SkuName.STANDARD),
            enable_rbac_authorization=True,
            enable_soft_delete=True,
            soft_delete_retention_in_days=90,
            enable_purge_protection=True,
            enabled_for_deployment=False,
            enabled_for_template_deployment=False,
            public_network_access="Disabled",
            network_acls=keyvault.NetworkRuleSetArgs(bypass="AzureServices", default_action="Deny"),
        ),
        tags=ground.tags,
        opts=ground.options(),
    )


def _key(ground: Ground, vault: keyvault.Vault, name: str, *, rotates: bool) -> keyvault.Key:
    rotation = keyvault.RotationPolicyArgs(
        attributes=keyvault.KeyRotationPolicyAttributesArgs(expiry_time="P2Y"),
        lifetime_actions=[
            keyvault.LifetimeActionArgs(
                action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.ROTATE),
                trigger=keyvault.TriggerArgs(time_after_create="P1Y"),
            )
        ],
    )
    return keyvault.Key(
        ground.named(name),
        key_name=name,
        vault_name=vault.name,
        resource_group_name=ground.group.name,
        properties=keyvault.KeyPropertiesArgs(
            kty="RSA", key_size=3072, rotation_policy=rotation if rotates else None
        ),
        tags=ground.tags,
        opts=ground.options(),
    )
