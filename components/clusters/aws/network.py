"""The network of the cluster: nodes in private subnets, one for each zone, and what leads out of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from .endpoints import endpoints
from .flow_logs import flow_logs
from .place import Place


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network that nodes can be in.

    Attributes:
        private: the private subnet of each zone. cidr: the range of the whole network.
        ready: what leads out of the private subnets; nodes wait for it, and go before it.
    """

    vpc_id: pulumi.Output[str]
    cidr: str
    private: Mapping[str, pulumi.Output[str]]
    ready: tuple[pulumi.Resource, ...] = ()


def network(place: Place, key_arn: pulumi.Output[str]) -> Network:
    """The network that the settings mean: the given one as it is, or a new one."""
    given = place.settings.network.given
    if given:
        return Network(
            vpc_id=pulumi.Output.from_input(given.vpc_id),
            cidr=given.range,
            private={
                zone: pulumi.Output.from_input(subnet) for zone, subnet in given.private_subnets.items()
            },
        )
    return _new(place, key_arn)


def _new(place: Place, key_arn: pulumi.Output[str]) -> Network:
    settings = place.settings.network
    vpc = ec2.Vpc(
        place.name("vpc"),
        cidr_block=settings.range,
        enable_dns_hostnames=True,
        enable_dns_support=True,
        tags={"Name": f"{place.cluster}-vpc"},
        opts=place.options(),
    )
    # Members of the group that AWS gives every network may talk freely: it has none, and loses its rules.
    ec2.DefaultSecurityGroup(place.name("default"), vpc_id=vpc.id, opts=place.options())
    gateway = ec2.InternetGateway(
        place.name("internet"),
        vpc_id=vpc.id,
        tags={"Name": f"{place.cluster}-internet"},
        opts=place.options(),
    )
    outside = ec2.RouteTable(
        place.name("public"),
        vpc_id=vpc.id,
        routes=[ec2.RouteTableRouteArgs(cidr_block="0.0.0.0/0", gateway_id=gateway.id)],
        tags={"Name": f"{place.cluster}-public"},
        opts=place.options(),
    )
    ready: list[pulumi.Resource] = []
    private: dict[str, pulumi.Output[str]] = {}
    tables: list[pulumi.Output[str]] = []
    nat: ec2.NatGateway | None = None
    for zone, (private_range, public_range) in settings.subnets(place.settings.all_zones).items():
        subnet = _subnet(place, vpc, zone, private_range, role="internal-elb")
        public = _subnet(place, vpc, zone, public_range, role="elb")
        routed = ec2.RouteTableAssociation(
            place.name(f"public-{zone}"),
            subnet_id=public.id,
            route_table_id=outside.id,
            opts=place.options(),
        )
        if nat is None or settings.nat == "perZone":
            nat = _nat(place, zone, public, (gateway, routed))
        table = ec2.RouteTable(
            place.name(f"private-{zone}"),
            vpc_id=vpc.id,
            routes=[ec2.RouteTableRouteArgs(cidr_block="0.0.0.0/0", nat_gateway_id=nat.id)],
            tags={"Name": f"{place.cluster}-private-{zone}"},
            opts=place.options(),
        )
        ready += [
            routed,
            ec2.RouteTableAssociation(
                place.name(f"private-{zone}"),
                subnet_id=subnet.id,
                route_table_id=table.id,
                opts=place.options(),
            ),
        ]
        private[zone] = subnet.id
        tables.append(table.id)
    ready += endpoints(place, vpc, tables, list(private.values()))
    flow_logs(place, vpc, key_arn)
    return Network(vpc_id=vpc.id, cidr=settings.range, private=private, ready=tuple(ready))


def _subnet(place: Place, vpc: ec2.Vpc, zone: str, cidr: str, *, role: str) -> ec2.Subnet:
    """A subnet; its tag says to AWS Load Balancer Controller whose load balancers may be in it."""
    kind = "public" if role == "elb" else "private"
    return ec2.Subnet(
        place.name(f"{kind}-{zone}"),
        vpc_id=vpc.id,
        availability_zone=zone,
        cidr_block=cidr,
        map_public_ip_on_launch=False,
        tags={"Name": f"{place.cluster}-{kind}-{zone}", f"kubernetes.io/role/{role}": "1"},
        opts=place.options(),
    )


def _nat(place: Place, zone: str, public: ec2.Subnet, after: tuple[pulumi.Resource, ...]) -> ec2.NatGateway:
    address = ec2.Eip(
        place.name(f"nat-{zone}"),
        domain="vpc",
        tags={"Name": f"{place.cluster}-nat-{zone}"},
        opts=place.options(depends_on=after),
    )
    return ec2.NatGateway(
        place.name(f"nat-{zone}"),
        subnet_id=public.id,
        allocation_id=address.id,
        tags={"Name": f"{place.cluster}-{zone}"},
        opts=place.options(depends_on=after),
    )
