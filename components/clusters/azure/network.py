"""The virtual network: subnets for nodes, API server and private endpoints, and the way out.

No subnet has a way out of its own; nodes have one through a NAT gateway. The nodes' subnet has no security
group here: AKS keeps one at the nodes' interfaces, which lets nothing in from the internet but what a Service
of type LoadBalancer opens, and does not know of another.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from .ground import Ground
from .identity import Identities, assign

_OUTBOUND = {
    "natGateway": "userAssignedNATGateway",
    "routes": "userDefinedRouting",
    "loadBalancer": "loadBalancer",
}


@dataclass(frozen=True, kw_only=True)
class Network:
    """The cluster's network, new or given. `outbound_type` is AKS's word for the way out."""

    vnet_id: pulumi.Output[str]
    nodes_subnet_id: pulumi.Output[str]
    api_server_subnet_id: pulumi.Output[str]
    endpoints_subnet_id: pulumi.Output[str]
    outbound_type: str


def make_network(ground: Ground, identities: Identities) -> Network:
    """Make the network, or take the one given, and let the control plane join nodes and itself to it."""
    made = _given(ground) or _new(ground)
    for role, subnet in (("nodes", made.nodes_subnet_id), ("api-server", made.api_server_subnet_id)):
        identities.roles.append(
            assign(
                ground,
                f"{role}-subnet",
                "Network Contributor",
                identities.control_plane.principal_id,
                subnet,
            )
        )
    return made


def _given(ground: Ground) -> Network | None:
    given = ground.settings.network.given
    if given is None:
        return None
    return Network(
        vnet_id=pulumi.Output.from_input(given.vnet_id),
        nodes_subnet_id=pulumi.Output.from_input(given.nodes_subnet_id),
        api_server_subnet_id=pulumi.Output.from_input(given.api_server_subnet_id),
        endpoints_subnet_id=pulumi.Output.from_input(given.endpoints_subnet_id),
        outbound_type=_OUTBOUND[given.egress],
    )


def _new(ground: Ground) -> Network:
    settings = ground.settings.network
    vnet = network.VirtualNetwork(
        ground.name,
        virtual_network_name=ground.name,
        resource_group_name=ground.group.name,
        location=ground.region,
        address_space=network.AddressSpaceArgs(address_prefixes=[settings.range]),
        tags=ground.tags,
        # Subnets are resources of their own; Azure gives them back here.
        opts=ground.options(ignore_changes=["subnets"]),
    )
    gateway = _nat_gateway(ground)
    guard = _security_group(ground)
    previous: list[pulumi.Resource] = []

    def subnet(
        name: str,
        *,
        delegated_to: str | None = None,
        nat: network.NatGateway | None = None,
        security: network.NetworkSecurityGroup | None = None,
    ) -> network.Subnet:
        made = network.Subnet(
            ground.named(name),
            subnet_name=name,
            resource_group_name=ground.group.name,
            virtual_network_name=vnet.name,
            address_prefix=settings.subnet_ranges[name],
            default_outbound_access=False,
            delegations=[network.DelegationArgs(name="service", service_name=delegated_to)]
            if delegated_to
            else None,
            nat_gateway=network.SubResourceArgs(id=nat.id) if nat else None,
            network_security_group=network.NetworkSecurityGroupArgs(id=security.id) if security else None,
            private_endpoint_network_policies="NetworkSecurityGroupEnabled" if security else None,
            # Azure changes one subnet of a network at a time and refuses the others meanwhile.
            opts=ground.options(depends_on=previous),
        )
        previous[:] = [made]
        return made

    nodes = subnet("nodes", nat=gateway)
    api_server = subnet("api-server", delegated_to="Microsoft.ContainerService/managedClusters")
    endpoints = subnet("endpoints", security=guard)
    return Network(
        vnet_id=vnet.id,
        nodes_subnet_id=nodes.id,
        api_server_subnet_id=api_server.id,
        endpoints_subnet_id=endpoints.id,
        outbound_type=_OUTBOUND["natGateway"],
    )


def _nat_gateway(ground: Ground) -> network.NatGateway:
    addresses = [
        network.PublicIPAddress(
            ground.named(f"egress-{number}"),
            resource_group_name=ground.group.name,
            location=ground.region,
            sku=network.PublicIPAddressSkuArgs(name="Standard", tier="Regional"),
            public_ip_allocation_method="Static",
            public_ip_address_version="IPv4",
            zones=list(ground.settings.zones) or None,
            tags=ground.tags,
            opts=ground.options(),
        )
        for number in range(ground.settings.network.egress_addresses)
    ]
    return network.NatGateway(
        ground.named("egress"),
        resource_group_name=ground.group.name,
        location=ground.region,
        sku=network.NatGatewaySkuArgs(name="Standard"),
        public_ip_addresses=[network.SubResourceArgs(id=address.id) for address in addresses],
        idle_timeout_in_minutes=30,
        tags=ground.tags,
        opts=ground.options(),
    )


def _security_group(ground: Ground) -> network.NetworkSecurityGroup:
    return network.NetworkSecurityGroup(
        ground.named("data"),
        resource_group_name=ground.group.name,
        location=ground.region,
        security_rules=[
            network.SecurityRuleArgs(
                name="no-internet",
                description="Endpoints are for the virtual network only.",
                priority=4096,
                direction="Inbound",
                access="Deny",
                protocol="*",
                source_address_prefix="Internet",
                source_port_range="*",
                destination_address_prefix="*",
                destination_port_range="*",
            )
        ],
        tags=ground.tags,
        opts=ground.options(),
    )
