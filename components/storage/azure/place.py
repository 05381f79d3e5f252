"""Where data services are made: resource group and network of the cluster, with a provider of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import pulumi
from pulumi_azure_native import Provider

from ...clusters.azure.private_link import PrivateLinks, Target
from ...contracts import AzureCloud

# Names of servers have at most 63 characters, eight of them a suffix that Pulumi adds.
_LONGEST = 54


def short(name: str) -> str:
    """A name of at most 36 characters, another one for each that is longer."""
    if len(name) <= 36:
        return name
    return f"{name[:27].rstrip('-')}-{sha256(name.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, kw_only=True)
class AzureData:
    """What every database and bucket of the stack shares.

    Attributes:
        cluster: name of the cluster, which names begin with.
    """

    cluster: str
    cloud: AzureCloud
    provider: Provider

    def options(
        self,
        parent: pulumi.Resource | None = None,
        *,
        depends_on: Sequence[pulumi.Resource] = (),
        protect: bool = False,
    ) -> pulumi.ResourceOptions:
        """Options of a resource in Azure. Its own provider, and nothing of the cluster's."""
        return pulumi.ResourceOptions(
            parent=parent,
            provider=self.provider,
            depends_on=list(depends_on) or None,
            protect=protect or None,
        )

    def name(self, purpose: str) -> str:
        """Name of a resource; Azure makes sure that those are unique that have to be."""
        return f"{self.cluster[: _LONGEST - 1 - len(purpose)].rstrip('-')}-{purpose}"

    @property
    def account_name(self) -> str:
        """How the name of a storage account begins: it may have 24 letters and digits, with the suffix."""
        return "kfb" + "".join(letter for letter in self.cluster if letter.isalnum())[:12]

    def endpoint(self, parent: pulumi.Resource, name: str, target: Target) -> tuple[pulumi.Resource, ...]:
        """Give a service an address in the cluster's network; return the leaves after which it is known."""
        zone = self.name(target.part.removesuffix("Server"))
        return self._links.endpoint(name, target, self.options(parent), zone=zone, zone_opts=self.options())

    @cached_property
    def _links(self) -> PrivateLinks:
        cloud = self.cloud
        return PrivateLinks(
            network=self.cluster,
            group=cloud.resource_group,
            location=cloud.location,
            subnet_id=cloud.endpoints_subnet_id,
            vnet_id=cloud.vnet_id,
            tags=cloud.tags,
            given=cloud.private_zones,
        )


def azure_data(cloud: AzureCloud, cluster: str) -> AzureData:
    """The place. Its credentials the provider takes from the environment."""
    provider = Provider(f"{cluster}-data", subscription_id=cloud.subscription_id, location=cloud.location)
    return AzureData(cluster=cluster, cloud=cloud, provider=provider)
