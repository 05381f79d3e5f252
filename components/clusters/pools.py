"""Node pools as settings: what the settings of every cluster say about labels, taints and accelerators."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..contracts import Accelerator, Taint
from ..settings_base import Settings, duplicates

POOL_LABEL = "slipway.dev/pool"
"""The label that every node carries; its value is the name of the node's pool."""

# Labels that the cluster itself writes on a node: a setting for one would be lost or contradicted.
_OWN_LABELS = re.compile(
    r"slipway\.dev/.*"
    r"|(beta\.)?kubernetes\.io/(os|arch|hostname|instance-type)"
    r"|node\.kubernetes\.io/instance-type"
    r"|(topology|failure-domain\.beta)\.kubernetes\.io/(zone|region)"
    r"|nvidia\.com/gpu\.(present|product|count|replicas)"
)
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def _key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if not _NAME.fullmatch(name) or (slash and not (_DOMAIN.fullmatch(prefix) and len(prefix) <= 253)):
        message = (
            f"'{key}' is not a label or taint key (a name of at most 63 letters, digits, '-', '_' and '.', "
            "with a domain and '/' before it or not: team, example.com/team)"
        )
        raise ValueError(message)
    return key


def _value(value: str) -> str:
    if value and not _NAME.fullmatch(value):
        message = (
            f"'{value}' is not a label or taint value (empty, or at most 63 letters, digits, '-', '_' and "
            "'.', starting and ending with a letter or digit)"
        )
        raise ValueError(message)
    return value


def _labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    for key, value in labels.items():
        if _OWN_LABELS.fullmatch(_key(key)):
            message = f"'{key}' is set by the cluster itself: choose a key of your own"
            raise ValueError(message)
        _value(value)
    return labels


def _taint_key(key: str) -> str:
    if _key(key).startswith("node.kubernetes.io/"):
        message = f"'{key}' is set by Kubernetes itself, by the state of a node: choose a key of your own"
        raise ValueError(message)
    return key


def _resource(name: str) -> str:
    domain, slash, _ = _key(name).partition("/")
    if not slash or domain.endswith("kubernetes.io"):
        message = f"'{name}' is not an extended resource (a domain and a name: nvidia.com/gpu, amd.com/gpu)"
        raise ValueError(message)
    return name


def _model(model: str) -> str:
    if not _NAME.fullmatch(model_label(model)):
        message = (
            f"'{model}' is not the name of a model (letters, digits, '-', '_', '.' and spaces, at most 63 "
            "characters: NVIDIA H100 80GB HBM3)"
        )
        raise ValueError(message)
    return model


def model_label(model: str) -> str:
    """Return the model as a label's value, as NVIDIA's GPU feature discovery writes it."""
    return model.replace(" ", "-")


Labels = Annotated[
    Mapping[str, str],
    AfterValidator(_labels),
    Field(description="Labels of each node, beside those that every node has."),
]


class TaintSettings(Settings):
    """A taint (core/v1 Taint): pods that do not tolerate it stay away."""

    key: Annotated[str, AfterValidator(_taint_key)] = Field(description="Key of the taint.")
    value: Annotated[str, AfterValidator(_value)] = Field(default="", description="Value of the taint.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        default="NoSchedule", description="What happens to pods that do not tolerate it."
    )

    @property
    def contract(self) -> Taint:
        """The taint as components see it."""
        return Taint(key=self.key, value=self.value, effect=self.effect)


def _distinct(taints: tuple[TaintSettings, ...]) -> tuple[TaintSettings, ...]:
    if twice := duplicates(f"{taint.key}:{taint.effect}" for taint in taints):
        message = f"the taint {', '.join(twice)} is given twice: a node has one of a key and effect"
        raise ValueError(message)
    return taints


Taints = Annotated[tuple[TaintSettings, ...], AfterValidator(_distinct)]


class AcceleratorSettings(Settings):
    """The accelerators of one node."""

    model: Annotated[str, AfterValidator(_model)] = Field(
        description="Model, as the vendor names it: NVIDIA H100 80GB HBM3."
    )
    count: int = Field(ge=1, le=64, description="Devices in one node.")
    resource: Annotated[str, AfterValidator(_resource)] = Field(
        default="nvidia.com/gpu", description="Extended resource by which pods ask for a device."
    )

    @property
    def contract(self) -> Accelerator:
        """The accelerators as components see them."""
        return Accelerator(model=self.model, count=self.count, resource=self.resource)

    @property
    def default_taint(self) -> TaintSettings:
        """The taint that keeps pods without need of a device away, as NVIDIA and the clouds write it."""
        nvidia = self.resource.startswith("nvidia.com/")
        return TaintSettings(key="nvidia.com/gpu" if nvidia else self.resource, value="present")

    @property
    def node_labels(self) -> dict[str, str]:
        """The labels by which nodes with such devices are found: NVIDIA GPU feature discovery v0.17."""
        if not self.resource.startswith("nvidia.com/"):
            return {}
        return {
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.product": model_label(self.model),
            "nvidia.com/gpu.count": str(self.count),
            "nvidia.com/gpu.replicas": "1",
        }
