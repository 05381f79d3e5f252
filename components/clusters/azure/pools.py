"""Agent pools: what AKS is asked for to have the nodes of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import compute, containerservice

from .ground import Ground
from .identity import Identities, assign
from .network import Network
from .plan import AgentPoolPlan

_OS = {"ubuntu": "Ubuntu", "azureLinux": "AzureLinux3"}


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where the nodes of one pool stand.

    Attributes:
        reservation, proximity: IDs of a capacity reservation group and of a proximity placement group.
        reserved: the reservations. A pool that joins a group without any is made with a warning only, and one
            that is in use cannot be deleted.
    """

    reservation: pulumi.Input[str] | None = None
    proximity: pulumi.Input[str] | None = None
    reserved: tuple[pulumi.Resource, ...] = ()


def make_placements(
    ground: Ground, identities: Identities, plans: tuple[AgentPoolPlan, ...]
) -> Mapping[str, Placement]:
    """Reserve capacity and make proximity placement groups, and let the control plane use them; by pool."""
    placements: dict[str, Placement] = {}
    for plan in plans:
        reservation, reserved = (None, ()) if plan.spot else _reservation(ground, plan)
        proximity = _proximity(ground, plan) if plan.proximity else None
        for role, scope in (("reservation", reservation), ("proximity", proximity)):
            if scope is not None:
                # Microsoft Learn, "Assign capacity reservation groups to AKS node pools", has this role at
                # the whole resource group; here it is at what is used alone.
                identities.roles.append(
                    assign(
                        ground,
                        f"{role}-{plan.name}",
                        "Contributor",
                        identities.control_plane.principal_id,
                        scope,
                    )
                )
        placements[plan.name] = Placement(reservation=reservation, proximity=proximity, reserved=reserved)
    return placements


def _reservation(
    ground: Ground, plan: AgentPoolPlan
) -> tuple[pulumi.Input[str] | None, tuple[pulumi.Resource, ...]]:
    reserved = plan.settings.reservation
    if reserved is None or reserved.per_zone is None:
        return (reserved.group_id if reserved else None), ()
    group = compute.CapacityReservationGroup(
        ground.named(plan.name),
        resource_group_name=ground.group.name,
        location=ground.region,
        zones=list(plan.zones) or None,
        tags=ground.tags,
        opts=ground.options(),
    )
    members = tuple(
        compute.CapacityReservation(
            ground.named(f"{plan.name}-{zone}" if zone else plan.name),
            resource_group_name=ground.group.name,
            location=ground.region,
            capacity_reservation_group_name=group.name,
            sku=compute.SkuArgs(name=plan.machine.name, capacity=float(reserved.per_zone)),
            zones=[zone] if zone else None,
            tags=ground.tags,
            opts=ground.options(),
        )
        for zone in plan.zones or ("",)
    )
    return group.id, members


def _proximity(ground: Ground, plan: AgentPoolPlan) -> pulumi.Output[str]:
    return compute.ProximityPlacementGroup(
        ground.named(f"{plan.name}-proximity"),
        resource_group_name=ground.group.name,
        location=ground.region,
        proximity_placement_group_type="Standard",
        zones=list(plan.zones),
        intent=compute.ProximityPlacementGroupPropertiesIntentArgs(vm_sizes=[plan.machine.name]),
        tags=ground.tags,
        opts=ground.options(),
    ).id


