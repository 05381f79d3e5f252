"""Private endpoints: an address in the cluster's network for a service of Azure, and its name there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi
from pulumi_azure_native import network, privatedns


@dataclass(frozen=True, kw_only=True)
class Target:
    """What an endpoint leads to.

    Attributes:
        id: the resource. part: what of it, as Azure calls it (`groupIds`).
        zone: the private DNS zone that has its name.
    """

    id: pulumi.Input[str]
    part: Literal["blob", "file", "mysqlServer", "postgresqlServer"]
    zone: str


@dataclass(frozen=True, kw_only=True)
class PrivateLinks:
    """The endpoints of one network.

    Attributes:
        network: what links of zones are called.
        given: IDs of zones that the network is linked to already, by their names: it has one of a name.
    """

    network: str
    group: pulumi.Input[str]
    location: str
    subnet_id: pulumi.Input[str]
    vnet_id: pulumi.Input[str]
    tags: Mapping[str, str]
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    _made: dict[str, tuple[pulumi.Input[str], tuple[pulumi.Resource, ...]]] = field(
        default_factory=dict[str, tuple[pulumi.Input[str], tuple[pulumi.Resource, ...]]]
    )

    def endpoint(
        self,
        name: str,
        target: Target,
        opts: pulumi.ResourceOptions,
        *,
        zone: str,
        zone_opts: pulumi.ResourceOptions,
    ) -> tuple[pulumi.Resource, ...]:
        """Make an endpoint; return the leaves after which pods reach it by name.

        Args:
            zone: what Pulumi calls the DNS zone, which is made with `zone_opts` where it is the first of its
                name.
        """
        zone_id, linked = self._zone(target.zone, zone, zone_opts)
        short = target.part.removesuffix("Server")
        endpoint = network.PrivateEndpoint(
            name,
            resource_group_name=self.group,
            location=self.location,
            subnet=network.SubnetArgs(id=self.subnet_id),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=short, private_link_service_id=target.id, group_ids=[target.part]
                )
            ],
            tags=self.tags,
            opts=opts,
        )
        records = network.PrivateDnsZoneGroup(
            name,
            private_dns_zone_group_name="default",
            private_endpoint_name=endpoint.name,
            resource_group_name=self.group,
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(name=short, private_dns_zone_id=zone_id)
            ],
            opts=opts,
        )
        return (*linked, records)

    def _zone(
        self, zone: str, name: str, opts: pulumi.ResourceOptions
    ) -> tuple[pulumi.Input[str], tuple[pulumi.Resource, ...]]:
        """The zone's ID, and a new zone's link to the network."""
        if zone in self.given:
            return self.given[zone], ()
        if zone not in self._made:
            made = privatedns.PrivateZone(
                name,
                private_zone_name=zone,
                resource_group_name=self.group,
                location="global",
                tags=self.tags,
                opts=opts,
            )
            link = privatedns.VirtualNetworkLink(
                name,
                virtual_network_link_name=self.network,
                private_zone_name=made.name,
                resource_group_name=self.group,
                location="global",
                registration_enabled=False,
                # Services of others that have private endpoints elsewhere are found by their public names.
                resolution_policy=privatedns.ResolutionPolicy.NX_DOMAIN_REDIRECT,
                virtual_network=privatedns.SubResourceArgs(id=self.vnet_id),
                tags=self.tags,
                opts=opts,
            )
            self._made[zone] = (made.id, (link,))
        return self._made[zone]
