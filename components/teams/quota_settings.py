"""What a team may use of the cluster, as settings."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ..kube.quantity import parse_quantity
from ..kube.settings import Compute, Quantity
from ..settings_base import Settings

# Where a quota lies below this, somebody has left the unit out: no container runs in it.
_LEAST_BYTES = "16Mi"
# More cores than a cluster has: somebody has written millicores without their `m`.
_MOST_CORES = 100_000


def _bytes(value: str) -> str:
    if parse_quantity(value) < parse_quantity(_LEAST_BYTES):
        raise ValueError(
            f"found '{value}', which is less than {_LEAST_BYTES}; allowed: a unit with it, as in 64Gi"
        )
    return value


def _cores(value: str) -> str:
    if parse_quantity(value) > _MOST_CORES:
        raise ValueError(
            f"found '{value}', more cores than any cluster has; allowed: cores, as in 64 or 500m"
        )
    return value


Cores = Annotated[Quantity, AfterValidator(_cores)]
Bytes = Annotated[Quantity, AfterValidator(_bytes)]


class QuotaSettings(Settings):
    """What all pods and volumes of a team may ask for together. What is not given has no limit."""

    cpu: Cores | None = Field(default=None, description="Cores that its pods may request together.")
    memory: Bytes | None = Field(default=None, description="Memory that its pods may request together.")
    storage: Bytes | None = Field(default=None, description="Size of its volumes together.")
    volumes: int | None = Field(default=None, ge=0, description="How many volumes it may have.")
    pods: int | None = Field(default=None, ge=1, description="How many pods it may have.")
    gpus: Mapping[str, Annotated[int, Field(ge=0, le=100_000)]] = Field(
        default={},
        description="How many devices it may use at a time, by model (NVIDIA H100 80GB HBM3) or by the "
        "resource that pods ask for (nvidia.com/gpu, nvidia.com/gpu.shared, nvidia.com/mig-1g.10gb).",
    )


class LimitSettings(Settings):
    """What a single container or claim gets where it says nothing, and may ask for at most (LimitRange)."""

    requests: Compute = Field(
        default=Compute(cpu="50m", memory="128Mi"),
        description="What a container reserves that does not say. A quota for CPU or memory counts it, and "
        "would refuse a pod without.",
    )
    limits: Compute = Field(
        default=Compute(), description="What a container may use at most that does not say; unset: no limit."
    )
    largest_container: Compute = Field(
        default=Compute(), description="The most that any container may have as its limit; unset: no limit."
    )
    largest_volume: Bytes | None = Field(default=None, description="The largest claim; unset: no limit.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("cpu", "memory"):
            request, limit, most = (
                getattr(one, name) for one in (self.requests, self.limits, self.largest_container)
            )
            if limit and request and parse_quantity(limit) < parse_quantity(request):
                raise ValueError(
                    f"limits.{name}: found {limit}; allowed: at least requests.{name}, {request}"
                )
            least = limit or request
            if most and least and parse_quantity(most) < parse_quantity(least):
                raise ValueError(
                    f"largestContainer.{name}: found {most}; allowed: at least {least}, the default"
                )
        return self
