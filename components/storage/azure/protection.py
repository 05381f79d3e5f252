"""What keeps a resource from being deleted by Azure, whoever asks."""

import pulumi
from pulumi_azure_native import authorization

from .place import AzureData


def lock(place: AzureData, parent: pulumi.Resource, name: str, scope: pulumi.Input[str]) -> None:
    """Have Azure refuse to delete a resource and what belongs to it."""
    authorization.ManagementLockByScope(
        name,
        scope=scope,
        lock_name="slipway-deletion-protection",
        level="CanNotDelete",
        notes="Set deletionProtection of slipway:data.database to false and run `pulumi up` before.",
        opts=place.options(parent),
    )
