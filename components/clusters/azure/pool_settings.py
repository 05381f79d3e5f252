"""Agent pools of AKS as settings: what the pools of every cloud say, and what only Azure has."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import override

from ...contracts import NodePool
from ...settings_base import Settings
from ..cloud_settings import CloudPoolSettings
from ..machines import Catalog, catalog
from ..pools import TaintSettings
from .names import FALLBACK_SUFFIX, LONGEST_POOL_NAME, SPOT_LABEL, PoolName, of_kind, reserved

MACHINES: Catalog = catalog(Path(__file__).with_name("machines.yaml"))
"""The machine types of Azure that are known here."""

SPOT_TAINT = TaintSettings(key=SPOT_LABEL, value="spot")

# Models that AKS partitions: Microsoft Learn, "Create a multi-instance GPU node pool in AKS" (read 2026-11).
_PARTITIONED = ("A100", "H100", "H200")
_ZONES = ("1", "2", "3")

CapacityReservationGroupId = Annotated[str, of_kind("Microsoft.Compute/capacityReservationGroups")]


class ReservationSettings(Settings):
    """Machines that Azure keeps for this pool, paid for whether they run or not."""

    group_id: CapacityReservationGroupId | None = Field(
        default=None, description="ID of a capacity reservation group that is there."
    )
    per_zone: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Machines to reserve in each zone of the pool, in a new group.",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.group_id is None) == (self.per_zone is None):
            raise ValueError(
                "give either groupId, a reservation that is there, or perZone, machines to reserve"
            )
        return self


class AzurePoolSettings(CloudPoolSettings):
    """Nodes of one shape on AKS: an agent pool, or two where spot nodes have a fallback."""

    name: PoolName = Field(
        description=f"Name of the pool: at most {LONGEST_POOL_NAME} lower-case letters and digits. The "
        f"on-demand pool beside a spot pool has the same name with '{FALLBACK_SUFFIX}' at its end."
    )
    spot_max_price: float | None = Field(
        default=None,
        gt=0,
        description="Highest price of a spot node in US dollars an hour; the on-demand price unless said. It "
        "cannot change later.",
    )
    spot_eviction: Literal["delete", "deallocate"] = Field(
        default="delete",
        description="What happens to a spot node that is taken away; `deallocate` keeps its disk and quota.",
    )
    reservation: ReservationSettings | None = Field(
        default=None, description="Reserved capacity of the pool's on-demand nodes."
    )
    multi_node: bool = Field(
        default=False,
        description="Whether one training runs over several nodes: they stand in one zone, joined by their "
        "InfiniBand or, where machines have none, by a proximity placement group.",
    )
    disk_type: Literal["managed", "ephemeral"] = Field(
        default="managed",
        description="Boot disk: a managed disk, or a local one that is faster and costs nothing.",
    )

    @model_validator(mode="after")
    def _fits_aks(self) -> Self:
        if self.capacity == "spotWithFallback" and len(self.name) > LONGEST_POOL_NAME - len(FALLBACK_SUFFIX):
            raise ValueError(
                f"the name '{self.name}' of a pool with capacity spotWithFallback has {len(self.name)} "
                f"characters, at most {LONGEST_POOL_NAME - len(FALLBACK_SUFFIX)} are allowed: the pool of "
                f"on-demand nodes is called '<name>{FALLBACK_SUFFIX}'"
            )
        if self.capacity == "onDemand" and (self.spot_max_price or self.spot_eviction != "delete"):
            raise ValueError(
                "spotMaxPrice and spotEviction are for spot nodes: set capacity, or leave them out"
            )
        if self.capacity == "spotWithFallback" and self.multi_node:
            raise ValueError(
                "multiNode joins the nodes of one agent pool, and capacity spotWithFallback makes two"
            )
        if self.capacity == "spot" and self.reservation:
            raise ValueError("reserved capacity is for on-demand nodes, and capacity is 'spot'")
        keys = [*self.labels, *(taint.key for taint in self.taints or ())]
        if mine := [key for key in keys if reserved(key)]:
            raise ValueError(f"the label or taint '{mine[0]}' is set by AKS itself: choose a key of your own")
        if unknown := [zone for zone in self.zones if zone not in _ZONES]:
            raise ValueError(f"zone '{unknown[0]}' is not one of Azure's; allowed: {', '.join(_ZONES)}")
        return self

    @property
    def spot(self) -> bool:
        """Whether the pool has spot nodes."""
        return self.capacity != "onDemand"

    @override
    def effective_taints(self, catalog: Catalog) -> tuple[TaintSettings, ...]:
        own = super().effective_taints(catalog)
        return (*own, SPOT_TAINT) if self.spot else own

    @override
    def contract(self, catalog: Catalog) -> NodePool:
        pool = super().contract(catalog)
        if self.capacity != "spot":
            return pool
        return replace(pool, labels={**pool.labels, SPOT_LABEL: "spot"})

    def zones_of(self, cluster: tuple[str, ...]) -> tuple[str, ...]:
        """The pool's zones: its own, or the cluster's."""
        return self.zones or cluster

    def instance_profile(self) -> str | None:
        """The MIG instance profile as AKS names it (`MIG1g`); None without partitions.

        AKS takes the number of slices only, hence of each number the profile with the least memory. Raises
        ValueError where it cannot cut a device so.
        """
        model = self.machine(MACHINES).model
        if model is None or self.sharing is None or self.sharing.profile is None:
            return None
        if not model.short.startswith(_PARTITIONED):
            raise ValueError(
                f"AKS does not partition {model.name}; allowed: models of {', '.join(_PARTITIONED)}"
            )
        smallest: dict[str, str] = {}
        for profile in sorted(model.mig, key=_memory_of):
            smallest.setdefault(profile.split(".")[0], profile)
        if self.sharing.profile not in smallest.values():
            raise ValueError(
                f"AKS has no MIG instance profile for {self.sharing.profile} on {model.name}; allowed: "
                f"{', '.join(sorted(smallest.values()))}"
            )
        return f"MIG{self.sharing.profile.split('.')[0]}"


def _memory_of(profile: str) -> int:
    return int(profile.split(".")[1].removesuffix("gb"))


def azure_pool_problems(
    pools: tuple[AzurePoolSettings, ...], zones: tuple[str, ...], *, gpu_driver: bool
) -> list[str]:
    """What no AKS cluster can have, beside what no cluster can have: one sentence each."""
    problems: list[str] = []
    names = {pool.name for pool in pools}
    for pool in pools:
        if pool.capacity == "spotWithFallback" and f"{pool.name}{FALLBACK_SUFFIX}" in names:
            problems.append(
                f"pool '{pool.name}': its on-demand nodes would be the pool '{pool.name}{FALLBACK_SUFFIX}', "
                "which there is already: rename one"
            )
        problems += [
            f"pool '{pool.name}': {problem}" for problem in _problems(pool, zones, gpu_driver=gpu_driver)
        ]
    if system_pool(pools) is None:
        problems.append(
            "no pool can hold AKS's own pods: one needs min 1 or more, on-demand nodes, 4 processors or "
            "more, no accelerator, no taint and no reserved capacity"
        )
    return problems


def _problems(pool: AzurePoolSettings, zones: tuple[str, ...], *, gpu_driver: bool) -> list[str]:
    problems: list[str] = []
    machine = pool.machine(MACHINES)
    place = pool.zones_of(zones)
    try:
        if pool.instance_profile() and not gpu_driver:
            problems.append(
                "AKS makes partitions with its own driver: sharing by mig needs gpuDriver install"
            )
    except ValueError as error:
        problems.append(str(error))
    if outside := [zone for zone in pool.zones if zone not in zones]:
        problems.append(
            f"zone '{outside[0]}' is not one of the cluster's; allowed: "
            f"{', '.join(zones) or 'none, it has no zones'}"
        )
    if pool.multi_node and len(place) != 1:
        problems.append(
            f"nodes of multiNode stand together in one zone, and the pool has {', '.join(place) or 'none'}: "
            "set zones to one of them"
        )
    per_zone = pool.reservation.per_zone if pool.reservation else None
    if per_zone and per_zone * max(len(place), 1) > pool.max:
        problems.append(
            f"reservation.perZone {per_zone} in {max(len(place), 1)} zones is more than max {pool.max}"
        )
    local = int(machine.features.get("ephemeral", 0))
    if pool.disk_type == "ephemeral" and pool.disk_size > local:
        problems.append(
            f"{machine.name} has {local} GiB of local disk for a boot disk of {pool.disk_size} GiB: set "
            "diskType to managed, or a smaller diskSize"
        )
    return problems


def system_pool(pools: tuple[AzurePoolSettings, ...]) -> AzurePoolSettings | None:
    """The pool that AKS runs its own pods on (mode System): the first that can."""
    for pool in pools:
        machine = pool.machine(MACHINES)
        if (
            pool.min
            and pool.capacity == "onDemand"
            and machine.model is None
            and machine.cpu >= 4
            and not pool.effective_taints(MACHINES)
            and not pool.reservation
        ):
            return pool
    return None
