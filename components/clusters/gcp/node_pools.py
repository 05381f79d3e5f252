"""The node pools of a GKE cluster."""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp

from ..machines import Machine
from ..pools import TaintSettings
from .apis import IMAGE_STREAMING
from .encryption import Encryption
from .identity import NodeAccount
from .network_settings import PODS_PER_NODE
from .pool_settings import ARM_TAINT, MACHINES, GcpPoolSettings
from .scope import Scope

_EFFECTS = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}
_STRATEGIES = {"timeSlicing": "TIME_SHARING", "mps": "MPS"}
_ZONES_OF_A_REGION = 3
_NETWORK_LABEL = "cloud.google.com/gke-networking-dra-driver"
"""Where it is "true" GKE's own driver offers the interfaces of accelerators to pods."""


def node_pools(
    scope: Scope,
    cluster: gcp.container.Cluster,
    nodes: NodeAccount,
    encryption: Encryption | None,
    before: Sequence[pulumi.Resource],
) -> list[gcp.container.NodePool]:
    """Make the pools. `before` is what nodes need in order to become ready."""
    return [
        _pool(scope, cluster, nodes, encryption, before, pool=pool, name=name)
        for pool in scope.settings.node_pools
        for name in pool.resource_names
    ]


def _pool(
    scope: Scope,
    cluster: gcp.container.Cluster,
    nodes: NodeAccount,
    encryption: Encryption | None,
    before: Sequence[pulumi.Resource],
    *,
    pool: GcpPoolSettings,
    name: str,
) -> gcp.container.NodePool:
    settings, machine = scope.settings, pool.machine(MACHINES)
    fallback = name != pool.name
    spot = pool.capacity != "onDemand" and not fallback
    zones = pool.zones or settings.zones
    fewest = 0 if fallback else pool.min
    fabric = pool.multi_node and "fabric" in machine.features
    return gcp.container.NodePool(
        f"{scope.name}-{name}",
        name=name,
        project=settings.project,
        location=settings.region,
        cluster=cluster.name,
        node_locations=list(zones) or None,
        initial_node_count=_per_zone(fewest, pool.max, len(zones) or _ZONES_OF_A_REGION),
        autoscaling=gcp.container.NodePoolAutoscalingArgs(
            total_min_node_count=fewest,
            total_max_node_count=pool.max,
            # Where machines are scarce they are taken from whichever zone has some.
            location_policy="ANY" if spot or machine.model else "BALANCED",
        ),
        max_pods_per_node=PODS_PER_NODE,
        management=gcp.container.NodePoolManagementArgs(auto_repair=True, auto_upgrade=True),
        # A spare node during upgrades would need quota, or reserved capacity, for another machine.
        upgrade_settings=gcp.container.NodePoolUpgradeSettingsArgs(
            strategy="SURGE",
            max_surge=0 if machine.model else 1,
            max_unavailable=1 if machine.model else 0,
        ),
        network_config=gcp.container.NodePoolNetworkConfigArgs(
            enable_private_nodes=True, accelerator_network_profile="auto" if fabric else None
        ),
        placement_policy=gcp.container.NodePoolPlacementPolicyArgs(type="COMPACT") if pool.compact else None,
        node_config=_node(scope, nodes, encryption, pool, machine, spot=spot, fabric=fabric),
        opts=scope.opts(
            apis=[IMAGE_STREAMING],
            depends_on=[*before, *nodes.grants],
            # Google keeps it as it was when the pool was made.
            ignore_changes=["initialNodeCount"],
            # Two pools at a time would need twice the quota for accelerators, and two names.
            delete_before_replace=True,
        ),
    )


