"""Settings of a cluster that is already there."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import override

from ...contracts import NodePool
from ...settings_base import DnsLabel, Settings, duplicates
from ..pools import Labels
from ..shapes import SharedShape


class ExistingPoolSettings(SharedShape):
    """Nodes of one shape that the cluster has, for the placement of components."""

    name: DnsLabel = Field(description="Name by which components are placed on these nodes.")
    labels: Labels = Field(description="Labels that select these nodes and no others.")
    count: int = Field(default=1, ge=0, le=10000, description="Nodes there are, or may be.")

    @model_validator(mode="after")
    def _can_be_selected(self) -> Self:
        if not self.labels:
            raise ValueError(f"pool '{self.name}' has no labels: name those that its nodes have")
        return self

    @property
    @override
    def selector(self) -> dict[str, str]:
        """Labels that these nodes have and no others."""
        return dict(self.labels)


def _distinct(pools: tuple[ExistingPoolSettings, ...]) -> tuple[ExistingPoolSettings, ...]:
    if twice := duplicates(pool.name for pool in pools):
        raise ValueError(f"two pools have the name {', '.join(twice)}: each needs a name of its own")
    return pools


class ExistingSettings(Settings):
    """A cluster that is already there: from a kubeconfig, or from another stack's outputs."""

    provider: Literal["existing"] = Field(description="Which kind of cluster: one that is already there.")
    kubeconfig_file: str | None = Field(
        default=None,
        min_length=1,
        description="File with the kubeconfig; `~` and paths from the project's folder are understood.",
    )
    kubeconfig_secret: bool = Field(
        default=False,
        description="The kubeconfig is the secret `slipway:secret-kubeconfig` of this stack: "
        "`pulumi config set --secret slipway:secret-kubeconfig < file`.",
    )
    stack: str | None = Field(
        default=None,
        pattern=r"^[^/\s]+/[^/\s]+/[^/\s]+$",
        description="Stack whose outputs `kubeconfig` and `contracts` are used: organization/slipway/base.",
    )
    context: str | None = Field(
        default=None, description="Context of the kubeconfig; its current one unless said."
    )
    storage_class: DnsLabel | None = Field(
        default=None, description="Class of volumes; the cluster's default class unless said."
    )
    shared_storage_class: DnsLabel | None = Field(
        default=None,
        description="Class of volumes that many nodes write (ReadWriteMany), where there is one.",
    )
    load_balancer: bool = Field(
        default=True, description="Whether a Service of type LoadBalancer gets an address."
    )
    gpu_driver: bool = Field(default=True, description="Whether nodes with GPUs have NVIDIA's driver.")
    gpu_device_plugin: bool = Field(
        default=False, description="Whether something reports GPUs to the scheduler already."
    )
    node_pools: Annotated[tuple[ExistingPoolSettings, ...], AfterValidator(_distinct)] = Field(
        default=(), description="Nodes by their shapes, for the placement of components."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [
            key
            for key, value in {
                "kubeconfigFile": self.kubeconfig_file,
                "kubeconfigSecret": self.kubeconfig_secret,
                "stack": self.stack,
            }.items()
            if value
        ]
        if len(given) != 1:
            raise ValueError(
                f"found {' and '.join(given) or 'no source of the kubeconfig'}; allowed: one of "
                "kubeconfigFile, kubeconfigSecret: true, stack"
            )
        if self.stack and self.node_pools:
            raise ValueError("nodePools come from the stack that has the cluster: leave them out")
        return self

    def contracts(self) -> tuple[NodePool, ...]:
        """The node pools as components see them."""
        return tuple(pool.contract for pool in self.node_pools)
