"""What the settings of every cloud's cluster say under the same names."""

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ..contracts import Accelerator, NodePool
from ..settings_base import DnsLabel, Settings, duplicates
from .machines import Catalog, Machine
from .pools import POOL_LABEL, AcceleratorSettings, Labels, Taints, TaintSettings
from .sharing import SharingSettings, shared


def _range(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        message = f"'{text}' is not a range of addresses (CIDR, without host bits: 10.0.0.0/16)"
        raise ValueError(message) from None
    return str(network)


def _private_range(text: str) -> str:
    if not ipaddress.ip_network(_range(text)).is_private:
        message = f"'{text}' is not a private range (RFC 1918: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16)"
        raise ValueError(message)
    return text


def _not_everyone(text: str) -> str:
    if ipaddress.ip_network(_range(text)).prefixlen == 0:
        message = f"'{text}' is the whole internet: name the ranges of your offices, VPN and build servers"
        raise ValueError(message)
    return text


Range = Annotated[str, AfterValidator(_range)]
PrivateRange = Annotated[str, AfterValidator(_private_range)]
AllowedRange = Annotated[str, AfterValidator(_not_everyone)]


class EndpointSettings(Settings):
    """Who reaches the Kubernetes API."""

    public: bool = Field(
        default=False,
        description="Whether the API has a public address, beside the private one in the cluster's network. "
        "Without one `pulumi up` has to run inside the network (VPN, build server).",
    )
    allowed_ranges: tuple[AllowedRange, ...] = Field(
        default=(), description="Public ranges (CIDR) that may reach the public address; all others may not."
    )

    @model_validator(mode="after")
    def _never_open_to_the_world(self) -> Self:
        if self.public and not self.allowed_ranges:
            raise ValueError("a public endpoint needs allowedRanges, the ranges that may reach it")
        if self.allowed_ranges and not self.public:
            raise ValueError("allowedRanges are for a public endpoint: set public to true, or leave them out")
        return self


class AcceleratorChoice(Settings):
    """Accelerators from which a machine type is chosen: the smallest one that has them."""

    model: str = Field(description="Model, long or short: NVIDIA H100 80GB HBM3, H100.")
    count: int = Field(default=1, ge=1, le=16, description="Devices in one node.")


def _pool_name(name: str) -> str:
    if len(name) > 30:
        message = f"'{name}' has {len(name)} characters, at most 30 are allowed: resources are named after it"
        raise ValueError(message)
    return name


class CloudPoolSettings(Settings):
    """Nodes of one shape on a cloud. Either `machineType` or `accelerator` says which machines."""

    name: Annotated[DnsLabel, AfterValidator(_pool_name)] = Field(description="Name of the pool.")
    machine_type: str | None = Field(default=None, description="Machine type, as the cloud names it.")
    accelerator: AcceleratorChoice | None = Field(
        default=None, description="Accelerators of each node, from which the machine type is chosen."
    )
    min: int = Field(default=0, ge=0, le=1000, description="Fewest nodes; 0 lets a pool without work vanish.")
    max: int = Field(default=3, ge=1, le=1000, description="Most nodes, in all zones together.")
    capacity: Literal["onDemand", "spot", "spotWithFallback"] = Field(
        default="onDemand",
        description="`spot`: cheaper nodes that the cloud may take away; `spotWithFallback`: on-demand nodes "
        "of the same shape where there are no spot ones.",
    )
    zones: tuple[str, ...] = Field(
        default=(), description="Zones of the nodes, as the cloud names them; all of the cluster unless said."
    )
    disk_size: int = Field(default=200, ge=50, le=16000, description="Boot disk of a node in GiB.")
    labels: Labels = Field(default={}, description="Labels of each node, beside those that every node has.")
    taints: Taints | None = Field(
        default=None,
        description="Taints of each node. A pool with accelerators that does not say has the taint "
        "`nvidia.com/gpu=present:NoSchedule`, so that only GPU work goes there; `[]` means none.",
    )
    sharing: SharingSettings | None = Field(
        default=None, description="How one device serves several pods; each belongs to one unless said."
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if (self.machine_type is None) == (self.accelerator is None):
            raise ValueError("give either machineType or accelerator, from which a machine type is chosen")
        if self.min > self.max:
            raise ValueError(f"min is {self.min} and max is {self.max}: min must not be above max")
        if twice := duplicates(self.zones):
            raise ValueError(f"the zone {', '.join(twice)} is given twice")
        return self

    def machine(self, catalog: Catalog) -> Machine:
        """Return the machine type that is meant.

        Raises ValueError where the cloud has none, or none with that many devices.
        """
        if self.accelerator:
            return catalog.holding(self.accelerator.model, self.accelerator.count)
        return catalog.machine(self.machine_type or "")

    def devices(self, catalog: Catalog) -> Accelerator | None:
        """The accelerators of one node as pods see them. Raises ValueError where they cannot be shared so."""
        machine = self.machine(catalog)
        if machine.model is None:
            if self.sharing:
                raise ValueError(f"sharing is for accelerators, and {machine.name} has none")
            return None
        return shared(Accelerator(model=machine.model.name, count=machine.count), self.sharing)

    def effective_taints(self, catalog: Catalog) -> tuple[TaintSettings, ...]:
        """The taints that are meant, said or not."""
        if self.taints is not None:
            return self.taints
        machine = self.machine(catalog)
        if machine.model is None:
            return ()
        return (AcceleratorSettings(model=machine.model.name, count=machine.count).default_taint,)

    def contract(self, catalog: Catalog) -> NodePool:
        """The pool as components see it."""
        machine = self.machine(catalog)
        return NodePool(
            name=self.name,
            min_nodes=self.min,
            max_nodes=self.max,
            cpu=str(machine.cpu),
            memory=f"{machine.memory}Gi",
            labels={**self.labels, POOL_LABEL: self.name},
            taints=tuple(taint.contract for taint in self.effective_taints(catalog)),
            accelerator=self.devices(catalog),
            architecture=machine.architecture,
            spot=self.capacity != "onDemand",
            zones=self.zones,
        )


def pool_problems(pools: tuple[CloudPoolSettings, ...], catalog: Catalog) -> list[str]:
    """What no cluster can have, each as one sentence that begins with the pool: for a validator to raise."""
    problems = [f"two pools have the name {one}" for one in duplicates(pool.name for pool in pools)]
    open_to_all = False
    for pool in pools:
        try:
            taints = pool.effective_taints(catalog)
            pool.devices(catalog)
        except ValueError as error:
            problems.append(f"pool '{pool.name}': {error}")
            continue
        open_to_all |= pool.min > 0 and all(one.effect == "PreferNoSchedule" for one in taints)
    if not problems and not open_to_all:
        problems.append("no pool has min 1 or more and no taint: the platform itself needs nodes to run on")
    return problems


class CloudClusterSettings(Settings):
    """What every cloud's cluster has under the same names; each cloud adds its own."""

    region: str = Field(description="Region of the cluster, as the cloud names it.")
    name: DnsLabel | None = Field(default=None, description="Name of the cluster; the stack's unless said.")
    version: str = Field(
        default="1.35",
        pattern=r"^1\.[0-9]{2}$",
        description="Kubernetes version of control plane and nodes: 1.35.",
    )
    endpoint: EndpointSettings = EndpointSettings()
    deletion_protection: bool = Field(
        default=True,
        description="Whether the cloud refuses to delete the cluster. Set it to false, `up`, then remove it.",
    )
    tags: Mapping[str, str] = Field(
        default={}, description="Tags (labels on Google Cloud) of every resource in the cloud."
    )
