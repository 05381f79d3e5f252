"""The groups of nodes that a stack's cluster would have, as its cloud makes them of its node pools."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from components.clusters.aws.node_groups import adapters, node_groups, node_labels
from components.clusters.aws.pool_settings import machines
from components.clusters.aws.settings import AwsSettings
from components.clusters.azure.plan import agent_pools
from components.clusters.azure.pool_settings import MACHINES as AZURE_MACHINES
from components.clusters.azure.settings import AzureSettings
from components.clusters.choice import ClusterSettings
from components.clusters.cloud_settings import CloudPoolSettings
from components.clusters.device_labels import sharing_labels
from components.clusters.gcp.network_settings import PODS_PER_NODE
from components.clusters.gcp.pool_settings import MACHINES as GCP_MACHINES
from components.clusters.gcp.settings import GcpSettings
from components.clusters.machines import Catalog, Machine
from components.clusters.pools import AcceleratorSettings, TaintSettings
from components.clusters.simulated import SimulatedSettings
from components.contracts import Accelerator
from simulator.driver.errors import DriverError
from simulator.rehearsal.allocatable import Room, on_aks, on_eks, on_gke
from simulator.rehearsal.pods import Amounts, amounts

Capacity = Literal["on demand", "spot", "reserved"]

_EFA = "vpc.amazonaws.com/efa"


@dataclass(frozen=True, kw_only=True, eq=False)
class NodeGroup:
    """Nodes of one shape in one zone or several, which an autoscaler adds and removes together.

    Attributes:
        name: as the cloud's own group is called, without what the cloud puts around it.
        pool: the stack's node pool that it belongs to.
        machine: machine type. capacity: how its nodes are paid for.
        least, most: of nodes, in all zones together.
        shape: what simulator.cluster.nodes.Pool takes, but for name, count and zone.
        fallback: whether it is for when there are no spot nodes.
    """

    name: str
    pool: str
    machine: str
    capacity: Capacity
    least: int
    most: int
    zones: tuple[str, ...]
    shape: Mapping[str, Any]
    fallback: bool = False

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of its nodes, but for the zone."""
        return self.shape["labels"]

    @property
    def taints(self) -> Sequence[Mapping[str, str]]:
        """The taints of its nodes."""
        return self.shape["taints"]

    @cached_property
    def allocatable(self) -> Amounts:
        """What pods can have of one node."""
        shape = self.shape
        return amounts(
            {"cpu": shape["cpu"], "memory": shape["memory"], "ephemeral-storage": shape["ephemeralStorage"]}
            | shape.get("allocatable", {})
            | {"pods": str(shape.get("pods", 110))}
            | {name: str(count) for name, count in shape["devices"].items()}
        )


@dataclass(frozen=True, kw_only=True)
class _Nodes:
    """What the groups of one pool have in common."""

    settings: CloudPoolSettings
    catalog: Catalog
    room: Room
    region: str
    devices: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def machine(self) -> Machine:
        return self.settings.machine(self.catalog)

    def shape(self, labels: Mapping[str, str], taints: Sequence[TaintSettings]) -> dict[str, Any]:
        machine, offered = self.machine, self.settings.devices(self.catalog)
        return {
            "cpu": str(machine.cpu),
            "memory": f"{self.room.memory}Mi",
            "ephemeralStorage": f"{self.settings.disk_size}Gi",
            "architecture": machine.architecture,
            "labels": {
                **_common_labels(machine.architecture, self.region),
                "node.kubernetes.io/instance-type": machine.name,
                **(_device_labels(machine, offered) if offered else {}),
                **labels,
            },
            "taints": [taint.model_dump() for taint in taints],
            "devices": {**({offered.resource: offered.units} if offered else {}), **self.devices},
            "pods": self.room.pods,
            "allocatable": dict(self.room.allocatable),
        }


def groups_of(settings: ClusterSettings) -> tuple[NodeGroup, ...]:
    """Return the groups of nodes of a cluster. Raises DriverError for one whose nodes are not known."""
    match settings:
        case AwsSettings():
            return tuple(_aws(settings))
        case GcpSettings():
            return tuple(_gcp(settings))
        case AzureSettings():
            return tuple(_azure(settings))
        case SimulatedSettings():
            return tuple(_simulated(settings))
        case _:
            raise DriverError(
                f"a cluster of provider '{settings.provider}' cannot be rehearsed, for the machines of its "
                "nodes are not in the stack; allowed: aws, gcp, azure, simulated"
            )


