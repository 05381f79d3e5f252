"""Where a new notebook may run: GPUs, affinity and tolerations, as an administrator says it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ...kube.settings import TolerationSettings
from ...settings_base import Settings, duplicates

# Fields of core/v1 Affinity, and of the three kinds of it.
_AFFINITIES = ("nodeAffinity", "podAffinity", "podAntiAffinity")
_RULES = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)

OptionKey = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$",
        description="What the option is called in the configuration.",
    ),
]


class GpuVendor(Settings):
    """One entry of the list of GPU vendors."""

    limits_key: str = Field(
        pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$",
        description="Resource that the scheduler counts: nvidia.com/gpu, amd.com/gpu, habana.ai/gaudi.",
    )
    display_name: str = Field(min_length=1, description="What people read.")


class GpuSettings(Settings):
    """GPUs of a notebook."""

    vendors: tuple[GpuVendor, ...] | None = Field(
        default=None, description="What is offered; null: what the node pools of this stack have."
    )
    vendor: str | None = Field(
        default=None,
        description="The limitsKey that is chosen at first; null: the only one there is, else none.",
    )
    # The choices of the form's list: crud-web-apps/jupyter, form-gpus.component.ts.
    count: Literal[0, 1, 2, 4, 8] = Field(default=0, description="GPUs unless its creator says otherwise.")
    read_only: bool = Field(default=False, description="Whether people must keep the default.")

    @model_validator(mode="after")
    def _vendors_are_told_apart(self) -> Self:
        keys = [vendor.limits_key for vendor in self.vendors or ()]
        if twice := duplicates(keys):
            raise ValueError(f"limitsKey '{twice[0]}' is listed twice; allowed: once")
        return self


class AffinityOption(Settings):
    """One entry of the list of affinities: by `nodeLabels` and `onePerNode`, or written out in `affinity`."""

    key: OptionKey
    display_name: str = Field(min_length=1, description="What people read.")
    node_labels: Mapping[str, str] = Field(default={}, description="Labels that the node must have.")
    one_per_node: bool = Field(default=False, description="Whether no other notebook may be on the node.")
    affinity: Mapping[str, Any] | None = Field(
        default=None, description="An affinity as Kubernetes writes it (core/v1 Affinity)."
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        by_words = bool(self.node_labels) or self.one_per_node
        if by_words == (self.affinity is not None):
            raise ValueError(
                f"affinity option '{self.key}' needs nodeLabels or onePerNode, or else affinity, and not both"
            )
        for kind, rules in (self.affinity or {}).items():
            if kind not in _AFFINITIES:
                raise ValueError(f"found '{kind}' in affinity; allowed: {', '.join(_AFFINITIES)}")
            if not isinstance(rules, Mapping) or not rules or any(rule not in _RULES for rule in rules):  # pyright: ignore[reportUnknownVariableType]
                raise ValueError(f"affinity.{kind} holds other keys than {', '.join(_RULES)}")
        return self


class AffinitySettings(Settings):
    """The list of affinities. Each node pool of the stack stands in it by its name."""

    options: tuple[AffinityOption, ...] = Field(default=(), description="Entries beside the node pools.")
    default: str = Field(default="", description="Key or node pool that is chosen at first; empty: none.")
    read_only: bool = Field(default=False, description="Whether people must keep the default.")


class TolerationGroup(Settings):
    """One entry of the list of toleration groups."""

    key: OptionKey
    display_name: str = Field(min_length=1, description="What people read.")
    tolerations: tuple[TolerationSettings, ...] = Field(min_length=1, description="What it tolerates.")


class TolerationGroupsSettings(Settings):
    """The list of toleration groups. Each node pool with taints stands in it by its name."""

    groups: tuple[TolerationGroup, ...] = Field(default=(), description="Entries beside the node pools.")
    default: str = Field(default="", description="Key or node pool that is chosen at first; empty: none.")
    read_only: bool = Field(default=False, description="Whether people must keep the default.")
