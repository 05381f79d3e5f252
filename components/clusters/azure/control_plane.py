"""The managed cluster: AKS's control plane with its first agent pool."""

import pulumi
from pulumi_azure_native import authorization, containerservice

from .encryption import Encryption
from .ground import Ground
from .identity import Identities
from .network import Network
from .plan import AgentPoolPlan, priorities
from .pools import first_pool

_NODE_IMAGES = {"nodeImage": "NodeImage", "securityPatch": "SecurityPatch", "none": "None"}


def make_control_plane(
    ground: Ground,
    identities: Identities,
    network: Network,
    encryption: Encryption | None,
    plans: tuple[AgentPoolPlan, ...],
) -> containerservice.ManagedCluster:
    """Make the cluster. Every role assignment has to be there first, and stays until the cluster is gone."""
    settings = ground.settings
    return containerservice.ManagedCluster(
        ground.name,
        resource_name_=ground.name,
        resource_group_name=ground.group.name,
        location=ground.region,
        dns_prefix=ground.name,
        kubernetes_version=settings.version,
        node_resource_group=ground.named("nodes"),
        node_resource_group_profile=containerservice.ManagedClusterNodeResourceGroupProfileArgs(
            restriction_level="ReadOnly"
        ),
        sku=containerservice.ManagedClusterSKUArgs(name="Base", tier=settings.tier.capitalize()),
        identity=containerservice.ManagedClusterIdentityArgs(
            type=containerservice.ResourceIdentityType.USER_ASSIGNED,
            user_assigned_identities=[identities.control_plane.id],
        ),
        identity_profile={
            "kubeletidentity": containerservice.UserAssignedIdentityArgs(
                resource_id=identities.kubelet.id,
                client_id=identities.kubelet.client_id,
                object_id=identities.kubelet.principal_id,
            )
        },
        enable_rbac=True,
        disable_local_accounts=True,
        aad_profile=containerservice.ManagedClusterAADProfileArgs(
            managed=True,
            enable_azure_rbac=False,
            admin_group_object_ids=list(settings.admin_groups),
            tenant_id=identities.control_plane.tenant_id,
        ),
        oidc_issuer_profile=containerservice.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
        security_profile=_security(encryption),
        disk_encryption_set_id=encryption.disks.id if encryption else None,
        api_server_access_profile=_api_access(ground, network),
        network_profile=_network(ground, network),
        agent_pool_profiles=[first_pool(ground, network, plans[0])],
        auto_scaler_profile=_autoscaler(ground, plans),
        auto_upgrade_profile=containerservice.ManagedClusterAutoUpgradeProfileArgs(
            upgrade_channel=settings.upgrades.channel,
            node_os_upgrade_channel=_NODE_IMAGES[settings.upgrades.node_images],
        ),
        storage_profile=containerservice.ManagedClusterStorageProfileArgs(
            disk_csi_driver=containerservice.ManagedClusterStorageProfileDiskCSIDriverArgs(enabled=True),
            file_csi_driver=containerservice.ManagedClusterStorageProfileFileCSIDriverArgs(enabled=True),
            blob_csi_driver=containerservice.ManagedClusterStorageProfileBlobCSIDriverArgs(enabled=True),
            snapshot_controller=containerservice.ManagedClusterStorageProfileSnapshotControllerArgs(
                enabled=True
            ),
        ),
        tags=ground.tags,
        opts=ground.options(
            depends_on=identities.roles,
            ignore_changes=["agentPoolProfiles[0].count"] if plans[0].scales else [],
            protect=settings.deletion_protection or None,
        ),
    )


def _security(encryption: Encryption | None) -> containerservice.ManagedClusterSecurityProfileArgs:
    return containerservice.ManagedClusterSecurityProfileArgs(
        workload_identity=containerservice.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
        image_cleaner=containerservice.ManagedClusterSecurityProfileImageCleanerArgs(
            enabled=True, interval_hours=168
        ),
        azure_key_vault_kms=(
            containerservice.AzureKeyVaultKmsArgs(
                enabled=True,
                key_id=encryption.etcd_key.key_uri_with_version,
                key_vault_network_access="Private",
                key_vault_resource_id=encryption.vault.id,
            )
            if encryption
            else None
        ),
    )


