"""What makes a training runtime: the framework, how its pods find each other, and what they run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Policy = Literal["torch", "jax", "xgboost", "mpi", "plain"]

POLICIES: Mapping[str, Policy] = {
    "torch": "torch",
    "torchtune": "torch",
    "jax": "jax",
    "xgboost": "xgboost",
    "deepspeed": "mpi",
    "mlx": "mpi",
}
"""The policy of each framework that Trainer has a runtime for."""


@dataclass(frozen=True, kw_only=True)
class Mpi:
    """How the launcher reaches the other pods.

    Attributes:
        processes: slots of each pod; 1 becomes the number of GPUs where a pod has several.
        user: numeric user that all pods run as.
        home: its home, where `.sshd_config` is and Trainer puts the keys into `.ssh`.
    """

    processes: int = 1
    user: int = 1000
    home: str = "/home/mpiuser"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One runtime, before a stack says how large it is and where it runs.

    Attributes:
        dataset, model: what is downloaded before training; None: nothing.
        devices: accelerators of each pod by the resource that the scheduler counts.
    """

    framework: str
    policy: Policy
    image: str
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    dataset: str | None = None
    model: str | None = None
    devices: Mapping[str, int] = field(default_factory=dict[str, int])
    mpi: Mpi = field(default_factory=Mpi)

    @property
    def downloads(self) -> bool:
        """Whether something is downloaded before training."""
        return self.dataset is not None or self.model is not None
