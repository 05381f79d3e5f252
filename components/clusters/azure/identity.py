"""Managed identities, and the built-in roles that they have: each at one resource, none above it."""

from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import authorization, managedidentity

from .ground import Ground

# Microsoft Learn, "Azure built-in roles" (read 2026-11).
ROLES = {
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
    "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
}


def assign(
    ground: Ground, name: str, role: str, principal: pulumi.Input[str], scope: pulumi.Input[str]
) -> authorization.RoleAssignment:
    """Give a managed identity a built-in role at one resource."""
    return authorization.RoleAssignment(
        ground.named(name),
        principal_id=principal,
        # Said outright, Azure does not look up a principal that its directory may not know everywhere yet.
        principal_type="ServicePrincipal",
        role_definition_id=(
            f"/subscriptions/{ground.settings.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/"
            f"{ROLES[role]}"
        ),
        scope=scope,
        opts=ground.options(),
    )


@dataclass(frozen=True, kw_only=True)
class Identities:
    """Who acts for the cluster.

    Attributes:
        control_plane: makes load balancers, disks and nodes.
        kubelet: pulls images on every node, and no more: pods can reach its token (metadata service).
        roles: what has to be assigned before the cluster is made.
    """

    control_plane: managedidentity.UserAssignedIdentity
    kubelet: managedidentity.UserAssignedIdentity
    roles: list[pulumi.Resource] = field(default_factory=list[pulumi.Resource])


def make_identities(ground: Ground) -> Identities:
    """Make both identities. The control plane's own needs to hand the kubelet's to the nodes."""
    control_plane = _identity(ground, "control-plane")
    kubelet = _identity(ground, "kubelet")
    roles: list[pulumi.Resource] = [
        assign(
            ground,
            "kubelet-operator",
            "Managed Identity Operator",
            control_plane.principal_id,
            kubelet.id,
        )
    ]
    roles += [
        assign(ground, f"registry-{number}", "AcrPull", kubelet.principal_id, registry)
        for number, registry in enumerate(ground.settings.container_registries)
    ]
    return Identities(control_plane=control_plane, kubelet=kubelet, roles=roles)


def _identity(ground: Ground, role: str) -> managedidentity.UserAssignedIdentity:
    return managedidentity.UserAssignedIdentity(
        ground.named(role),
        resource_name_=ground.named(role),
        resource_group_name=ground.group.name,
        location=ground.region,
        tags=ground.tags,
        opts=ground.options(),
    )


def storage_identity(ground: Ground) -> managedidentity.UserAssignedIdentity:
    """The identity by which shared files reach their key."""
    return _identity(ground, "files")
