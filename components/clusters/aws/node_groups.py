"""What managed node groups a pool becomes: of which capacity, in which zones, of how many nodes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..machines import Machine
from ..pools import POOL_LABEL
from .pool_settings import AwsPoolSettings, machines

Capacity = Literal["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"]

# A group's name ends with these; no name of a pool can make two groups of one name of it.
_SUFFIX: dict[Capacity, str] = {"ON_DEMAND": "on-demand", "SPOT": "spot", "CAPACITY_BLOCK": "block"}

_HINT = "k8s.io/cluster-autoscaler/node-template/resources"


@dataclass(frozen=True, kw_only=True)
class NodeGroup:
    """A managed node group of EKS.

    Attributes:
        name: with which its name in AWS begins; Pulumi adds seven hexadecimal digits.
        zones: those of its nodes. least, most: of nodes.
    """

    name: str
    pool: AwsPoolSettings
    capacity: Capacity
    zones: tuple[str, ...]
    least: int
    most: int


def node_groups(pool: AwsPoolSettings, all_zones: tuple[str, ...]) -> tuple[NodeGroup, ...]:
    """The groups of a pool.

    With a fallback there are groups of spot nodes and others of on-demand nodes, which the autoscaler takes
    where it gets no spot ones; `min` is that of the spot nodes, `max` that of either.
    """
    kinds: list[tuple[Capacity, int]]
    match pool.capacity:
        case "spot":
            kinds = [("SPOT", pool.min)]
        case "spotWithFallback":
            kinds = [("SPOT", pool.min), ("ON_DEMAND", 0)]
        case "onDemand" if pool.reservation and pool.reservation.kind == "capacityBlock":
            kinds = [("CAPACITY_BLOCK", pool.min)]
        case "onDemand":
            kinds = [("ON_DEMAND", pool.min)]
    return tuple(group for kind, least in kinds for group in _of_zones(pool, kind, least, all_zones))


def _of_zones(
    pool: AwsPoolSettings, capacity: Capacity, least: int, all_zones: tuple[str, ...]
) -> Iterator[NodeGroup]:
    zones, name = pool.zones_of(all_zones), f"{pool.name}-{_SUFFIX[capacity]}"
    if not pool.divided or len(zones) == 1:
        yield NodeGroup(name=name, pool=pool, capacity=capacity, zones=zones, least=least, most=pool.max)
        return
    for zone, fewest, most in zip(
        zones, _shares(least, len(zones)), _shares(pool.max, len(zones)), strict=True
    ):
        if most:
            yield NodeGroup(
                name=f"{name}-{zone[-1]}",
                pool=pool,
                capacity=capacity,
                zones=(zone,),
                least=fewest,
                most=most,
            )


def _shares(whole: int, parts: int) -> list[int]:
    """The whole divided into nearly equal parts: 7 into 3 is 3, 2, 2."""
    return [whole // parts + (index < whole % parts) for index in range(parts)]


def node_labels(pool: AwsPoolSettings) -> dict[str, str]:
    """The labels of a pool's nodes, beside those that Kubernetes and EKS write."""
    labels = {**pool.labels, POOL_LABEL: pool.name}
    devices = pool.devices(machines())
    if devices is None:
        return labels
    if devices.sharing is None:
        # With it the autoscaler awaits a new node's nvidia.com/gpu before it takes the node for ready, which
        # those never have whose devices go by another name (cloudprovider/aws, GPULabel).
        labels["k8s.amazonaws.com/accelerator"] = devices.model.replace(" ", "-")
    elif devices.sharing.profile:
        # From it NVIDIA's MIG manager cuts the devices (gpu-operator, label nvidia.com/mig.config).
        labels["nvidia.com/mig.config"] = f"all-{devices.sharing.profile}"
    return labels


def hints(pool: AwsPoolSettings) -> dict[str, str]:
    """Tags from which the autoscaler knows what a node would have, while there is none.

    It reads them, and labels and taints, from the node group's description (cloudprovider/aws,
    buildNodeFromTemplate), and of itself knows processors, memory and whole GPUs.
    """
    found = {f"{_HINT}/ephemeral-storage": f"{pool.disk_size}Gi"}
    devices = pool.devices(machines())
    if devices and devices.sharing:
        found[f"{_HINT}/nvidia.com/gpu"] = "0"
        found[f"{_HINT}/{devices.resource}"] = str(devices.units)
    if pool.efa:
        found[f"{_HINT}/vpc.amazonaws.com/efa"] = str(adapters(pool.machine(machines())))
    return found


def adapters(machine: Machine) -> int:
    """How many Elastic Fabric Adapters a node of that type can have."""
    return int(machine.features.get("efa", 0))


def priorities(pools: Sequence[AwsPoolSettings]) -> dict[str, list[str]]:
    """Which groups the autoscaler prefers, as regular expressions by priority: spot nodes first.

    A group's Auto Scaling group is `eks-<name of the group>-<UUID>`. Empty where no pool has a fallback.
    """
    spot = [pool.name for pool in pools if pool.capacity == "spotWithFallback"]
    if not spot:
        return {}
    return {"10": [".*"], "20": [f"^eks-{name}-spot(-[a-z])?-[0-9a-f]{{7}}-.*" for name in spot]}
