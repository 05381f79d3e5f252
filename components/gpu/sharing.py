"""How devices are shared, as the configuration file of NVIDIA's device plugin says it.

Source: README of NVIDIA/k8s-device-plugin v0.19, "Shared Access to GPUs" and "Configuration File". Devices go
by the name `nvidia.com/gpu.shared` when they are shared, and partitions by one name for each profile.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from ..contracts import NodePool, Sharing

CONFIG_LABEL = "nvidia.com/device-plugin.config"
"""The label of a node that names its configuration, where there are several."""

MIG_LABEL = "nvidia.com/mig.config"
"""The label of a node that tells the GPU operator's MIG manager how to cut its devices."""

WHOLE = "whole"


def nvidia_pools(pools: Iterable[NodePool]) -> tuple[NodePool, ...]:
    """The pools that have NVIDIA's devices."""
    return tuple(
        pool for pool in pools if pool.accelerator and pool.accelerator.resource.startswith("nvidia.com/")
    )


def sharing_of(pool: NodePool) -> Sharing | None:
    """How the devices of a pool are shared."""
    return pool.accelerator.sharing if pool.accelerator else None


def shape(sharing: Sharing | None) -> str:
    """A name for a way of sharing: `whole`, `time-slicing-4`, `mps-4`, `mig`.

    Partitions of every profile have one configuration, since the plugin reports those that it finds.
    """
    if sharing is None:
        return WHOLE
    if sharing.strategy == "mig":
        return "mig"
    strategy = "time-slicing" if sharing.strategy == "timeSlicing" else "mps"
    return f"{strategy}-{sharing.replicas}"


def shapes(pools: Sequence[NodePool]) -> dict[str, tuple[NodePool, ...]]:
    """The pools by the shape of their sharing, in the order of the pools."""
    found: dict[str, tuple[NodePool, ...]] = {}
    for pool in pools:
        name = shape(sharing_of(pool))
        found[name] = (*found.get(name, ()), pool)
    return found


def configuration(sharing: Sharing | None) -> str:
    """The plugin's configuration file for nodes whose devices are shared in this way."""
    strategy = "mixed" if sharing and sharing.strategy == "mig" else "none"
    config: dict[str, Any] = {"version": "v1", "flags": {"migStrategy": strategy}}
    if sharing and sharing.strategy != "mig":
        config["sharing"] = {sharing.strategy: _replicated(sharing)}
    return yaml.safe_dump(config, sort_keys=False)


def _replicated(sharing: Sharing) -> Mapping[str, Any]:
    shared: dict[str, Any] = {
        "renameByDefault": True,
        "resources": [{"name": "nvidia.com/gpu", "replicas": sharing.replicas}],
    }
    if sharing.strategy == "timeSlicing":
        # Two turns of one device are no more of it than one: who asks for them is told so.
        shared["failRequestsGreaterThanOne"] = True
    return shared