def _per_zone(fewest: int, most: int, zones: int) -> int:
    """How many nodes a pool begins with in each zone: the fewest, as far as they can be shared out."""
    up = -(-fewest // zones)
    return up if up * zones <= most else fewest // zones


def _node(
    scope: Scope,
    nodes: NodeAccount,
    encryption: Encryption | None,
    pool: GcpPoolSettings,
    machine: Machine,
    *,
    spot: bool,
    fabric: bool,
) -> gcp.container.NodePoolNodeConfigArgs:
    disks: int | None = machine.features.get("localSsd")
    arm = machine.architecture == "arm64"
    taints = pool.effective_taints(MACHINES)
    labels = dict(pool.contract(MACHINES).labels)
    return gcp.container.NodePoolNodeConfigArgs(
        machine_type=machine.features.get("machine", machine.name),
        image_type="COS_CONTAINERD",
        disk_size_gb=pool.disk_size,
        disk_type=pool.disk_type or machine.features.get("disk", "pd-balanced"),
        boot_disk_kms_key=encryption.key if encryption else None,
        ephemeral_storage_local_ssd_config=(
            gcp.container.NodePoolNodeConfigEphemeralStorageLocalSsdConfigArgs(local_ssd_count=disks)
        )
        if disks
        else None,
        spot=spot,
        guest_accelerators=_accelerators(scope, pool, machine),
        reservation_affinity=_reservation(pool),
        service_account=nodes.email,
        # What a node may do is said by the roles of its account alone.
        oauth_scopes=["https://www.googleapis.com/auth/cloud-platform"],
        workload_metadata_config=gcp.container.NodePoolNodeConfigWorkloadMetadataConfigArgs(
            mode="GKE_METADATA"
        ),
        metadata={"disable-legacy-endpoints": "true"},
        shielded_instance_config=gcp.container.NodePoolNodeConfigShieldedInstanceConfigArgs(
            enable_secure_boot=True, enable_integrity_monitoring=True
        ),
        kubelet_config=gcp.container.NodePoolNodeConfigKubeletConfigArgs(
            insecure_kubelet_readonly_port_enabled="FALSE"
        ),
        gvnic=gcp.container.NodePoolNodeConfigGvnicArgs(enabled=True),
        gcfs_config=gcp.container.NodePoolNodeConfigGcfsConfigArgs(enabled=scope.settings.image_streaming),
        labels={**labels, _NETWORK_LABEL: "true"} if fabric else labels,
        resource_labels=scope.labels,
        taints=[_taint(one) for one in taints if one != ARM_TAINT],
        taint_config=gcp.container.NodePoolNodeConfigTaintConfigArgs(
            architecture_taint_behavior="ARM" if ARM_TAINT in taints else "NONE"
        )
        if arm
        else None,
    )


def _taint(taint: TaintSettings) -> gcp.container.NodePoolNodeConfigTaintArgs:
    return gcp.container.NodePoolNodeConfigTaintArgs(
        key=taint.key, value=taint.value, effect=_EFFECTS[taint.effect]
    )


def _accelerators(
    scope: Scope, pool: GcpPoolSettings, machine: Machine
) -> list[gcp.container.NodePoolNodeConfigGuestAcceleratorArgs] | None:
    """The devices of a node. GKE wants them named even where the machine type has them."""
    if machine.model is None:
        return None
    sharing = pool.sharing
    return [
        gcp.container.NodePoolNodeConfigGuestAcceleratorArgs(
            type=machine.features["accelerator"],
            count=machine.count,
            gpu_driver_installation_config=(
                gcp.container.NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfigArgs(
                    gpu_driver_version=scope.settings.gpu_driver.upper()
                )
            ),
            gpu_partition_size=sharing.profile if sharing else None,
            gpu_sharing_config=gcp.container.NodePoolNodeConfigGuestAcceleratorGpuSharingConfigArgs(
                gpu_sharing_strategy=_STRATEGIES[sharing.strategy],
                max_shared_clients_per_gpu=sharing.replicas or 1,
            )
            if sharing and sharing.strategy in _STRATEGIES
            else None,
        )
    ]


def _reservation(pool: GcpPoolSettings) -> gcp.container.NodePoolNodeConfigReservationAffinityArgs | None:
    wanted = pool.reservation
    if wanted is None:
        return None
    if wanted.name is None:
        return gcp.container.NodePoolNodeConfigReservationAffinityArgs(
            consume_reservation_type="ANY_RESERVATION"
        )
    shared = f"projects/{wanted.project}/reservations/{wanted.name}" if wanted.project else wanted.name
    return gcp.container.NodePoolNodeConfigReservationAffinityArgs(
        consume_reservation_type="SPECIFIC_RESERVATION",
        key="compute.googleapis.com/reservation-name",
        values=[shared],
    )
