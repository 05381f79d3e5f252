"""Node pools of GKE as settings."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...contracts import Accelerator
from ...settings_base import Settings, duplicates
from ..cloud_settings import CloudPoolSettings
from ..machines import Catalog, Machine, catalog
from ..pools import TaintSettings

MACHINES: Catalog = catalog(Path(__file__).with_name("machines.yaml"))

ARM_TAINT = TaintSettings(key="kubernetes.io/arch", value="arm64")
"""What GKE taints nodes with arm64 processors with, unless it is told otherwise."""

GPU_TAINT = TaintSettings(key="nvidia.com/gpu", value="present")
"""What GKE taints nodes with accelerators with (GKE documentation, "About GPUs in GKE")."""

_GPU_RESOURCE = "nvidia.com/gpu"
_NO_PARTITIONS = {("NVIDIA A100-SXM4-40GB", "1g.10gb")}
"""Partitions that NVIDIA has and GKE has not: GoogleCloudPlatform/container-engine-accelerators,
partition_gpu/partition_gpu.go, has one profile of that name, that of the A100 with 80 GB."""

_WAYS = {"onDemand": "on demand", "spot": "spot", "reservation": "by reservation"}
_RESERVATION = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_PROJECT = re.compile(r"[a-z][-a-z0-9]{4,28}[a-z0-9]")


def project_id(text: str) -> str:
    """Return the id of a project, or raise ValueError where none can be of that form."""
    if not _PROJECT.fullmatch(text):
        message = (
            f"'{text}' is not the id of a project (6 to 30 lower-case letters, digits and '-', starting with "
            "a letter: acme-ml)"
        )
        raise ValueError(message)
    return text


def _reservation_name(name: str) -> str:
    if not _RESERVATION.fullmatch(name):
        message = (
            f"'{name}' is not the name of a reservation (lower-case letters, digits and '-', at most 63)"
        )
        raise ValueError(message)
    return name


class ReservationSettings(Settings):
    """Reserved capacity that the nodes of a pool are taken from."""

    affinity: Literal["any", "specific"] = Field(
        description="`any`: whichever reservation fits, and on demand where none has room; `specific`: only "
        "the one that is named."
    )
    name: Annotated[str, AfterValidator(_reservation_name)] | None = Field(
        default=None, description="Name of the reservation (`specific`)."
    )
    project: Annotated[str, AfterValidator(project_id)] | None = Field(
        default=None, description="Project that shares the reservation; the cluster's own unless said."
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.affinity == "specific" and self.name is None:
            raise ValueError("affinity 'specific' takes the name of the reservation")
        if self.affinity == "any" and (self.name or self.project):
            raise ValueError("affinity 'any' takes neither name nor project: set it to 'specific' for these")
        return self


class GcpPoolSettings(CloudPoolSettings):
    """A node pool of GKE. N1 machines with accelerators are written n1-standard-8+t4x1."""

    disk_type: Literal["pd-balanced", "pd-ssd", "pd-standard", "hyperdisk-balanced"] | None = Field(
        default=None,
        description="Type of the boot disk; pd-balanced unless said, or hyperdisk-balanced for series that "
        "take no other.",
    )
    reservation: ReservationSettings | None = Field(
        default=None, description="Reserved capacity that the nodes are taken from."
    )
    multi_node: bool = Field(
        default=False,
        description="Whether one training spans several nodes: they stand close together in one zone, and "
        "where the machine has a network for its accelerators, GKE sets it up.",
    )

    def devices(self, catalog: Catalog) -> Accelerator | None:
        """The accelerators of one node. GKE calls shared devices and partitions nvidia.com/gpu too."""
        found = super().devices(catalog)
        if found and found.sharing and (found.model, found.sharing.profile) in _NO_PARTITIONS:
            raise ValueError(f"GKE has no partition {found.sharing.profile} of {found.model}")
        return dataclasses.replace(found, resource=_GPU_RESOURCE) if found else None

    def effective_taints(self, catalog: Catalog) -> tuple[TaintSettings, ...]:
        """The taints that are meant, said or not. An arm64 pool that does not say has GKE's own for it."""
        taints = super().effective_taints(catalog)
        if self.taints is None and self.machine(catalog).architecture == "arm64":
            return (*taints, ARM_TAINT)
        return taints

    def problems(self, region: str) -> Iterator[str]:
        """What GKE would refuse of this pool, each as one sentence. The machine type has to be known."""
        machine = self.machine(MACHINES)
        if self.name[0].isdigit():
            yield "GKE takes no name of a node pool that starts with a digit"
        for zone in self.zones:
            if not re.fullmatch(f"{re.escape(region)}-[a-z]", zone):
                yield f"'{zone}' is not a zone of {region}; allowed: {region}-a, {region}-b and so on"
        if machine.model and GPU_TAINT not in self.effective_taints(MACHINES):
            yield (
                "GKE itself gives nodes with accelerators the taint nvidia.com/gpu=present:NoSchedule: leave "
                "taints out, or name it among them"
            )
        if machine.features.get("disk") and self.disk_type not in (None, machine.features["disk"]):
            yield f"{machine.name} takes no boot disk {self.disk_type}; allowed: {machine.features['disk']}"
        if not machine.features.get("disk") and self.disk_type == "hyperdisk-balanced":
            yield (
                f"{machine.name} is not known to take boot disk hyperdisk-balanced; allowed: pd-balanced, "
                "pd-ssd, pd-standard"
            )
        yield from self._capacity_problems(machine)
        if self.multi_node:
            yield from self._placement_problems(machine)

    def _capacity_problems(self, machine: Machine) -> Iterator[str]:
        ways: list[str] = machine.features.get("capacity", list(_WAYS))
        if self.reservation:
            if self.capacity != "onDemand":
                yield f"a reservation gives no spot nodes: capacity is '{self.capacity}', allowed: onDemand"
            if self.reservation.affinity == "specific" and len(self.zones) != 1:
                yield "a reservation lies in one zone: give its zone alone as zones"
        asked = (
            ["reservation"]
            if self.reservation
            else {"onDemand": ["onDemand"], "spot": ["spot"], "spotWithFallback": ["spot", "onDemand"]}[
                self.capacity
            ]
        )
        for way in asked:
            if way not in ways:
                allowed = " or ".join(_WAYS[one] for one in ways)
                yield f"{machine.name} cannot be had {_WAYS[way]}; allowed: {allowed}"

    def _placement_problems(self, machine: Machine) -> Iterator[str]:
        if not machine.features.get("placement") and not machine.features.get("fabric"):
            yield f"multiNode: nodes {machine.name} cannot be placed close together"
        if len(self.zones) != 1:
            yield "multiNode: nodes stand close together in one zone: give it alone as zones"
        if self.sharing:
            yield "multiNode: a training over several nodes takes whole devices: leave sharing out"

    @property
    def compact(self) -> bool:
        """Whether GKE places the nodes close together; those of a reservation have their places."""
        reserved = self.reservation is not None and self.reservation.affinity == "specific"
        return self.multi_node and not reserved and bool(self.machine(MACHINES).features.get("placement"))

    @property
    def resource_names(self) -> tuple[str, ...]:
        """The names of the node pools of GKE that this pool becomes."""
        if self.capacity == "spotWithFallback":
            return (self.name, f"{self.name}-fallback")
        return (self.name,)


def gcp_pool_problems(pools: tuple[GcpPoolSettings, ...], region: str) -> list[str]:
    """What GKE would refuse of pools whose machine types are known, each a sentence with its pool."""
    problems = [f"pool '{pool.name}': {one}" for pool in pools for one in pool.problems(region)]
    names = [name for pool in pools for name in pool.resource_names]
    problems += [
        f"pool '{name}': the on-demand nodes of another pool with fallback have that name: choose another"
        for name in duplicates(names)
    ]
    return problems