def _api_access(
    ground: Ground, network: Network
) -> containerservice.ManagedClusterAPIServerAccessProfileArgs:
    endpoint = ground.settings.endpoint
    # The API server has an address in the network in any case, by which nodes reach it and it reaches
    # webhooks and the key vault; `public` decides about a second one.
    return containerservice.ManagedClusterAPIServerAccessProfileArgs(
        enable_vnet_integration=True,
        subnet_id=network.api_server_subnet_id,
        enable_private_cluster=not endpoint.public,
        enable_private_cluster_public_fqdn=None if endpoint.public else False,
        private_dns_zone=None if endpoint.public else "system",
        authorized_ip_ranges=list(endpoint.allowed_ranges) if endpoint.public else None,
        disable_run_command=True,
    )


def _network(ground: Ground, network: Network) -> containerservice.ContainerServiceNetworkProfileArgs:
    settings = ground.settings.network
    return containerservice.ContainerServiceNetworkProfileArgs(
        network_plugin="azure",
        network_plugin_mode="overlay",
        network_dataplane=settings.policies,
        network_policy=settings.policies,
        pod_cidr=settings.pod_range,
        service_cidr=settings.service_range,
        dns_service_ip=settings.dns_address,
        ip_families=["IPv4"],
        load_balancer_sku="standard",
        outbound_type=network.outbound_type,
    )


def _autoscaler(
    ground: Ground, plans: tuple[AgentPoolPlan, ...]
) -> containerservice.ManagedClusterPropertiesAutoScalerProfileArgs:
    settings = ground.settings.autoscaler
    return containerservice.ManagedClusterPropertiesAutoScalerProfileArgs(
        expander="priority" if priorities(plans) else "least-waste",
        balance_similar_node_groups="false",
        max_node_provision_time=f"{settings.provision_minutes}m",
        scale_down_unneeded_time=f"{settings.unneeded_minutes}m",
        scale_down_utilization_threshold=str(settings.utilization),
        # Pods of training and notebooks have scratch volumes, which must not keep an idle GPU node.
        skip_nodes_with_local_storage="false",
        skip_nodes_with_system_pods="true",
    )


def make_maintenance(ground: Ground, cluster: containerservice.ManagedCluster) -> None:
    """When AKS may upgrade: one window for Kubernetes, one for node images."""
    settings = ground.settings.upgrades
    for name, wanted in (
        ("aksManagedAutoUpgradeSchedule", settings.channel != "none"),
        ("aksManagedNodeOSUpgradeSchedule", settings.node_images != "none"),
    ):
        if wanted:
            containerservice.MaintenanceConfiguration(
                f"{ground.name}-{name}",
                config_name=name,
                resource_group_name=ground.group.name,
                resource_name_=cluster.name,
                maintenance_window=containerservice.MaintenanceWindowArgs(
                    duration_hours=settings.hours,
                    start_time=settings.start,
                    utc_offset=settings.utc_offset,
                    schedule=containerservice.ScheduleArgs(
                        weekly=containerservice.WeeklyScheduleArgs(day_of_week=settings.day, interval_weeks=1)
                    ),
                ),
                opts=ground.options(),
            )


def make_lock(ground: Ground, cluster: containerservice.ManagedCluster) -> None:
    """Have Azure refuse to delete the cluster, whoever asks; its agent pools too."""
    if ground.settings.deletion_protection:
        authorization.ManagementLockByScope(
            ground.name,
            scope=cluster.id,
            lock_name="slipway-deletion-protection",
            level="CanNotDelete",
            notes="Set deletionProtection of the stack to false and run `pulumi up` before removing it.",
            opts=ground.options(),
        )


def issuer_of(cluster: containerservice.ManagedCluster) -> pulumi.Output[str]:
    """The issuer of the cluster's service account tokens."""
    return cluster.oidc_issuer_profile.apply(lambda profile: profile.issuer_url if profile else "")
