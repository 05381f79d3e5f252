"""The network of an AKS cluster as settings: a new virtual network, or subnets of one that is there."""

import ipaddress
from typing import Literal, Self

from pydantic import Field, model_validator

from ...settings_base import Settings
from ..cloud_settings import PrivateRange
from .names import (
    BLOB_ZONE,
    FILES_ZONE,
    MYSQL_ZONE,
    POSTGRESQL_ZONE,
    PrivateZoneId,
    SubnetId,
)

_SMALLEST = 20
_NODE_PREFIX = 24  # AKS gives each node of an overlay a /24 of the pods' range


class GivenNetworkSettings(Settings):
    """Subnets of a virtual network that is there. Its owner sees to the way out and to routes."""

    nodes_subnet_id: SubnetId = Field(description="Subnet of the nodes, one address each, with a way out.")
    api_server_subnet_id: SubnetId = Field(
        description="Subnet of the API server, /28 or larger, delegated to "
        "Microsoft.ContainerService/managedClusters."
    )
    endpoints_subnet_id: SubnetId = Field(description="Subnet of private endpoints.")
    files_zone_id: PrivateZoneId | None = Field(
        default=None,
        description="Private DNS zone privatelink.file.core.windows.net, where the network is linked to one "
        "already: a network has one zone of a name.",
    )
    blob_zone_id: PrivateZoneId | None = Field(
        default=None, description="The same of privatelink.blob.core.windows.net."
    )
    mysql_zone_id: PrivateZoneId | None = Field(
        default=None, description="The same of privatelink.mysql.database.azure.com."
    )
    postgresql_zone_id: PrivateZoneId | None = Field(
        default=None, description="The same of privatelink.postgres.database.azure.com."
    )
    egress: Literal["natGateway", "routes", "loadBalancer"] = Field(
        default="routes",
        description="How nodes reach the internet: the NAT gateway of their subnet, its routes (through a "
        "firewall), or a public load balancer that AKS makes.",
    )

    @property
    def private_zones(self) -> dict[str, str]:
        """The private DNS zones that are there, by their names."""
        given = {
            FILES_ZONE: self.files_zone_id,
            BLOB_ZONE: self.blob_zone_id,
            MYSQL_ZONE: self.mysql_zone_id,
            POSTGRESQL_ZONE: self.postgresql_zone_id,
        }
        return {name: zone for name, zone in given.items() if zone}

    @property
    def vnet_id(self) -> str:
        """The virtual network of the nodes' subnet."""
        return self.nodes_subnet_id.rpartition("/subnets/")[0]

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        for key, subnet in (
            ("apiServerSubnetId", self.api_server_subnet_id),
            ("endpointsSubnetId", self.endpoints_subnet_id),
        ):
            if subnet.rpartition("/subnets/")[0].lower() != self.vnet_id.lower():
                raise ValueError(f"{key} is not in the virtual network of nodesSubnetId, {self.vnet_id}")
        subnets = (self.nodes_subnet_id, self.api_server_subnet_id, self.endpoints_subnet_id)
        if len({one.lower() for one in subnets}) < len(subnets):
            raise ValueError("nodes, API server and endpoints each need a subnet of their own")
        return self


class NetworkSettings(Settings):
    """Addresses and rules of the cluster's network."""

    range: PrivateRange = Field(
        default="10.40.0.0/16",
        description=f"Range of the new virtual network, /{_SMALLEST} or larger; nodes have a quarter of it.",
    )
    given: GivenNetworkSettings | None = Field(
        default=None, description="Subnets that are there, instead of a new virtual network."
    )
    pod_range: PrivateRange = Field(
        default="10.128.0.0/14", description="Range of pods (overlay); each node takes a /24 of it."
    )
    service_range: PrivateRange = Field(default="10.96.0.0/20", description="Range of Services.")
    policies: Literal["cilium", "azure"] = Field(
        default="cilium",
        description="What enforces NetworkPolicies: Azure CNI powered by Cilium (its data plane too), or "
        "Azure's Network Policy Manager.",
    )
    egress_addresses: int = Field(
        default=1,
        ge=1,
        le=16,
        description="Public addresses of the new NAT gateway: 64,512 connections to one destination each.",
    )

    @model_validator(mode="after")
    def _do_not_overlap(self) -> Self:
        ranges = {"podRange": self.pod_range, "serviceRange": self.service_range}
        if self.given is None:
            if ipaddress.ip_network(self.range).prefixlen > _SMALLEST:
                raise ValueError(
                    f"range {self.range} is too small for three subnets: /{_SMALLEST} or larger is needed"
                )
            ranges["range"] = self.range
        checked: dict[str, str] = {}
        for key, text in ranges.items():
            if ipaddress.ip_network(text).version != 4:
                raise ValueError(f"{key} {text} is not a range of IPv4, which nodes and pods have here")
            for other, taken in checked.items():
                if ipaddress.ip_network(text).overlaps(ipaddress.ip_network(taken)):
                    raise ValueError(
                        f"{key} {text} and {other} {taken} overlap: each needs addresses of its own"
                    )
            checked[key] = text
        return self

    @property
    def most_nodes(self) -> int:
        """How many nodes the pods' range is enough for."""
        return 2 ** max(_NODE_PREFIX - ipaddress.ip_network(self.pod_range).prefixlen, 0)

    @property
    def dns_address(self) -> str:
        """The address of the cluster's DNS service, the tenth of the range of Services."""
        return str(ipaddress.ip_network(self.service_range)[10])

    @property
    def subnet_ranges(self) -> dict[str, str]:
        """The ranges of the new network's subnets, by their names."""
        nodes, rest, *_ = ipaddress.ip_network(self.range).subnets(prefixlen_diff=2)
        endpoints, api_server, *_ = rest.subnets(prefixlen_diff=2)
        return {
            "nodes": str(nodes),
            "endpoints": str(endpoints),
            "api-server": str(api_server),
        }
