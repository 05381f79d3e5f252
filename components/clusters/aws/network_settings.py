"""The network of an EKS cluster as settings: a new VPC, or one that is given."""

import ipaddress
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from ...settings_base import Settings
from ..cloud_settings import PrivateRange

# Regions in which some account has no zone with one of the first three letters (AWS, zone names by region).
_LETTERS = {"ap-northeast-1": "acd", "ca-central-1": "abd", "us-west-1": "ac"}

InterfaceEndpoint = Literal[
    "autoscaling",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticfilesystem",
    "elasticloadbalancing",
    "kms",
    "logs",
    "sts",
]


def default_zones(region: str) -> tuple[str, ...]:
    """The zones of a cluster that does not name its own: three where the region has them."""
    return tuple(f"{region}{letter}" for letter in _LETTERS.get(region, "abc"))


class GivenNetworkSettings(Settings):
    """A VPC that is there already, with its routes to the internet or to endpoints of AWS.

    Subnets of load balancers are found by their tags `kubernetes.io/role/elb` and
    `kubernetes.io/role/internal-elb`, as AWS Load Balancer Controller documents them.
    """

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$", description="The VPC: vpc-0123456789abcdef0.")
    range: PrivateRange = Field(description="Its range of addresses (CIDR).")
    private_subnets: Mapping[str, str] = Field(
        description="A private subnet of each zone, by the zone's name."
    )

    @model_validator(mode="after")
    def _subnets(self) -> Self:
        wrong = [one for one in self.private_subnets.values() if not one.startswith("subnet-")]
        if wrong:
            raise ValueError(f"'{wrong[0]}' is not a subnet of AWS (subnet-0123456789abcdef0)")
        if len(self.private_subnets) < 2:
            raise ValueError(
                f"privateSubnets has {len(self.private_subnets)} of them; EKS needs two zones or more"
            )
        return self


class NetworkSettings(Settings):
    """The network: a new VPC unless one is given."""

    range: PrivateRange = Field(
        default="10.0.0.0/16",
        description="Range of a new VPC (CIDR, /16 to /20): a quarter for each of up to three zones, the "
        "last for what has public addresses.",
    )
    service_range: PrivateRange = Field(
        default="172.20.0.0/16", description="Range of Kubernetes Services, apart from that of the VPC."
    )
    nat: Literal["perZone", "single"] = Field(
        default="perZone",
        description="NAT gateways of a new VPC: one in each zone, or a single one, cheaper, with which all "
        "zones lose the internet when its zone fails.",
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        default=("ec2", "ecr.api", "ecr.dkr", "eks-auth", "sts"),
        description="Services of AWS that a new VPC reaches without leaving it, besides S3, which always is.",
    )
    flow_logs: Literal["none", "rejected", "all"] = Field(
        default="rejected", description="Which connections of a new VPC are logged."
    )
    given: GivenNetworkSettings | None = Field(
        default=None, description="A VPC that is there already, in place of a new one."
    )

    @model_validator(mode="after")
    def _ranges(self) -> Self:
        used = ipaddress.ip_network(self.given.range if self.given else self.range)
        services = ipaddress.ip_network(self.service_range)
        if used.version != 4 or services.version != 4:
            raise ValueError("range and serviceRange are of IPv4: 10.0.0.0/16")
        if self.given is None and not 16 <= used.prefixlen <= 20:
            raise ValueError(f"range {used} is a /{used.prefixlen}; allowed for a new VPC: /16 to /20")
        if not 12 <= services.prefixlen <= 24:
            raise ValueError(f"serviceRange {services} is a /{services.prefixlen}; allowed: /12 to /24")
        if used.overlaps(services):
            raise ValueError(f"serviceRange {services} overlaps the network's {used}: choose another")
        return self

    def subnets(self, zones: tuple[str, ...]) -> dict[str, tuple[str, str]]:
        """The private and the public range of a new VPC in each zone."""
        whole = ipaddress.ip_network(self.range)
        quarters = list(whole.subnets(prefixlen_diff=2))
        public = list(quarters[3].subnets(new_prefix=min(whole.prefixlen + 6, 26)))
        return {
            zone: (str(private), str(public[index]))
            for index, (zone, private) in enumerate(zip(zones, quarters, strict=False))
        }
