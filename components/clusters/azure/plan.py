"""The agent pools that AKS is asked for, worked out from the settings before anything of Azure is touched.

A pool of spot nodes with fallback becomes two: the autoscaler tries the spot one first, by its priority
expander, and turns to the on-demand one where Azure has no spot nodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..machines import Machine
from ..pools import POOL_LABEL, TaintSettings
from .names import FALLBACK_SUFFIX, SPOT_LABEL
from .pool_settings import MACHINES, SPOT_TAINT, AzurePoolSettings, system_pool
from .settings import AzureSettings

GPU_LABEL = "nvidia.com/gpu.present"

# The autoscaler's hint for a pool without nodes: a tag of the scale set, where `_` stands for `/`
# (kubernetes/autoscaler, cluster-autoscaler/cloudprovider/azure/README.md, "Scaling from 0").
_RESOURCE_TAG = "k8s.io_cluster-autoscaler_node-template_resources_{resource}"


@dataclass(frozen=True, kw_only=True)
class AgentPoolPlan:
    """One agent pool.

    Attributes:
        name: at most 12 lower-case letters and digits.
        system: whether it holds AKS's own pods (mode System).
        spot: whether Azure may take its nodes away.
        smallest, largest: number of nodes; equal where nothing scales the pool.
        proximity: whether its nodes stand in a proximity placement group.
        instance_profile: MIG instance profile (`MIG1g`), None without partitions.
        tags: what the scale set carries beside the stack's tags.
    """

    name: str
    settings: AzurePoolSettings
    machine: Machine
    system: bool
    spot: bool
    smallest: int
    largest: int
    proximity: bool
    zones: tuple[str, ...]
    labels: Mapping[str, str]
    taints: tuple[TaintSettings, ...]
    instance_profile: str | None
    tags: Mapping[str, str]

    @property
    def scales(self) -> bool:
        """Whether the autoscaler changes its number of nodes."""
        return self.smallest < self.largest


def agent_pools(settings: AzureSettings) -> tuple[AgentPoolPlan, ...]:
    """Every agent pool of the cluster; the one that holds AKS's own pods first."""
    system = system_pool(settings.node_pools)
    plans: list[AgentPoolPlan] = []
    for pool in settings.node_pools:
        plans.append(_plan(pool, settings, spot=pool.spot, system=pool is system))
        if pool.capacity == "spotWithFallback":
            plans.append(_plan(pool, settings, spot=False, system=False))
    return tuple(sorted(plans, key=lambda plan: not plan.system))


def priorities(plans: tuple[AgentPoolPlan, ...]) -> dict[int, list[str]]:
    """Which scale sets the autoscaler prefers, as its priority expander reads it: patterns by priority.

    AKS names a scale set `aks-<pool>-<number>-vmss`. Empty where no pool has a fallback.
    """
    spot = [plan.name for plan in plans if plan.spot and plan.settings.capacity == "spotWithFallback"]
    if not spot:
        return {}
    return {20: [f"^aks-{name}-.*" for name in spot], 10: [".*"]}


def _plan(pool: AzurePoolSettings, settings: AzureSettings, *, spot: bool, system: bool) -> AgentPoolPlan:
    machine = pool.machine(MACHINES)
    fallback = pool.spot and not spot
    labels = {**pool.labels, POOL_LABEL: pool.name}
    if machine.model:
        labels[GPU_LABEL] = "true"
    if spot:
        labels[SPOT_LABEL] = "spot"
    taints = tuple(one for one in pool.effective_taints(MACHINES) if spot or one != SPOT_TAINT)
    return AgentPoolPlan(
        name=f"{pool.name}{FALLBACK_SUFFIX}" if fallback else pool.name,
        settings=pool,
        machine=machine,
        system=system,
        spot=spot,
        smallest=0 if fallback else pool.min,
        largest=pool.max,
        # Nodes of one scale set share their InfiniBand; a placement group would only make them harder to get.
        proximity=pool.multi_node and "infiniband" not in machine.features,
        zones=pool.zones_of(settings.zones),
        labels=labels,
        taints=taints,
        instance_profile=pool.instance_profile(),
        tags=_hints(pool),
    )


def _hints(pool: AzurePoolSettings) -> dict[str, str]:
    devices = pool.devices(MACHINES)
    if devices is None:
        return {}
    return {_RESOURCE_TAG.format(resource=devices.resource.replace("/", "_")): str(devices.units)}
