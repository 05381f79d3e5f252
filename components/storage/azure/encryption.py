"""Keys of the stack's own for databases and objects, and the identity by which Azure's services use them.

The key of databases has no end and no rotation: a flexible server is told one version of it, and closes when
that version ends. Blob Storage takes the newest version of its key.
"""

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azure_native import authorization, keyvault, managedidentity

from ...clusters.azure.identity import ROLES
from .place import AzureData

_ENCRYPTS = "Key Vault Crypto Service Encryption User"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key in the cluster's vault.

    Attributes:
        vault_uri: the vault's address.
        identity: who uses it, and `ready` the role without which that is refused.
    """

    vault_uri: pulumi.Output[str]
    key: keyvault.Key
    identity: managedidentity.UserAssignedIdentity
    ready: pulumi.Resource


def make_key(place: AzureData, purpose: Literal["databases", "objects"]) -> Key | None:
    """Make a key; None where the cluster has no vault, and Azure's own keys do."""
    cloud, name = place.cloud, place.name(purpose)
    vault, vault_name, vault_uri = cloud.key_vault_id, cloud.key_vault_name, cloud.key_vault_uri
    if vault is None or vault_name is None or vault_uri is None:
        return None
    options = place.options()
    identity = managedidentity.UserAssignedIdentity(
        name,
        resource_name_=name,
        resource_group_name=cloud.resource_group,
        location=cloud.location,
        tags=cloud.tags,
        opts=options,
    )
    role = authorization.RoleAssignment(
        name,
        principal_id=identity.principal_id,
        principal_type="ServicePrincipal",
        role_definition_id=pulumi.Output.concat(
            "/subscriptions/",
            cloud.subscription_id,
            "/providers/Microsoft.Authorization/roleDefinitions/",
            ROLES[_ENCRYPTS],
        ),
        scope=vault,
        opts=options,
    )
    rotation = keyvault.RotationPolicyArgs(
        attributes=keyvault.KeyRotationPolicyAttributesArgs(expiry_time="P2Y"),
        lifetime_actions=[
            keyvault.LifetimeActionArgs(
                action=keyvault.ActionArgs(type=keyvault.KeyRotationPolicyActionType.ROTATE),
                trigger=keyvault.TriggerArgs(time_after_create="P1Y"),
            )
        ],
    )
    key = keyvault.Key(
        name,
        key_name=purpose,
        vault_name=vault_name,
        resource_group_name=cloud.resource_group,
        properties=keyvault.KeyPropertiesArgs(
            kty="RSA", key_size=3072, rotation_policy=rotation if purpose == "objects" else None
        ),
        tags=cloud.tags,
        opts=options,
    )
    return Key(vault_uri=vault_uri, key=key, identity=identity, ready=role)
