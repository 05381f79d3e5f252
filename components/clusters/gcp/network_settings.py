"""The network of a GKE cluster as settings: new, or one that is there."""

import ipaddress
import itertools
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.alias_generators import to_camel

from ...settings_base import Settings
from ..cloud_settings import PrivateRange

PODS_PER_NODE = 110
"""The most pods of a node; GKE then gives each node a /24 of the pods' range."""

_NODE_PREFIX = 24
_CONTROL_PLANE_PREFIX = 28


def _control_plane(text: str) -> str:
    if ipaddress.ip_network(text).prefixlen != _CONTROL_PLANE_PREFIX:
        message = (
            f"'{text}' is not a range of 16 addresses, which GKE takes for the control plane: 172.16.0.0/28"
        )
        raise ValueError(message)
    return text


ControlPlaneRange = Annotated[PrivateRange, AfterValidator(_control_plane)]


class GivenNetworkSettings(Settings):
    """A VPC network that is there, also one that another project shares (Shared VPC).

    Its subnetwork has private Google access, and Cloud NAT or another way to the image registries.
    """

    network: str = Field(
        pattern=r"^projects/[-a-z0-9]+/global/networks/[-a-z0-9]+$",
        description="The network: projects/acme-net/global/networks/main.",
    )
    subnetwork: str = Field(
        pattern=r"^projects/[-a-z0-9]+/regions/[-a-z0-9]+/subnetworks/[-a-z0-9]+$",
        description="Subnetwork of the nodes: projects/acme-net/regions/europe-west4/subnetworks/ml.",
    )
    pod_range_name: str = Field(description="Name of the subnetwork's secondary range for pods.")
    service_range_name: str = Field(description="Name of the subnetwork's secondary range for services.")
    private_services_access: bool = Field(
        default=True,
        description="Whether the network already has private services access, by which Cloud SQL and "
        "Filestore have addresses in it; where not, it is set up.",
    )

    @property
    def project(self) -> str:
        """The project that the network belongs to."""
        return self.network.split("/")[1]

    @property
    def region(self) -> str:
        """The region of the subnetwork."""
        return self.subnetwork.split("/")[3]


class NetworkSettings(Settings):
    """The network: a new VPC network with Cloud NAT of these ranges, or one that is there."""

    range: PrivateRange = Field(default="10.0.0.0/20", description="Addresses of nodes, one each.")
    pod_range: PrivateRange = Field(
        default="10.4.0.0/14", description="Addresses of pods, 256 for each node."
    )
    service_range: PrivateRange = Field(default="10.8.0.0/20", description="Addresses of Services.")
    control_plane_range: ControlPlaneRange = Field(
        default="172.16.0.0/28", description="Addresses of the control plane in the network (16 of them)."
    )
    private_services_range: PrivateRange = Field(
        default="10.16.0.0/16", description="Addresses of Google's services: Cloud SQL, Filestore."
    )
    flow_logs: bool = Field(default=True, description="Whether a sample of the network's traffic is logged.")
    given: GivenNetworkSettings | None = Field(
        default=None, description="A network that is there, instead of a new one."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.given and (
            own := self.model_fields_set & {"range", "pod_range", "service_range", "flow_logs"}
        ):
            raise ValueError(
                f"a network that is given has its own: leave out {', '.join(sorted(map(to_camel, own)))}"
            )
        ranges = {
            "controlPlaneRange": self.control_plane_range,
            "privateServicesRange": self.private_services_range,
            **(
                {}
                if self.given
                else {"range": self.range, "podRange": self.pod_range, "serviceRange": self.service_range}
            ),
        }
        for (one, first), (other, second) in itertools.combinations(ranges.items(), 2):
            if ipaddress.ip_network(first).overlaps(ipaddress.ip_network(second)):
                raise ValueError(f"{one} ({first}) and {other} ({second}) overlap: each needs its own")
        return self

    @property
    def most_nodes(self) -> int | None:
        """How many nodes the ranges of a new network are enough for; None for one that is there."""
        if self.given:
            return None
        by_pods = 2 ** max(0, _NODE_PREFIX - ipaddress.ip_network(self.pod_range).prefixlen)
        # Google keeps four addresses of a subnetwork for itself.
        return min(by_pods, ipaddress.ip_network(self.range).num_addresses - 4)
