"""Settings of a kind cluster."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...contracts import NodePool
from ...kube.image import PinnedImage
from ...settings_base import Settings, duplicates
from ...versions import Kind
from ..pools import AcceleratorSettings
from ..shapes import Bytes, Cores, NodeShape

_REGISTRY = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?")
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?")


class KindPoolSettings(NodeShape):
    """Nodes of one shape, each a container."""

    count: int = Field(default=1, ge=0, le=20, description="Number of nodes.")
    cpu: Cores = Field(
        default="4", description="Cores that a node is taken to have; kind shares all of the machine's."
    )
    memory: Bytes = Field(
        default="8Gi", description="Memory that a node is taken to have; kind shares all of the machine's."
    )
    accelerator: AcceleratorSettings | None = Field(
        default=None,
        description="GPUs of this machine, all of them on one node: needs NVIDIA's container toolkit.",
    )

    @model_validator(mode="after")
    def _gpus_belong_to_one_node(self) -> Self:
        if self.accelerator and self.count > 1:
            raise ValueError(
                f"pool '{self.name}' has {self.count} nodes and an accelerator: the GPUs of a machine can be "
                "given to one node; count may be 0 or 1"
            )
        return self


class PortSettings(Settings):
    """A port of this machine that leads to a port of every node (NodePort)."""

    host: int = Field(ge=1, le=65535, description="Port of this machine.")
    node: int = Field(
        ge=30000, le=32767, description="Port of the nodes: one of addons.istio.gateway.nodePorts."
    )


def _mirrors(mirrors: Mapping[str, str]) -> Mapping[str, str]:
    for registry, endpoint in mirrors.items():
        if not _REGISTRY.fullmatch(registry):
            raise ValueError(
                f"'{registry}' is not the name of a registry (docker.io, registry.example.com:5000)"
            )
        if not _ENDPOINT.fullmatch(endpoint):
            raise ValueError(f"'{endpoint}' is not the address of a mirror (https://mirror.example.com)")
    return mirrors


def _pools(pools: tuple[KindPoolSettings, ...]) -> tuple[KindPoolSettings, ...]:
    if twice := duplicates(pool.name for pool in pools):
        raise ValueError(f"two pools have the name {', '.join(twice)}: each needs a name of its own")
    if not any(pool.count and not pool.effective_taints for pool in pools):
        raise ValueError(
            "no pool has a node without taints, where pods that tolerate none could run: add one"
        )
    if sum(1 for pool in pools if pool.accelerator) > 1:
        raise ValueError("two pools have an accelerator: the GPUs of a machine can be given to one")
    return pools


class KindSettings(Settings):
    """A cluster of containers on this machine."""

    provider: Literal["kind"] = Field(description="Which kind of cluster: containers on this machine.")
    version: str = Field(
        default="1.36", description=f"Kubernetes version: {', '.join(Kind.NODES)}, or any with `nodeImage`."
    )
    node_image: PinnedImage | None = Field(
        default=None, description="Image of the nodes instead of the one of kind's own release."
    )
    engine: Literal["docker", "podman", "nerdctl"] | None = Field(
        default=None, description="Container engine; the first of them that answers unless said."
    )
    node_pools: Annotated[tuple[KindPoolSettings, ...], AfterValidator(_pools)] = Field(
        default=(KindPoolSettings(name="system"),), description="Node pools, beside the control plane's node."
    )
    address: str = Field(
        default="127.0.0.1",
        pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}$",
        description="Address of this machine at which the ports answer.",
    )
    ports: tuple[PortSettings, ...] = Field(
        default=(PortSettings(host=8080, node=30080), PortSettings(host=8443, node=30443)),
        description="Ports of this machine for the gateway.",
    )
    registry_mirrors: Annotated[Mapping[str, str], AfterValidator(_mirrors)] = Field(
        default={}, description="Mirror to pull from, by registry: `docker.io: https://mirror.example.com`."
    )

    @property
    def image(self) -> str:
        """The image of the nodes that is meant."""
        return self.node_image or Kind.NODES[self.version]

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        if self.node_image is None and self.version not in Kind.NODES:
            raise ValueError(
                f"version: found '{self.version}', for which kind has no pinned image; allowed: "
                f"{', '.join(Kind.NODES)}, or give nodeImage"
            )
        if twice := duplicates(str(port.host) for port in self.ports):
            raise ValueError(f"ports: the host's port {', '.join(twice)} is given twice")
        return self

    def contracts(self) -> tuple[NodePool, ...]:
        """The node pools as components see them."""
        return tuple(pool.contract for pool in self.node_pools)
