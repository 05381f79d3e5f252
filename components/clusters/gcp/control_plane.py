"""The control plane of a GKE cluster, without node pools."""

import pulumi_gcp as gcp

from .apis import COMPUTE, CONTAINER
from .encryption import Encryption
from .identity import NodeAccount
from .network import Network
from .network_settings import PODS_PER_NODE
from .scope import Scope
from .settings import GcpSettings

_LOGS = {
    "system": "SYSTEM_COMPONENTS",
    "workloads": "WORKLOADS",
    "apiServer": "APISERVER",
    "scheduler": "SCHEDULER",
    "controllerManager": "CONTROLLER_MANAGER",
}
# Of the nodes, of GPUs (DCGM), and of the state of workloads.
_METRICS = (
    "SYSTEM_COMPONENTS",
    "STORAGE",
    "POD",
    "DEPLOYMENT",
    "STATEFULSET",
    "DAEMONSET",
    "HPA",
    "JOBSET",
    "DCGM",
)


def control_plane(
    scope: Scope, network: Network, nodes: NodeAccount, encryption: Encryption | None
) -> gcp.container.Cluster:
    """Make the regional cluster."""
    settings = scope.settings
    return gcp.container.Cluster(
        f"{scope.name}-cluster",
        name=scope.name,
        project=settings.project,
        location=settings.region,
        node_locations=list(settings.zones) or None,
        network=network.path,
        subnetwork=network.subnetwork,
        networking_mode="VPC_NATIVE",
        ip_allocation_policy=gcp.container.ClusterIpAllocationPolicyArgs(
            cluster_secondary_range_name=network.pods_range,
            services_secondary_range_name=network.services_range,
        ),
        default_max_pods_per_node=PODS_PER_NODE,
        # Internal load balancers lead to some of the nodes, however many there are.
        enable_l4_ilb_subsetting=True,
        # Dataplane V2: enforces NetworkPolicies, and is what networks of accelerators need.
        datapath_provider="ADVANCED_DATAPATH",
        private_cluster_config=gcp.container.ClusterPrivateClusterConfigArgs(
            enable_private_nodes=True,
            enable_private_endpoint=not settings.endpoint.public,
            master_ipv4_cidr_block=settings.network.control_plane_range,
            master_global_access_config=gcp.container.ClusterPrivateClusterConfigMasterGlobalAccessConfigArgs(
                enabled=False
            ),
        ),
        master_authorized_networks_config=_authorized(settings),
        control_plane_endpoints_config=gcp.container.ClusterControlPlaneEndpointsConfigArgs(
            dns_endpoint_config=gcp.container.ClusterControlPlaneEndpointsConfigDnsEndpointConfigArgs(
                allow_external_traffic=False
            )
        ),
        min_master_version=settings.version,
        release_channel=gcp.container.ClusterReleaseChannelArgs(channel=settings.upgrades.channel.upper()),
        maintenance_policy=_maintenance(settings),
        workload_identity_config=gcp.container.ClusterWorkloadIdentityConfigArgs(
            workload_pool=f"{settings.project}.svc.id.goog"
        ),
        database_encryption=gcp.container.ClusterDatabaseEncryptionArgs(
            state="ENCRYPTED", key_name=encryption.key
        )
        if encryption
        else None,
        authenticator_groups_config=gcp.container.ClusterAuthenticatorGroupsConfigArgs(
            security_group=settings.security_group
        )
        if settings.security_group
        else None,
        enable_shielded_nodes=True,
        enable_legacy_abac=False,
        anonymous_authentication_config=gcp.container.ClusterAnonymousAuthenticationConfigArgs(
            # Health checks only.
            mode="LIMITED"
        ),
        master_auth=gcp.container.ClusterMasterAuthArgs(
            client_certificate_config=gcp.container.ClusterMasterAuthClientCertificateConfigArgs(
                issue_client_certificate=False
            )
        ),
        security_posture_config=gcp.container.ClusterSecurityPostureConfigArgs(
            mode="BASIC", vulnerability_mode="VULNERABILITY_DISABLED"
        ),
        addons_config=_addons(settings),
        # Nodes without work go soon: accelerators that idle are the largest part of a bill.
        cluster_autoscaling=gcp.container.ClusterClusterAutoscalingArgs(
            enabled=False, autoscaling_profile="OPTIMIZE_UTILIZATION"
        ),
        logging_config=gcp.container.ClusterLoggingConfigArgs(
            enable_components=[_LOGS[one] for one in settings.logs.components]
        ),
        monitoring_config=gcp.container.ClusterMonitoringConfigArgs(
            enable_components=list(_METRICS),
            managed_prometheus=gcp.container.ClusterMonitoringConfigManagedPrometheusArgs(
                enabled=settings.managed_prometheus
            ),
        ),
        cost_management_config=gcp.container.ClusterCostManagementConfigArgs(enabled=True),
        resource_labels=scope.labels,
        deletion_protection=settings.deletion_protection,
        # GKE makes no cluster without a pool: this one is deleted at once, and is protected until then.
        remove_default_node_pool=True,
        initial_node_count=1,
        node_config=gcp.container.ClusterNodeConfigArgs(
            service_account=nodes.email,
            boot_disk_kms_key=encryption.key if encryption else None,
            shielded_instance_config=gcp.container.ClusterNodeConfigShieldedInstanceConfigArgs(
                enable_secure_boot=True, enable_integrity_monitoring=True
            ),
            workload_metadata_config=gcp.container.ClusterNodeConfigWorkloadMetadataConfigArgs(
                mode="GKE_METADATA"
            ),
        ),
        opts=scope.opts(
            apis=[COMPUTE, CONTAINER],
            depends_on=[*network.ways_out, *nodes.grants, *(encryption.grants if encryption else ())],
            # What GKE says of these later is of the pools that are made beside it.
            ignore_changes=["initialNodeCount", "nodeConfig"],
            # GKE's own protection is asked last, when all objects are gone; Pulumi refuses before the first.
            protect=settings.deletion_protection,
        ),
    )


