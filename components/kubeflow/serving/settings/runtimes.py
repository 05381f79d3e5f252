"""What a stack may say about serving runtimes: those that KServe brings, and its own."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from ....kube.image import PinnedImage
from ....kube.quantity import parse_quantity
from ....kube.settings import Compute
from ....settings_base import DnsLabel, Settings, duplicates
from ..runtimes.built_in import BUILT_IN

Protocol = Literal["v1", "v2", "grpc-v1", "grpc-v2"]

# validation.go of KServe v0.18.0: a runtime that sets it is refused.
_BLOCKED = ("PYTHONPATH",)


def _fit(requests: Compute, limits: Compute) -> None:
    for name in ("cpu", "memory"):
        asked, most = getattr(requests, name), getattr(limits, name)
        if asked and most and parse_quantity(asked) > parse_quantity(most):
            raise ValueError(
                f"requests.{name} is {asked} and limits.{name} is {most}; allowed: at most the limit"
            )


class BuiltInRuntime(Settings):
    """A runtime that KServe brings, where it shall differ."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    image: PinnedImage | None = Field(default=None, description="Another image of the same server.")
    requests: Compute | None = Field(default=None, description="What a pod reserves; null: its own default.")
    limits: Compute | None = Field(default=None, description="What a pod may use; null: its own default.")
    node_pool: str | None = Field(default=None, description="Node pool that its pods run on.")

    @model_validator(mode="after")
    def _requests_fit(self) -> Self:
        _fit(self.requests or Compute(), self.limits or Compute())
        return self


class ModelFormat(Settings):
    """A model format that a runtime serves."""

    name: str = Field(min_length=1, description="As services write it: sklearn, onnx, pytorch.")
    version: str | None = Field(default=None, description="Its version; null: any.")
    auto_select: bool = Field(
        default=False, description="Whether services that name no runtime may get this one."
    )
    priority: int | None = Field(default=None, ge=1, description="Higher ones are chosen before lower ones.")


class OwnRuntime(Settings):
    """A serving runtime of one's own: from an image, or from a runtime of KServe, placed anew."""

    name: DnsLabel = Field(description="Its name, which services give as `runtime`.")
    base: str | None = Field(
        default=None,
        description="Runtime of KServe that gives image, arguments, model formats and protocols.",
    )
    image: PinnedImage | None = Field(default=None, description="Image; needed without a base.")
    model_formats: tuple[ModelFormat, ...] = Field(default=(), description="Needed without a base.")
    protocols: tuple[Protocol, ...] = Field(default=("v1", "v2"), min_length=1, description="What it speaks.")
    command: tuple[str, ...] = Field(default=(), description="Command of its container.")
    args: tuple[str, ...] = Field(
        default=(), description="Arguments, after those of the base; `{{.Name}}` is the service's name."
    )
    environment: Mapping[str, str] = Field(default={}, description="Variables of its container.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=8080, description="Where it answers.")
    user: int | None = Field(default=None, ge=1, description="Numeric user; null: the image's own.")
    requests: Compute = Field(default=Compute(cpu="1", memory="2Gi"), description="What a pod reserves.")
    limits: Compute = Field(default=Compute(cpu="1", memory="2Gi"), description="What a pod may use.")
    accelerators: int = Field(
        default=0, ge=0, description="Devices of each pod; their resource is that of the node pool."
    )
    node_pool: str | None = Field(default=None, description="Node pool that its pods run on.")

    @field_validator("environment")
    @classmethod
    def _allowed_variables(cls, environment: Mapping[str, str]) -> Mapping[str, str]:
        for name in environment:
            if name in _BLOCKED:
                raise ValueError(f"KServe refuses a runtime that sets {name}; allowed: any other variable")
        return environment

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        _fit(self.requests, self.limits)
        if self.name in BUILT_IN:
            raise ValueError(f"'{self.name}' is a runtime of KServe; allowed: another name")
        if self.base is not None and self.base not in BUILT_IN:
            raise ValueError(f"found base '{self.base}'; allowed: {', '.join(BUILT_IN)}")
        if self.base is not None and BUILT_IN[self.base].workers:
            raise ValueError(f"'{self.base}' spans nodes and can be no base; set it in builtIn")
        if self.base is None and (self.image is None or not self.model_formats):
            raise ValueError(f"runtime '{self.name}' needs a base, or an image with modelFormats")
        for one in self.model_formats:
            others = (other for other in self.model_formats if other.name == one.name and other.auto_select)
            if one.auto_select and any(other.priority != one.priority for other in others):
                raise ValueError(
                    f"model format '{one.name}' has two priorities in runtime '{self.name}'; allowed: one"
                )
        if self.accelerators and self.node_pool is None:
            raise ValueError(
                f"runtime '{self.name}' asks for accelerators and names no nodePool that has them"
            )
        return self


class RuntimesSettings(Settings):
    """The serving runtimes that every team can use."""

    built_in: Mapping[str, BuiltInRuntime] = Field(
        default={}, description="Runtimes of KServe by name, where they shall differ from their defaults."
    )
    gpu_node_pool: str | None = Field(
        default=None,
        description="Node pool that pods of `gpuRuntimes` and of LLM inference services run on; null: where "
        "their services say.",
    )
    gpu_runtimes: tuple[str, ...] = Field(
        default=("kserve-huggingfaceserver", "kserve-huggingfaceserver-multinode", "kserve-tritonserver"),
        description="Runtimes of KServe that belong on that node pool.",
    )
    own: tuple[OwnRuntime, ...] = Field(default=(), description="Further runtimes.")

    @field_validator("built_in", "gpu_runtimes")
    @classmethod
    def _known(
        cls, names: Mapping[str, BuiltInRuntime] | tuple[str, ...]
    ) -> Mapping[str, BuiltInRuntime] | tuple[str, ...]:
        for name in names:
            if name not in BUILT_IN:
                raise ValueError(f"found '{name}'; allowed: {', '.join(BUILT_IN)}")
        return names

    @field_validator("own")
    @classmethod
    def _told_apart(cls, own: tuple[OwnRuntime, ...]) -> tuple[OwnRuntime, ...]:
        if twice := duplicates(one.name for one in own):
            raise ValueError(f"runtime '{twice[0]}' is listed twice; allowed: once")
        return own
