"""The network of a GKE cluster: a VPC network with Cloud NAT, or one that is there."""

import ipaddress
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from .apis import COMPUTE, SERVICE_NETWORKING
from .network_settings import GivenNetworkSettings
from .scope import Scope

_COMPUTE = "https://www.googleapis.com/compute/v1/"
_PODS, _SERVICES = "pods", "services"


@dataclass(frozen=True, kw_only=True)
class Network:
    """The network, as cluster and volumes use it.

    Attributes:
        path: projects/acme-ml/global/networks/main. self_link: the same as an address.
        subnetwork: path of the nodes' subnetwork. pods_range, services_range: its secondary ranges.
        project: the project of the network; another than the cluster's for a Shared VPC.
        ways_out: what nodes need to reach image registries.
        private_services: the leaf after which Google's services can have addresses in the network.
    """

    path: pulumi.Output[str]
    self_link: pulumi.Output[str]
    subnetwork: pulumi.Output[str]
    pods_range: str
    services_range: str
    project: str
    ways_out: tuple[pulumi.Resource, ...]
    private_services: pulumi.Resource


def network_of(scope: Scope) -> Network:
    """Make the network, or take the one that is there."""
    given = scope.settings.network.given
    return _taken(scope, given) if given else _made(scope)


def _made(scope: Scope) -> Network:
    settings = scope.settings
    network = gcp.compute.Network(
        f"{scope.name}-network",
        project=settings.project,
        auto_create_subnetworks=False,
        routing_mode="REGIONAL",
        opts=scope.opts(apis=[COMPUTE]),
    )
    subnetwork = gcp.compute.Subnetwork(
        f"{scope.name}-nodes",
        project=settings.project,
        region=settings.region,
        network=network.id,
        ip_cidr_range=settings.network.range,
        secondary_ip_ranges=[
            gcp.compute.SubnetworkSecondaryIpRangeArgs(
                range_name=_PODS, ip_cidr_range=settings.network.pod_range
            ),
            gcp.compute.SubnetworkSecondaryIpRangeArgs(
                range_name=_SERVICES, ip_cidr_range=settings.network.service_range
            ),
        ],
        # Google's own APIs and registries are reached without an address of the internet.
        private_ip_google_access=True,
        log_config=gcp.compute.SubnetworkLogConfigArgs(
            aggregation_interval="INTERVAL_10_MIN", flow_sampling=0.1, metadata="INCLUDE_ALL_METADATA"
        )
        if settings.network.flow_logs
        else None,
        opts=scope.opts(),
    )
    nat = _nat(scope, network, subnetwork)
    return Network(
        path=network.id.apply(str),
        self_link=network.self_link,
        subnetwork=subnetwork.id.apply(str),
        pods_range=_PODS,
        services_range=_SERVICES,
        project=settings.project,
        ways_out=(nat,),
        private_services=_private_services(scope, network.id.apply(str), settings.project),
    )


def _taken(scope: Scope, given: GivenNetworkSettings) -> Network:
    path = pulumi.Output.from_input(given.network)
    leaf: pulumi.Resource = scope.apis.get(SERVICE_NETWORKING, scope.provider)
    if not given.private_services_access:
        leaf = _private_services(scope, path, given.project)
    return Network(
        path=path,
        self_link=pulumi.Output.from_input(_COMPUTE + given.network),
        subnetwork=pulumi.Output.from_input(given.subnetwork),
        pods_range=given.pod_range_name,
        services_range=given.service_range_name,
        project=given.project,
        ways_out=(),
        private_services=leaf,
    )


def _nat(
    scope: Scope, network: gcp.compute.Network, subnetwork: gcp.compute.Subnetwork
) -> gcp.compute.RouterNat:
    """Cloud NAT: nodes and pods reach the internet, which does not reach them."""
    settings = scope.settings
    router = gcp.compute.Router(
        f"{scope.name}-router",
        project=settings.project,
        region=settings.region,
        network=network.id,
        opts=scope.opts(),
    )
    return gcp.compute.RouterNat(
        f"{scope.name}-nat",
        project=settings.project,
        region=settings.region,
        router=router.name,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[
            gcp.compute.RouterNatSubnetworkArgs(
                name=subnetwork.id, source_ip_ranges_to_nats=["ALL_IP_RANGES"]
            )
        ],
        # Many pods of one node download from one host: ports are given as they are needed.
        enable_dynamic_port_allocation=True,
        enable_endpoint_independent_mapping=False,
        min_ports_per_vm=128,
        max_ports_per_vm=8192,
        log_config=gcp.compute.RouterNatLogConfigArgs(enable=True, filter="ERRORS_ONLY"),
        opts=scope.opts(),
    )


def _private_services(scope: Scope, network: pulumi.Output[str], project: str) -> pulumi.Resource:
    """Private services access: a range of the network in which Cloud SQL and Filestore have addresses."""
    wanted = ipaddress.ip_network(scope.settings.network.private_services_range)
    reserved = gcp.compute.GlobalAddress(
        f"{scope.name}-services",
        project=project,
        network=network,
        purpose="VPC_PEERING",
        address_type="INTERNAL",
        address=str(wanted.network_address),
        prefix_length=wanted.prefixlen,
        labels=scope.labels,
        opts=scope.opts(apis=[COMPUTE]),
    )
    return gcp.servicenetworking.Connection(
        f"{scope.name}-services",
        network=network,
        service="servicenetworking.googleapis.com",
        reserved_peering_ranges=[reserved.name],
        # Google holds a connection for days after its last database is deleted, and refuses to delete it
        # until then. Left alone, it goes with the network.
        deletion_policy="ABANDON",
        opts=scope.opts(apis=[SERVICE_NETWORKING]),
    )


def admit_control_plane(
    scope: Scope, network: Network, node_account: pulumi.Output[str]
) -> gcp.compute.Firewall:
    """Let the control plane call admission webhooks in pods.

    GKE's own rule admits it on 443 and 10250 only, and webhooks listen where their projects choose: 8443,
    9443, 15017.
    """
    return gcp.compute.Firewall(
        f"{scope.name}-webhooks",
        project=network.project,
        network=network.path,
        description="Control plane to admission webhooks",
        direction="INGRESS",
        source_ranges=[scope.settings.network.control_plane_range],
        target_service_accounts=[node_account],
        allows=[gcp.compute.FirewallAllowArgs(protocol="tcp", ports=["1024-65535"])],
        opts=scope.opts(apis=[COMPUTE]),
    )