def _authorized(settings: GcpSettings) -> gcp.container.ClusterMasterAuthorizedNetworksConfigArgs:
    """Who reaches the API beside the nodes; without a range nobody does."""
    ranges = (*settings.endpoint.allowed_ranges, *settings.internal_ranges)
    return gcp.container.ClusterMasterAuthorizedNetworksConfigArgs(
        cidr_blocks=[
            gcp.container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs(cidr_block=one) for one in ranges
        ],
        gcp_public_cidrs_access_enabled=False,
        private_endpoint_enforcement_enabled=True,
    )


def _maintenance(settings: GcpSettings) -> gcp.container.ClusterMaintenancePolicyArgs:
    start, end, recurrence = settings.upgrades.window
    return gcp.container.ClusterMaintenancePolicyArgs(
        recurring_window=gcp.container.ClusterMaintenancePolicyRecurringWindowArgs(
            start_time=start, end_time=end, recurrence=recurrence
        )
    )


def _addons(settings: GcpSettings) -> gcp.container.ClusterAddonsConfigArgs:
    return gcp.container.ClusterAddonsConfigArgs(
        http_load_balancing=gcp.container.ClusterAddonsConfigHttpLoadBalancingArgs(disabled=False),
        horizontal_pod_autoscaling=gcp.container.ClusterAddonsConfigHorizontalPodAutoscalingArgs(
            disabled=False
        ),
        # Dataplane V2 enforces NetworkPolicies without it.
        network_policy_config=gcp.container.ClusterAddonsConfigNetworkPolicyConfigArgs(disabled=True),
        dns_cache_config=gcp.container.ClusterAddonsConfigDnsCacheConfigArgs(enabled=True),
        gce_persistent_disk_csi_driver_config=(
            gcp.container.ClusterAddonsConfigGcePersistentDiskCsiDriverConfigArgs(enabled=True)
        ),
        gcp_filestore_csi_driver_config=gcp.container.ClusterAddonsConfigGcpFilestoreCsiDriverConfigArgs(
            enabled=settings.storage.shared is not None
        ),
        gcs_fuse_csi_driver_config=gcp.container.ClusterAddonsConfigGcsFuseCsiDriverConfigArgs(enabled=True),
    )
