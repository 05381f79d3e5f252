"""How the devices of a pool are shared: settings, and what the scheduler then sees."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ..contracts import Accelerator, Sharing
from ..settings_base import Settings
from .accelerators import model_named

SHARED_RESOURCE = "nvidia.com/gpu.shared"
"""What a shared device is asked for as: the device plugin's `renameByDefault` adds `.shared` to the name."""

MIG_RESOURCE = "nvidia.com/mig-{profile}"
"""What a partition is asked for as, under the device plugin's MIG strategy `mixed`."""


class SharingSettings(Settings):
    """How one device serves several pods."""

    strategy: Literal["timeSlicing", "mps", "mig"] = Field(
        description="`timeSlicing`: pods take turns, nothing keeps their memory apart; `mps`: NVIDIA's "
        "Multi-Process Service, a share of the memory each; `mig`: partitions in hardware."
    )
    replicas: int | None = Field(
        default=None, ge=2, le=48, description="Pods that share one device (`timeSlicing` and `mps`)."
    )
    profile: str | None = Field(
        default=None,
        pattern=r"^[1-7]g\.[0-9]+gb$",
        description="Profile of the partitions (`mig`): 1g.10gb. A device is cut into as many as fit.",
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.strategy == "mig" and (self.profile is None or self.replicas is not None):
            raise ValueError("strategy 'mig' takes a profile (1g.10gb) and no replicas")
        if self.strategy != "mig" and (self.replicas is None or self.profile is not None):
            raise ValueError(f"strategy '{self.strategy}' takes replicas (2 to 48) and no profile")
        return self


def shared(accelerator: Accelerator, sharing: SharingSettings | None) -> Accelerator:
    """Return the accelerators as pods see them when they are shared.

    Raises ValueError where the model cannot be shared in this way, naming what it can.
    """
    if sharing is None:
        return accelerator
    if not accelerator.resource.startswith("nvidia.com/"):
        raise ValueError(f"devices '{accelerator.resource}' cannot be shared: only those of NVIDIA can")
    if sharing.profile is None:
        replicas = sharing.replicas or 1
        return Accelerator(
            model=accelerator.model,
            count=accelerator.count,
            resource=SHARED_RESOURCE,
            sharing=Sharing(strategy=sharing.strategy, replicas=replicas),
        )
    return Accelerator(
        model=accelerator.model,
        count=accelerator.count,
        resource=MIG_RESOURCE.format(profile=sharing.profile),
        sharing=Sharing(
            strategy="mig", replicas=_partitions(accelerator.model, sharing.profile), profile=sharing.profile
        ),
    )


def _partitions(model: str, profile: str) -> int:
    known = model_named(model)
    if not known.mig:
        raise ValueError(f"{known.name} cannot be cut into partitions: it has no Multi-Instance GPU (MIG)")
    if profile not in known.mig:
        raise ValueError(
            f"{known.name} has no MIG profile '{profile}'; allowed: {', '.join(sorted(known.mig))}"
        )
    return known.mig[profile]