def first_pool(
    ground: Ground, network: Network, plan: AgentPoolPlan
) -> containerservice.ManagedClusterAgentPoolProfileArgs:
    """The pool that AKS makes the cluster with, since no cluster is without one."""
    return containerservice.ManagedClusterAgentPoolProfileArgs(
        name=plan.name,
        mode="System",
        type="VirtualMachineScaleSets",
        vm_size=plan.machine.name,
        os_type="Linux",
        os_sku=_OS[ground.settings.node_os],
        orchestrator_version=ground.settings.version,
        vnet_subnet_id=network.nodes_subnet_id,
        availability_zones=list(plan.zones) or None,
        enable_auto_scaling=plan.scales,
        count=plan.smallest,
        min_count=plan.smallest if plan.scales else None,
        max_count=plan.largest if plan.scales else None,
        os_disk_size_gb=plan.settings.disk_size,
        os_disk_type=plan.settings.disk_type.capitalize(),
        enable_encryption_at_host=ground.settings.encryption.at_host,
        enable_node_public_ip=False,
        node_labels=dict(plan.labels),
        security_profile=_security(plan),
        upgrade_settings=_upgrades(plan),
        tags={**ground.tags, **plan.tags},
    )


def make_pool(
    ground: Ground,
    cluster: containerservice.ManagedCluster,
    network: Network,
    plan: AgentPoolPlan,
    placement: Placement,
) -> containerservice.AgentPool:
    """An agent pool beside the first."""
    gpu = plan.machine.model is not None
    return containerservice.AgentPool(
        ground.named(plan.name),
        agent_pool_name=plan.name,
        resource_group_name=ground.group.name,
        resource_name_=cluster.name,
        mode="User",
        type="VirtualMachineScaleSets",
        vm_size=plan.machine.name,
        os_type="Linux",
        os_sku=_OS[ground.settings.node_os],
        orchestrator_version=ground.settings.version,
        vnet_subnet_id=network.nodes_subnet_id,
        availability_zones=list(plan.zones) or None,
        enable_auto_scaling=plan.scales,
        count=plan.smallest,
        min_count=plan.smallest if plan.scales else None,
        max_count=plan.largest if plan.scales else None,
        os_disk_size_gb=plan.settings.disk_size,
        os_disk_type=plan.settings.disk_type.capitalize(),
        enable_encryption_at_host=ground.settings.encryption.at_host,
        enable_node_public_ip=False,
        node_labels=dict(plan.labels),
        node_taints=[f"{taint.key}={taint.value}:{taint.effect}" for taint in plan.taints],
        gpu_profile=(
            containerservice.GPUProfileArgs(driver=ground.settings.gpu_driver.capitalize()) if gpu else None
        ),
        gpu_instance_profile=plan.instance_profile,
        scale_set_priority="Spot" if plan.spot else "Regular",
        scale_set_eviction_policy=plan.settings.spot_eviction.capitalize() if plan.spot else None,
        # -1: at most the on-demand price.
        spot_max_price=(plan.settings.spot_max_price or -1.0) if plan.spot else None,
        capacity_reservation_group_id=placement.reservation,
        proximity_placement_group_id=placement.proximity,
        security_profile=_security(plan),
        upgrade_settings=_upgrades(plan),
        tags={**ground.tags, **plan.tags},
        # The number of nodes is the autoscaler's.
        opts=ground.options(depends_on=placement.reserved, ignore_changes=["count"] if plan.scales else []),
    )


def _security(plan: AgentPoolPlan) -> containerservice.AgentPoolSecurityProfileArgs | None:
    # Microsoft Learn, "Trusted launch for AKS": not with arm64, and no secure boot with the driver that AKS
    # installs on GPU nodes.
    if plan.machine.architecture != "amd64" or plan.machine.model:
        return None
    return containerservice.AgentPoolSecurityProfileArgs(enable_secure_boot=True, enable_vtpm=True)


def _upgrades(plan: AgentPoolPlan) -> containerservice.AgentPoolUpgradeSettingsArgs | None:
    if plan.spot:
        return None
    if plan.machine.model:
        # Quota and reservations for GPU nodes seldom have room for one more: upgrade in place, one by one.
        return containerservice.AgentPoolUpgradeSettingsArgs(
            max_surge="0", max_unavailable="1", drain_timeout_in_minutes=60
        )
    return containerservice.AgentPoolUpgradeSettingsArgs(max_surge="33%", drain_timeout_in_minutes=30)
