"""What a stack may say about training runtimes: those that Trainer brings, and its own."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from ...kube.image import PinnedImage
from ...kube.quantity import parse_quantity
from ...kube.settings import Compute, Quantity
from ...settings_base import Settings, duplicates
from .built_in import BUILT_IN
from .recipe import POLICIES, Policy

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE = r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def _object_name(name: str) -> str:
    if not _SUBDOMAIN.fullmatch(name) or len(name) > 253:
        raise ValueError(
            f"'{name}' is not the name of an object (lower-case letters, digits, '-' and '.', starting and "
            "ending with a letter or digit)"
        )
    return name


def _variables(environment: Mapping[str, str]) -> Mapping[str, str]:
    for name in environment:
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"'{name}' is not the name of a variable (letters, digits, '_', '-' and '.')")
    return environment


Source = Annotated[
    str,
    Field(pattern=r"^(hf|s3)://[^\s]+$", description="hf://owner/name on Hugging Face, or s3://bucket/path."),
]


class AcceleratorSettings(Settings):
    """The accelerators of each node of a job."""

    model: str = Field(description="Model, as a node pool of the stack has it.")
    count: int = Field(ge=1, description="Devices of each node.")


class Shape(Settings):
    """What each node of a job is, and where it runs. A job itself may ask for something else."""

    nodes: int | None = Field(
        default=None,
        ge=1,
        description="Pods that train; null: one, with MPI two, of which one is the launcher.",
    )
    requests: Compute = Field(default=Compute(), description="What each pod reserves.")
    limits: Compute = Field(default=Compute(), description="What each pod may use.")
    accelerator: AcceleratorSettings | None = Field(
        default=None, description="Accelerators of each pod; its nodes are those of the pool that has them."
    )
    node_pool: str | None = Field(default=None, description="Node pool that its pods run on.")
    shared_memory: Quantity | None = Field(
        default=None,
        description="Size of a memory-backed /dev/shm, by which processes of a pod exchange tensors; null: "
        "the container engine's 64Mi.",
    )
    environment: Annotated[Mapping[str, str], AfterValidator(_variables)] = Field(
        default={}, description="Variables of the training container."
    )
    mesh: bool = Field(
        default=False,
        description="Whether its pods may join the service mesh. Those of a job call each other by ports "
        "that no Service names; within the mesh a team's policy refuses that.",
    )

    @model_validator(mode="after")
    def _requests_fit(self) -> Self:
        for name in ("cpu", "memory"):
            asked, most = getattr(self.requests, name), getattr(self.limits, name)
            if asked and most and parse_quantity(asked) > parse_quantity(most):
                raise ValueError(
                    f"requests.{name} is {asked} and limits.{name} is {most}; allowed: at most the limit"
                )
        return self


class BuiltInRuntime(Shape):
    """A runtime that Trainer brings, where it shall differ."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    image: PinnedImage | None = Field(default=None, description="Another image with the same programs.")


class MpiSettings(Settings):
    """How the launcher of a runtime with MPI reaches the other pods: the conventions of its image."""

    processes_per_node: int = Field(
        default=1, ge=1, description="Slots of each pod; with 1 and several GPUs as many as GPUs."
    )
    user: int = Field(default=1000, ge=1, description="Numeric user that all of its pods run as.")
    home: str = Field(
        default="/home/mpiuser",
        pattern=r"^/[^\s]*[^/\s]$",
        description="Home of that user, in which the image has .sshd_config and the keys are put into .ssh.",
    )


