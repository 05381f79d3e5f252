"""Node pools of EKS as settings: what AWS adds to a pool, and what it cannot give."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ...settings_base import Settings
from ..cloud_settings import CloudPoolSettings
from ..machines import Catalog, Machine, catalog


def machines() -> Catalog:
    """The machine types of EC2 that are known here."""
    return catalog(Path(__file__).with_name("machines.yaml"))


class ReservationSettings(Settings):
    """Capacity of EC2 that the account has reserved: on demand, or as a Capacity Block for ML."""

    kind: Literal["onDemand", "capacityBlock"] = Field(
        description="`onDemand`: an On-Demand Capacity Reservation; `capacityBlock`: a Capacity Block for "
        "ML, paid in advance for a span of days."
    )
    id: str | None = Field(
        default=None, pattern=r"^cr-[0-9a-f]{8,17}$", description="The reservation: cr-0123456789abcdef0."
    )
    resource_group: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:resource-groups:[a-z0-9-]+:[0-9]{12}:group/.+$",
        description="ARN of a resource group of several reservations (`onDemand` only).",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.id is None) == (self.resource_group is None):
            raise ValueError("give either id or resourceGroup, which say what is reserved")
        if self.kind == "capacityBlock" and self.id is None:
            raise ValueError("a Capacity Block is given by its id (cr-...), not by a resourceGroup")
        return self


class AwsPoolSettings(CloudPoolSettings):
    """Nodes of one shape on EKS: one managed node group or several."""

    reservation: ReservationSettings | None = Field(
        default=None, description="Reserved capacity, from which alone the pool's nodes are taken."
    )
    efa: bool = Field(
        default=False,
        description="Whether nodes get an Elastic Fabric Adapter on every network card, in one placement "
        "group: for training over several nodes. Pods ask for `vpc.amazonaws.com/efa`.",
    )
    per_zone: bool | None = Field(
        default=None,
        description="Whether each zone has a node group of its own, among which `min` and `max` are divided: "
        "without it the autoscaler cannot follow a volume (EBS) into its zone. Pools without accelerators "
        "have them unless said.",
    )

    def zones_of(self, all_zones: tuple[str, ...]) -> tuple[str, ...]:
        """The zones of the pool's nodes."""
        return self.zones or all_zones

    @property
    def divided(self) -> bool:
        """Whether each zone has a node group of its own."""
        return self.machine(machines()).model is None if self.per_zone is None else self.per_zone


def aws_problems(pool: AwsPoolSettings, all_zones: tuple[str, ...]) -> Iterator[str]:
    """What EKS cannot give of one pool, whose machine type is known to exist."""
    machine, zones = pool.machine(machines()), pool.zones_of(all_zones)
    if foreign := [zone for zone in zones if zone not in all_zones]:
        yield f"zone {', '.join(foreign)} is not one of the cluster's; allowed: {', '.join(all_zones)}"
    elif pool.efa:
        yield from _of_efa(machine, zones)
    if pool.reservation:
        yield from _of_reservation(pool, pool.reservation, machine, zones)
    if pool.per_zone and pool.max < len(zones):
        yield (
            f"max is {pool.max} and perZone is true for {len(zones)} zones: give max {len(zones)} or more, "
            "or fewer zones"
        )


def _of_efa(machine: Machine, zones: tuple[str, ...]) -> Iterator[str]:
    if "efa" not in machine.features:
        alike = machine.model
        offered = [
            one.name
            for one in machines().machines.values()
            if "efa" in one.features and one.model == alike and one.architecture == machine.architecture
        ]
        hint = f"; allowed with this accelerator: {', '.join(offered)}" if alike and offered else ""
        yield f"{machine.name} has no Elastic Fabric Adapter{hint}"
    if len(zones) != 1:
        yield f"efa is for nodes of one zone, and the pool has {len(zones)}: give zones with one of them"


def _of_reservation(
    pool: AwsPoolSettings, reservation: ReservationSettings, machine: Machine, zones: tuple[str, ...]
) -> Iterator[str]:
    if pool.capacity != "onDemand":
        yield f"capacity is '{pool.capacity}' and there is a reservation; allowed with one: onDemand"
    if reservation.kind == "capacityBlock":
        if "block" not in machine.features:
            sold = [one.name for one in machines().machines.values() if "block" in one.features]
            yield f"{machine.name} is not sold as a Capacity Block; allowed: {', '.join(sold)}"
        if len(zones) != 1:
            yield f"a Capacity Block is in one zone, and the pool has {len(zones)}: give zones with that one"
    elif reservation.id and len(zones) != 1:
        yield f"a reservation is in one zone, and the pool has {len(zones)}: give zones with that one"
