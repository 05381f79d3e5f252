"""Settings of Istio: the control plane, the sidecars, the ingress gateway."""

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...kube.settings import Compute
from ...settings_base import Settings


def _range(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError:
        message = f"'{value}' is not a range of addresses (203.0.113.0/24, 2001:db8::/32)"
        raise ValueError(message) from None
    return value


AddressRange = Annotated[str, AfterValidator(_range)]


class NodePorts(Settings):
    """Ports of every node at which the gateway answers, where no load balancer stands before it."""

    http: int = Field(ge=30000, le=32767, description="Port for plain HTTP.")
    https: int = Field(ge=30000, le=32767, description="Port for HTTPS.")


class IngressGatewaySettings(Settings):
    """The pods through which requests from outside come in, and the Service before them."""

    requests: Compute = Field(default=Compute(cpu="100m", memory="128Mi"), description="What each reserves.")
    limits: Compute = Field(default=Compute(cpu="2", memory="1Gi"), description="What each may use at most.")
    max_replicas: int = Field(
        default=5, ge=1, le=100, description="Pods under load; at rest as many as addons.replicas."
    )
    service_annotations: dict[str, str] = Field(
        default={}, description="Annotations of the Service: what a cloud's load balancer is told."
    )
    source_ranges: tuple[AddressRange, ...] = Field(
        default=(), description="Addresses that the load balancer admits; none: every address."
    )
    preserve_client_address: bool = Field(
        default=True,
        description="Whether a load balancer sends requests only to nodes with a gateway pod, which then "
        "sees the client's address.",
    )
    node_ports: NodePorts | None = Field(
        default=None,
        description="Fixed ports, where the cluster has no load balancer; any free ones if not given.",
    )


class IstioSettings(Settings):
    """The Istio service mesh."""

    enabled: bool = Field(
        default=True,
        description="Whether it is installed. Off in a stack with `slipway:minimal`, and nowhere else.",
    )
    control_plane: Compute = Field(
        default=Compute(cpu="500m", memory="2Gi"), description="What each pod of istiod reserves."
    )
    max_replicas: int = Field(
        default=5, ge=1, le=20, description="Pods of istiod under load; at rest as many as addons.replicas."
    )
    sidecar: Compute = Field(
        default=Compute(cpu="10m", memory="64Mi"), description="What the sidecar of each pod reserves."
    )
    outbound_traffic: Literal["ALLOW_ANY", "REGISTRY_ONLY"] = Field(
        default="ALLOW_ANY",
        description="Whether pods reach addresses that the mesh does not know: packages, models, buckets.",
    )
    access_logs: Literal["none", "text", "json"] = Field(
        default="none", description="Whether each proxy writes a line for each request, and how."
    )
    gateway: IngressGatewaySettings = Field(
        default=IngressGatewaySettings(), description="The ingress gateway."
    )

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        ports = self.gateway.node_ports
        if ports is not None and ports.http == ports.https:
            message = f"gateway.nodePorts: http and https are both {ports.http}; give two different ports"
            raise ValueError(message)
        return self
