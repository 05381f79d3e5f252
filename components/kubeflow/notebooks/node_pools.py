"""What a stack's node pools mean for the form: which GPUs, affinities and tolerations there are.

Every function takes the pools as they will be, so that a form never offers what no node has.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...contracts import NodePool
from ...kube.settings import TolerationSettings
from ...settings_base import duplicates
from .placement_settings import AffinityOption, GpuVendor
from .spawner_settings import SpawnerSettings

Entry = dict[str, Any]

# Resources by the names that kubeflow/notebooks v1.11.0 gives them (spawner_ui_config.yaml), and the vendors
# behind other resources of the same domains (MIG slices, shared GPUs, Intel's device plugin).
_RESOURCES = {"nvidia.com/gpu": "NVIDIA", "amd.com/gpu": "AMD", "habana.ai/gaudi": "Intel Gaudi"}
_DOMAINS = {"nvidia.com": "NVIDIA", "amd.com": "AMD", "gpu.intel.com": "Intel"}

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def offered_pools(settings: SpawnerSettings, pools: Sequence[NodePool]) -> tuple[NodePool, ...]:
    """The pools that people can choose."""
    if settings.node_pools is None:
        return tuple(pools)
    return tuple(pool for pool in pools if pool.name in settings.node_pools)


def vendors(settings: SpawnerSettings, pools: Sequence[NodePool]) -> tuple[GpuVendor, ...]:
    """The GPU vendors that are offered: those of the settings, else those of the pools, in their order."""
    if settings.gpus.vendors is not None:
        return settings.gpus.vendors
    resources = dict.fromkeys(pool.accelerator.resource for pool in pools if pool.accelerator)
    return tuple(
        GpuVendor(limits_key=resource, display_name=_display_name(resource)) for resource in resources
    )


def affinities(settings: SpawnerSettings, pools: Sequence[NodePool]) -> list[Entry]:
    """The entries of `affinityConfig`. A pool without labels cannot be selected and is left out."""
    entries: list[Entry] = [
        {"configKey": pool.name, "displayName": _described(pool), "affinity": _on_nodes(pool.labels)}
        for pool in offered_pools(settings, pools)
        if pool.labels
    ]
    for option in settings.affinity.options:
        entries.append(
            {"configKey": option.key, "displayName": option.display_name, "affinity": _affinity(option)}
        )
    return entries


def toleration_groups(settings: SpawnerSettings, pools: Sequence[NodePool]) -> list[Entry]:
    """The entries of `tolerationGroup`. A pool without taints needs none."""
    entries: list[Entry] = [
        {
            "groupKey": pool.name,
            "displayName": _described(pool),
            "tolerations": [
                {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
                for taint in pool.taints
            ],
        }
        for pool in offered_pools(settings, pools)
        if pool.taints
    ]
    for group in settings.tolerations.groups:
        tolerations = [_toleration(item) for item in group.tolerations]
        entries.append({"groupKey": group.key, "displayName": group.display_name, "tolerations": tolerations})
    return entries


def problems(settings: SpawnerSettings, pools: Sequence[NodePool]) -> tuple[str, ...]:
    """What these settings ask for and this stack's node pools do not have; keys as below `notebooks`."""
    names = [pool.name for pool in pools]
    found = [
        f"spawner.nodePools: found '{name}'; allowed: node pools of this stack ({_listed(names)})"
        for name in settings.node_pools or ()
        if name not in names
    ]
    affinity_keys = [str(entry["configKey"]) for entry in affinities(settings, pools)]
    group_keys = [str(entry["groupKey"]) for entry in toleration_groups(settings, pools)]
    found += _choice("spawner.affinity", affinity_keys, settings.affinity.default)
    found += _choice("spawner.tolerations", group_keys, settings.tolerations.default)
    keys = [vendor.limits_key for vendor in vendors(settings, pools)]
    gpus = settings.gpus
    if gpus.vendor and gpus.vendor not in keys:
        found.append(
            f"spawner.gpus.vendor: found '{gpus.vendor}'; allowed: what is offered ({_listed(keys)})"
        )
    if gpus.count and not gpus.vendor and len(keys) != 1:
        found.append(
            f"spawner.gpus.count: found {gpus.count} without a vendor; allowed: 0, or with "
            f"spawner.gpus.vendor one of {_listed(keys)}"
        )
    return tuple(found)


def _choice(path: str, keys: Sequence[str], default: str) -> Iterable[str]:
    if twice := duplicates(keys):
        yield f"{path}: two entries have the key '{twice[0]}'; a node pool's name is one; allowed: once"
    if default and default not in keys:
        yield f"{path}.default: found '{default}'; allowed: empty, or an entry ({_listed(keys)})"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "there is none"


def _display_name(resource: str) -> str:
    if resource in _RESOURCES:
        return _RESOURCES[resource]
    domain, _, name = resource.partition("/")
    return f"{_DOMAINS[domain]} {name}" if domain in _DOMAINS else resource


def _described(pool: NodePool) -> str:
    shape = f"{pool.name}: {pool.cpu} CPU, {pool.memory}"
    if pool.accelerator:
        return f"{shape}, {pool.accelerator.count} x {pool.accelerator.model}"
    return shape


def _affinity(option: AffinityOption) -> Entry:
    if option.affinity is not None:
        return dict(option.affinity)
    result: Entry = _on_nodes(option.node_labels) if option.node_labels else {}
    if option.one_per_node:
        # An empty namespaceSelector is every namespace: notebooks of other teams count too.
        term = {
            "labelSelector": {"matchExpressions": [{"key": "notebook-name", "operator": "Exists"}]},
            "namespaceSelector": {},
            "topologyKey": "kubernetes.io/hostname",
        }
        result["podAntiAffinity"] = {_REQUIRED: [term]}
    return result


def _on_nodes(labels: Mapping[str, str]) -> Entry:
    expressions = [{"key": key, "operator": "In", "values": [value]} for key, value in labels.items()]
    return {"nodeAffinity": {_REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": expressions}]}}}


def _toleration(given: TolerationSettings) -> Entry:
    result = {"key": given.key, "operator": given.operator, "value": given.value, "effect": given.effect}
    return {key: value for key, value in result.items() if value}
