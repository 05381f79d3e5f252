"""What every resource of the cluster in Azure shares: resource group, region, tags, provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import Provider, resources

from .settings import AzureSettings


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where resources go.

    Attributes:
        name: name of the cluster, by which its resources are named.
        group: the stack's own resource group, which holds nothing else.
        tags: what each resource carries.
    """

    name: str
    settings: AzureSettings
    group: resources.ResourceGroup
    tags: Mapping[str, str]
    parent: pulumi.Resource
    provider: Provider

    @property
    def region(self) -> str:
        """The region of the cluster."""
        return self.settings.region

    def named(self, role: str) -> str:
        """The name of a resource with that role."""
        return f"{self.name}-{role}"

    @property
    def short_name(self) -> str:
        """How names begin that may have 24 letters and digits, eight of them a suffix that Pulumi adds."""
        return "kf" + "".join(letter for letter in self.name if letter.isalnum())[:13]

    def options(
        self,
        depends_on: Sequence[pulumi.Resource] = (),
        ignore_changes: Sequence[str] = (),
        *,
        protect: bool | None = None,
    ) -> pulumi.ResourceOptions:
        """Options of a resource in Azure."""
        return pulumi.ResourceOptions(
            parent=self.parent,
            provider=self.provider,
            depends_on=list(depends_on) or None,
            ignore_changes=list(ignore_changes) or None,
            protect=protect,
        )


def make_ground(parent: pulumi.Resource, name: str, settings: AzureSettings) -> Ground:
    """Make provider and resource group. Its credentials the provider takes from the environment."""
    provider = Provider(
        name,
        subscription_id=settings.subscription_id,
        location=settings.region,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    tags = {"slipway-cluster": name, **settings.tags}
    group = resources.ResourceGroup(
        name,
        resource_group_name=name,
        location=settings.region,
        tags=tags,
        opts=pulumi.ResourceOptions(parent=parent, provider=provider),
    )
    return Ground(name=name, settings=settings, group=group, tags=tags, parent=parent, provider=provider)
