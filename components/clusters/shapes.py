"""Nodes of one shape whose number a stack says itself: simulated, of kind, or there already."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import override

from ..contracts import Accelerator, NodePool
from ..kube.quantity import parse_quantity
from ..settings_base import DnsLabel, Settings
from .pools import POOL_LABEL, AcceleratorSettings, Labels, Taints, TaintSettings
from .sharing import SharingSettings, shared

_LEAST_MEMORY = "64Mi"
_MOST_CORES = 4096


def _number(value: str) -> str:
    if parse_quantity(value) <= 0:
        message = f"'{value}' is not above zero"
        raise ValueError(message)
    return value


def _bytes(value: str) -> str:
    if parse_quantity(_number(value)) < parse_quantity(_LEAST_MEMORY):
        message = f"'{value}' is less than {_LEAST_MEMORY}: write the unit, as in 64Gi"
        raise ValueError(message)
    return value


def _cores(value: str) -> str:
    if parse_quantity(_number(value)) > _MOST_CORES:
        message = f"'{value}' is more than {_MOST_CORES} cores, which no node has: 16, 3500m"
        raise ValueError(message)
    return value


_QUANTITY = Field(coerce_numbers_to_str=True, json_schema_extra={"type": ["string", "number"]})
Cores = Annotated[str, _QUANTITY, AfterValidator(_cores)]
Bytes = Annotated[str, _QUANTITY, AfterValidator(_bytes)]
Architecture = Literal["amd64", "arm64"]


class NodeShape(Settings):
    """Nodes of one shape. Whoever makes them says more of each field."""

    name: DnsLabel = Field(description="Name of the pool.")
    count: int = Field(default=1, ge=0, description="Number of nodes.")
    cpu: Cores = Field(description="Cores of one node, as a Kubernetes quantity: 16, 3500m.")
    memory: Bytes = Field(description="Memory of one node, as a Kubernetes quantity: 64Gi.")
    architecture: Architecture = Field(default="amd64", description="Processor architecture.")
    accelerator: AcceleratorSettings | None = Field(default=None, description="Accelerators of each node.")
    labels: Labels = Field(default={}, description="Labels of each node, beside those that every node has.")
    taints: Taints | None = Field(
        default=None,
        description="Taints of each node. A pool with accelerators that does not say has the taint "
        "`nvidia.com/gpu=present:NoSchedule` (for other vendors their resource's name); `[]` means none.",
    )

    @property
    def devices(self) -> Accelerator | None:
        """The accelerators of one node as pods see them."""
        return self.accelerator.contract if self.accelerator else None

    @property
    def effective_taints(self) -> tuple[TaintSettings, ...]:
        """The taints that are meant, said or not."""
        if self.taints is not None:
            return self.taints
        return (self.accelerator.default_taint,) if self.accelerator else ()

    @property
    def selector(self) -> dict[str, str]:
        """Labels that these nodes have and no others."""
        return {**self.labels, POOL_LABEL: self.name}

    @property
    def contract(self) -> NodePool:
        """The pool as components see it."""
        return NodePool(
            name=self.name,
            min_nodes=self.count,
            max_nodes=self.count,
            cpu=self.cpu,
            memory=self.memory,
            labels=self.selector,
            taints=tuple(taint.contract for taint in self.effective_taints),
            accelerator=self.devices,
            architecture=self.architecture,
        )


class SharedShape(NodeShape):
    """Nodes of one shape, whose devices may serve several pods each."""

    sharing: SharingSettings | None = Field(
        default=None, description="How one device serves several pods; each belongs to one unless said."
    )

    @property
    @override
    def devices(self) -> Accelerator | None:
        """The accelerators of one node as pods see them."""
        return shared(self.accelerator.contract, self.sharing) if self.accelerator else None

    @model_validator(mode="after")
    def _devices_can_be_shared(self) -> Self:
        if self.sharing and not self.accelerator:
            raise ValueError(f"pool '{self.name}': sharing is for accelerators, and it has none")
        if self.accelerator:
            shared(self.accelerator.contract, self.sharing)
        return self