class InitializerSource(Settings):
    """What is downloaded before training."""

    dataset: Source | None = Field(default=None, description="Dataset, put into /workspace/dataset.")
    model: Source | None = Field(default=None, description="Model, put into /workspace/model.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.dataset is None and self.model is None:
            raise ValueError("downloads nothing; allowed: a dataset, a model, or both")
        return self


class OwnRuntime(Shape):
    """A runtime of one's own."""

    name: Annotated[str, AfterValidator(_object_name)] = Field(description="Its name, as jobs give it.")
    framework: str = Field(
        pattern=_LABEL_VALUE,
        description="What it trains with: torch, deepspeed, jax, mlx, xgboost, or another name.",
    )
    policy: Policy | None = Field(
        default=None,
        description="How its pods find each other: by what torch, jax, xgboost or mpi need, or not at all "
        "(plain); null: what the framework needs.",
    )
    image: PinnedImage = Field(description="Image of the training container.")
    command: tuple[str, ...] = Field(default=(), description="Command, where a job has none.")
    args: tuple[str, ...] = Field(default=(), description="Arguments, where a job has none.")
    mpi: MpiSettings = Field(default=MpiSettings(), description="With policy mpi: how its image is made.")
    download: InitializerSource | None = Field(
        default=None, description="What is downloaded before training."
    )

    @property
    def chosen_policy(self) -> Policy:
        """The policy that it has, its framework's unless it says so."""
        return self.policy or POLICIES[self.framework]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.name in BUILT_IN:
            raise ValueError(
                f"'{self.name}' is a runtime of Trainer: change it in builtIn; allowed here: another name"
            )
        if self.framework == "torchtune":
            raise ValueError(
                "found framework 'torchtune': Trainer knows which model it tunes by the names of its own "
                "runtimes; change those in builtIn"
            )
        if self.policy is None and self.framework not in POLICIES:
            raise ValueError(
                f"framework '{self.framework}' does not tell how pods find each other; set policy to torch, "
                "jax, xgboost, mpi or plain"
            )
        if self.chosen_policy != "mpi" and self.mpi != MpiSettings():
            raise ValueError(f"mpi is set and the policy is {self.chosen_policy}; allowed: with policy mpi")
        if self.chosen_policy == "mpi" and self.nodes == 1:
            raise ValueError("found nodes 1; allowed with MPI: at least 2, of which one is the launcher")
        return self


class InitializersSettings(Settings):
    """What downloads datasets and models, and where to."""

    dataset_image: PinnedImage | None = Field(
        default=None, description="Image for datasets; the pinned one of this release if not given."
    )
    model_image: PinnedImage | None = Field(
        default=None, description="Image for models; the pinned one of this release if not given."
    )
    volume_size: Quantity = Field(
        default="20Gi", description="Size of the volume that a job's downloads and results are on."
    )
    storage_class: str | None = Field(default=None, description="Its class; null: the cluster's default.")
    access_mode: Literal["ReadWriteOnce", "ReadWriteMany"] = Field(
        default="ReadWriteOnce", description="ReadWriteMany where pods of several nodes read it."
    )


class RuntimesSettings(Settings):
    """The training runtimes that every team can use."""

    built_in: Mapping[str, BuiltInRuntime] = Field(
        default={}, description="Runtimes of Trainer by name, where they shall differ from their defaults."
    )
    own: tuple[OwnRuntime, ...] = Field(default=(), description="Further runtimes.")
    initializers: InitializersSettings = Field(
        default=InitializersSettings(), description="Downloads before training."
    )

    @field_validator("built_in")
    @classmethod
    def _known(cls, built_in: Mapping[str, BuiltInRuntime]) -> Mapping[str, BuiltInRuntime]:
        for name, runtime in built_in.items():
            if name not in BUILT_IN:
                raise ValueError(f"found '{name}'; allowed: {', '.join(BUILT_IN)}")
            recipe = BUILT_IN[name]
            if recipe.policy == "mpi" and runtime.nodes == 1:
                raise ValueError(
                    f"{name}.nodes: found 1; allowed with MPI: at least 2, of which one is the launcher"
                )
            if recipe.framework == "torchtune" and (runtime.nodes or 1) > 1:
                raise ValueError(
                    f"{name}.nodes: found {runtime.nodes}; allowed: 1, what Trainer accepts for it"
                )
        return built_in

    @field_validator("own")
    @classmethod
    def _told_apart(cls, own: tuple[OwnRuntime, ...]) -> tuple[OwnRuntime, ...]:
        if twice := duplicates(runtime.name for runtime in own):
            raise ValueError(f"runtime '{twice[0]}' is listed twice; allowed: once")
        return own
