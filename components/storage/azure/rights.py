"""Who may do what in the container: a managed identity for each user, with a role that Azure itself checks.

A user of everything has the role at the container. One of some prefixes has it under a condition on the
names of blobs (attribute-based access control), so that neither a fault in a gateway nor a name with `..`
leads to another team's objects. Names of actions and attributes: Microsoft Learn, "Actions and attributes for
Azure role assignment conditions for Azure Blob Storage", November 2026.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

import pulumi
from pulumi_azure_native import authorization, managedidentity

from ..object_store import Account, StoreUser
from .account import MARKERS
from .place import AzureData, short

AUDIENCE = "api://AzureADTokenExchange"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers/read"
_READS = (f"{_BLOBS}/read", f"{_BLOBS}/tags/read")
# Without the rights to containers that the built-in role for contributors has, and without that to delete
# versions: what was replaced comes back by an administrator only.
_WRITES = (f"{_BLOBS}/write", f"{_BLOBS}/add/action", f"{_BLOBS}/delete", f"{_BLOBS}/tags/write")


@dataclass(frozen=True, kw_only=True)
class Roles:
    """IDs of the two roles of the stack's own: to read, and to read and write."""

    reads: pulumi.Output[str]
    writes: pulumi.Output[str]

    def of(self, user: StoreUser) -> pulumi.Output[str]:
        """The role of a user."""
        return self.writes if user.writes else self.reads


@dataclass(frozen=True, kw_only=True)
class Granted:
    """An identity that may do what the user may. `ready` is the leaf after which it may."""

    identity: managedidentity.UserAssignedIdentity
    ready: pulumi.Resource


def make_roles(place: AzureData, parent: pulumi.Resource) -> Roles:
    """Make both roles, which can be given in the cluster's resource group only."""
    return Roles(
        reads=_role(place, parent, "objects-read", _READS),
        writes=_role(place, parent, "objects-write", (*_READS, *_WRITES)),
    )


def _role(
    place: AzureData, parent: pulumi.Resource, purpose: str, allowed: Sequence[str]
) -> pulumi.Output[str]:
    subscription, group = place.cloud.subscription_id, place.cloud.resource_group
    scope = pulumi.Output.concat("/subscriptions/", subscription, "/resourceGroups/", group)
    name = place.name(purpose)
    made = authorization.RoleDefinition(
        name,
        # A directory has one role of a name, and one of an ID.
        role_name=pulumi.Output.concat(name, " in ", subscription),
        role_definition_id=scope.apply(lambda known: str(uuid5(NAMESPACE_URL, f"{known}/{name}"))),
        description="Given by Slipway to those who use the bucket of pipelines",
        role_type="CustomRole",
        scope=scope,
        assignable_scopes=[scope],
        permissions=[authorization.PermissionArgs(actions=[_CONTAINER], data_actions=list(allowed))],
        opts=place.options(parent),
    )
    return made.id


def grant(
    place: AzureData,
    parent: pulumi.Resource,
    user: StoreUser,
    role: pulumi.Input[str],
    container: pulumi.Input[str],
) -> Granted:
    """Make the identity of a user, with its role at the container."""
    cloud, name = place.cloud, place.name(f"blob-{short(user.name)}")
    identity = managedidentity.UserAssignedIdentity(
        name,
        resource_name_=name,
        resource_group_name=cloud.resource_group,
        location=cloud.location,
        tags=cloud.tags,
        opts=place.options(parent),
    )
    conditional = not user.everything
    assigned = authorization.RoleAssignment(
        name,
        principal_id=identity.principal_id,
        # Said outright, Azure does not look up a principal that its directory may not know everywhere yet.
        principal_type="ServicePrincipal",
        role_definition_id=role,
        scope=container,
        condition=condition(user.prefixes) if conditional else None,
        condition_version="2.0" if conditional else None,
        opts=place.options(parent),
    )
    return Granted(identity=identity, ready=assigned)


def trust(
    place: AzureData, parent: pulumi.Resource, granted: Granted, name: str, accounts: Sequence[Account]
) -> tuple[pulumi.Resource, ...]:
    """Let the pods of these service accounts be the identity; Azure takes one credential after the other."""
    made: list[pulumi.Resource] = []
    for account in accounts:
        credential = managedidentity.FederatedIdentityCredential(
            f"{name}-{short(account.namespace)}",
            federated_identity_credential_resource_name=f"{short(account.namespace)}-{short(account.name)}",
            resource_name_=granted.identity.name,
            resource_group_name=place.cloud.resource_group,
            issuer=place.cloud.oidc_issuer_url,
            subject=f"system:serviceaccount:{account.namespace}:{account.name}",
            audiences=[AUDIENCE],
            opts=place.options(parent, depends_on=made[-1:]),
        )
        made.append(credential)
    return tuple(made)


def condition(prefixes: Sequence[str]) -> str:
    """What limits a role to blobs whose names begin so, and to listings of these prefixes.

    Notes about unfinished uploads are everybody's, and nobody's to list: their names hold a UUID.

    Raises:
        ValueError: a prefix has a character that ends text in a condition.
    """
    if odd := [one for one in prefixes if "'" in one or "\\" in one]:
        raise ValueError(
            f"the prefix {odd[0]} has a quotation mark or a backslash, which no condition can hold"
        )
    lists = f"ActionMatches{{'{_BLOBS}/read'}} AND SubOperationMatches{{'Blob.List'}}"
    reads = f"ActionMatches{{'{_BLOBS}/read'}} AND NOT SubOperationMatches{{'Blob.List'}}"
    others = (f"ActionMatches{{'{one}'}}" for one in (*_READS[1:], *_WRITES))
    touches = " AND ".join(f"!({one})" for one in (reads, *others))
    names = _one_of(f"@Resource[{_BLOBS}:path]", (*prefixes, MARKERS))
    listed = _one_of(f"@Request[{_BLOBS}:prefix]", prefixes)
    return f"(({touches}) OR ({names})) AND ((!({lists})) OR ({listed}))"


def _one_of(attribute: str, prefixes: Sequence[str]) -> str:
    return " OR ".join(f"{attribute} StringStartsWith '{one}'" for one in prefixes)
