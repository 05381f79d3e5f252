"""The simulated cluster: a real API server, scheduler and controller manager on this machine; no containers.

It needs neither a cloud account nor a container engine, only the package `simulator` of this project. Pods on
its nodes become Ready without running anything, volumes bind without holding anything. A live one has a real
node beside them, where the pods run whose images stand in a table of programs. Offers contracts.Cluster.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pulumi
from pydantic import AfterValidator, Field, model_validator

from .. import dynamic
from ..contracts import Capabilities, Cluster, NodePool
from ..dynamic.programs import SimulatedPrograms
from ..settings_base import DnsLabel, Settings, duplicates
from . import programs
from .device_labels import sharing_labels
from .pools import AcceleratorSettings
from .provider import cluster_provider
from .shapes import Bytes, SharedShape

STORAGE_CLASS = "standard"
"""The default storage class; simulator/cluster/configuration.py makes it."""

_HOME_VARIABLE = "SLIPWAY_HOME"
_HOME = ".slipway"
_REGION = "simulated"


def _pool_name(name: str) -> str:
    if len(name) > 50:
        message = f"'{name}' has {len(name)} characters, at most 50 are allowed: nodes are named after it"
        raise ValueError(message)
    return name


class NodePoolSettings(SharedShape):
    """Simulated nodes of one shape."""

    name: Annotated[DnsLabel, AfterValidator(_pool_name)] = Field(
        description="Name of the pool; its nodes are `<name>-0`, `<name>-1` and so on."
    )
    count: int = Field(ge=0, le=1000, description="Number of nodes; 0 keeps the pool without nodes.")
    ephemeral_storage: Bytes = Field(default="200Gi", description="Local disk of one node.")
    zone: Annotated[DnsLabel, Field(description="Availability zone of the nodes.")] = "simulated-a"

    @property
    def inputs(self) -> dict[str, Any]:
        """The pool as the cluster's resource takes it: see simulator.cluster.nodes.Pool."""
        devices = self.devices
        return {
            "name": self.name,
            "count": self.count,
            "cpu": self.cpu,
            "memory": self.memory,
            "ephemeralStorage": self.ephemeral_storage,
            "architecture": self.architecture,
            "labels": {
                **self.selector,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": self.architecture,
                "node.kubernetes.io/instance-type": f"simulated-{self.name}",
                "topology.kubernetes.io/region": _REGION,
                "topology.kubernetes.io/zone": self.zone,
                **(self.accelerator.node_labels if self.accelerator else {}),
                **(sharing_labels(devices) if devices else {}),
            },
            "taints": [taint.model_dump() for taint in self.effective_taints],
            "devices": {devices.resource: devices.units} if devices else {},
        }


def _pools(pools: tuple[NodePoolSettings, ...]) -> tuple[NodePoolSettings, ...]:
    if twice := duplicates(pool.name for pool in pools):
        message = f"two pools have the name {', '.join(twice)}: each needs a name of its own"
        raise ValueError(message)
    if not any(
        pool.count and all(t.effect == "PreferNoSchedule" for t in pool.effective_taints) for pool in pools
    ):
        message = "no pool has a node without taints, where pods that tolerate none could run: add one"
        raise ValueError(message)
    return pools


def _known(projects: tuple[str, ...]) -> tuple[str, ...]:
    if problem := programs.problem(projects):
        raise ValueError(problem)
    return projects


class SimulatedSettings(Settings):
    """A simulated cluster on this machine."""

    provider: Literal["simulated"] = Field(description="Which kind of cluster: one that is simulated.")
    node_pools: Annotated[tuple[NodePoolSettings, ...], AfterValidator(_pools)] = Field(
        default=(
            NodePoolSettings(name="system", count=2, cpu="16", memory="64Gi"),
            NodePoolSettings(
                name="gpu",
                count=1,
                cpu="96",
                memory="1Ti",
                accelerator=AcceleratorSettings(model="NVIDIA H100 80GB HBM3", count=8),
            ),
        ),
        description="Node pools; at least one node must take pods that tolerate no taint.",
    )
    live: bool = Field(
        default=False,
        description="Whether programs run: the pods whose images stand in a table are run by a real node of "
        "this machine, with their webhooks, all others stay simulated. Linux and root only; elsewhere a "
        "warning says why nothing runs. A change of it makes another cluster, and all in it anew.",
    )
    live_programs: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_known)] | None = Field(
        default=None,
        description="Names of the projects whose programs run, of those in the table "
        "(simulator/programs/catalog). Unset: all.",
    )

    @model_validator(mode="after")
    def _programs_are_for_a_live_one(self) -> Self:
        if self.live_programs is not None and not self.live:
            raise ValueError(
                f"livePrograms: found {', '.join(self.live_programs)} on a cluster on which no program runs; "
                "allowed: with live: true"
            )
        return self

    def contracts(self) -> tuple[NodePool, ...]:
        """The node pools as components see them."""
        return tuple(pool.contract for pool in self.node_pools)


@dataclass(frozen=True, kw_only=True)
class SimulatedArgs:
    """What a simulated cluster is made from. Each stack has one, of its own name."""

    settings: SimulatedSettings
    stack: str


def directory_of(stack: str) -> Path:
    """Return where the cluster of a stack is kept: below $SLIPWAY_HOME, or `.slipway` of the project.

    The project is the nearest folder above the working directory that holds a Pulumi.yaml.
    """
    here = Path.cwd()
    project = next((p for p in (here, *here.parents) if (p / "Pulumi.yaml").is_file()), here)
    home = Path(os.environ.get(_HOME_VARIABLE) or _HOME).expanduser()
    return (project / home).resolve() / "clusters" / stack


class SimulatedCluster(pulumi.ComponentResource):
    """A simulated cluster with its nodes and its provider."""

    contract: Cluster

    def __init__(self, name: str, args: SimulatedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:clusters:Simulated", name, None, opts)
        settings, directory = args.settings, directory_of(args.stack)
        running = programs.chosen(settings.live_programs, directory) if settings.live else None
        cluster = dynamic.SimulatedCluster(
            name,
            directory=str(directory),
            projects=list(running.projects) if running else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        dynamic.SimulatedNodePools(
            name,
            cluster=cluster,
            pools=[pool.inputs for pool in settings.node_pools],
            opts=pulumi.ResourceOptions(parent=self, deleted_with=cluster),
        )
        ready: list[pulumi.Resource] = []
        if running:
            programs_there = SimulatedPrograms(
                name,
                cluster=cluster,
                projects=list(running.projects),
                images=list(running.images),
                opts=pulumi.ResourceOptions(parent=self, deleted_with=cluster),
            )
            ready.append(programs_there)
        provider = cluster_provider(
            name,
            kubeconfig=cluster.kubeconfig,
            identifier=cluster.id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=ready),
        )
        self.contract = Cluster(
            name=args.stack,
            kubeconfig=cluster.kubeconfig,
            provider=provider,
            node_pools=settings.contracts(),
            storage_class=STORAGE_CLASS,
            capabilities=Capabilities(
                images=running.images if running else (), load_balancer=False, serves_pages=False
            ),
            objects_deleted_with=cluster,
        )
        self.register_outputs({})