def _aws(settings: AwsSettings) -> Iterator[NodeGroup]:
    for pool in settings.node_pools:
        machine = pool.machine(machines())
        nodes = _Nodes(
            settings=pool,
            catalog=machines(),
            room=on_eks(machine.cpu, machine.memory, pool.disk_size),
            region=settings.region,
            devices={_EFA: adapters(machine)} if pool.efa else {},
        )
        for group in node_groups(pool, settings.all_zones):
            labels = {
                **node_labels(pool),
                "eks.amazonaws.com/nodegroup": group.name,
                "eks.amazonaws.com/capacityType": group.capacity,
            }
            yield NodeGroup(
                name=group.name,
                pool=pool.name,
                machine=machine.name,
                capacity=_capacity(spot=group.capacity == "SPOT", reserved=pool.reservation is not None),
                least=group.least,
                most=group.most,
                zones=group.zones,
                shape=nodes.shape(labels, pool.effective_taints(machines())),
                fallback=pool.capacity == "spotWithFallback" and group.capacity == "ON_DEMAND",
            )


def _gcp(settings: GcpSettings) -> Iterator[NodeGroup]:
    # Google chooses three zones of the region where the stack names none.
    chosen = settings.zones or tuple(f"{settings.region}-{letter}" for letter in "abc")
    for pool in settings.node_pools:
        machine = pool.machine(GCP_MACHINES)
        nodes = _Nodes(
            settings=pool,
            catalog=GCP_MACHINES,
            room=on_gke(machine.cpu, machine.memory, pool.disk_size, PODS_PER_NODE),
            region=settings.region,
        )
        accelerator = machine.features.get("accelerator")
        for name in pool.resource_names:
            fallback = name != pool.name
            spot = pool.capacity != "onDemand" and not fallback
            labels = {
                **pool.contract(GCP_MACHINES).labels,
                "cloud.google.com/gke-nodepool": name,
                **({"cloud.google.com/gke-spot": "true"} if spot else {}),
                **({"cloud.google.com/gke-accelerator": accelerator} if accelerator else {}),
            }
            yield NodeGroup(
                name=name,
                pool=pool.name,
                machine=machine.name,
                capacity=_capacity(spot=spot, reserved=pool.reservation is not None),
                least=0 if fallback else pool.min,
                most=pool.max,
                zones=pool.zones or chosen,
                shape=nodes.shape(labels, pool.effective_taints(GCP_MACHINES)),
                fallback=fallback,
            )


def _azure(settings: AzureSettings) -> Iterator[NodeGroup]:
    for plan in agent_pools(settings):
        nodes = _Nodes(
            settings=plan.settings,
            catalog=AZURE_MACHINES,
            room=on_aks(plan.machine.cpu, plan.machine.memory, plan.settings.disk_size),
            region=settings.region,
        )
        labels = {
            **plan.labels,
            "kubernetes.azure.com/agentpool": plan.name,
            "kubernetes.azure.com/mode": "system" if plan.system else "user",
        }
        yield NodeGroup(
            name=plan.name,
            pool=plan.settings.name,
            machine=plan.machine.name,
            capacity=_capacity(spot=plan.spot, reserved=plan.settings.reservation is not None),
            least=plan.smallest,
            most=plan.largest,
            # As AKS labels nodes: a region without zones has one, `0`.
            zones=tuple(f"{settings.region}-{zone}" for zone in plan.zones) or ("0",),
            shape=nodes.shape(labels, plan.taints),
            fallback=plan.settings.capacity == "spotWithFallback" and not plan.spot,
        )


def _simulated(settings: SimulatedSettings) -> Iterator[NodeGroup]:
    for pool in settings.node_pools:
        shape = {key: value for key, value in pool.inputs.items() if key not in ("name", "count")}
        yield NodeGroup(
            name=pool.name,
            pool=pool.name,
            machine=f"simulated-{pool.name}",
            capacity="on demand",
            least=pool.count,
            most=pool.count,
            zones=(pool.zone,),
            shape=shape,
        )


def _capacity(*, spot: bool, reserved: bool) -> Capacity:
    if spot:
        return "spot"
    return "reserved" if reserved else "on demand"


def _common_labels(architecture: str, region: str) -> dict[str, str]:
    return {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": architecture,
        "topology.kubernetes.io/region": region,
    }


def _device_labels(machine: Machine, offered: Accelerator) -> dict[str, str]:
    """What GPU feature discovery writes."""
    whole = AcceleratorSettings(model=offered.model, count=machine.count)
    return {**whole.node_labels, **sharing_labels(offered)}
