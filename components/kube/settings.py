"""Settings that every workload has: image, compute, replicas, placement."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ..contracts import TaintEffect
from ..settings_base import Settings
from .image import PinnedImage
from .quantity import parse_quantity


def _text(value: object) -> object:
    """YAML reads `cpu: 2` as a number; a quantity is text all the same."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _positive(value: str) -> str:
    if parse_quantity(value) <= 0:
        raise ValueError(f"'{value}' is not above zero")
    return value


Quantity = Annotated[
    str,
    BeforeValidator(_text),
    AfterValidator(_positive),
    Field(
        description="A Kubernetes quantity above zero: 500m, 2, 128Mi, 5Gi.",
        json_schema_extra={"type": ["string", "number"]},
    ),
]


class Compute(Settings):
    """CPU and memory of one container."""

    cpu: Quantity | None = Field(default=None, description="Cores: 500m is half a core.")
    memory: Quantity | None = Field(default=None, description="Memory: 128Mi, 2Gi.")


class ProgramSettings(Settings):
    """One container."""

    image: PinnedImage | None = Field(
        default=None, description="Image with its tag or digest; the pinned one of this release if not given."
    )
    requests: Compute = Field(
        default=Compute(cpu="10m", memory="64Mi"), description="What the scheduler reserves."
    )
    limits: Compute = Field(
        default=Compute(), description="What the container may use at most; unset: no limit."
    )


class TolerationSettings(Settings):
    """A toleration (core/v1 Toleration)."""

    key: str = Field(description="Key of the taint.")
    operator: Literal["Equal", "Exists"] = Field(default="Equal", description="How the value is compared.")
    value: str = Field(default="", description="Value of the taint; empty with Exists.")
    effect: TaintEffect | None = Field(default=None, description="Effect of the taint; unset: all of them.")


class Placement(Settings):
    """Which nodes the pods of a workload may run on."""

    node_pool: str | None = Field(default=None, description="Name of a node pool of this stack.")
    node_selector: Mapping[str, str] = Field(default={}, description="Labels that a node must have.")
    tolerations: tuple[TolerationSettings, ...] = Field(default=(), description="Taints that are tolerated.")


class WorkloadSettings(ProgramSettings):
    """One Deployment: its main container, and how often and where it runs."""

    replicas: int = Field(default=1, ge=0, le=50, description="Number of pods.")
    placement: Placement = Field(default=Placement(), description="Which nodes the pods may run on.")


LogLevel = Literal["debug", "info", "warn", "error"]
