"""What a stack's node pools mean for training runtimes: devices, node selectors, tolerations.

Trainer's own runtimes say nothing of where they run; a runtime that asks for accelerators would find every
node that has them closed by a taint.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_kubernetes.core.v1 import TolerationArgsDict

from ...contracts import NodePool
from ...kube.placement import tolerated
from .built_in import BUILT_IN
from .runtime_settings import RuntimesSettings, Shape

# get_container_devices of kubeflow 0.5 (trainer/backends/kubernetes/utils.py).
_READABLE = ("cpu", "nvidia.com/gpu", "google.com/tpu", "huawei.com/Ascend910")
_READABLE_PREFIX = "nvidia.com/mig-"


def devices(shape: Shape, default: Mapping[str, int], pools: Sequence[NodePool]) -> Mapping[str, int]:
    """Return the accelerators of a pod by resource: those of the settings, else `default`."""
    if shape.accelerator is None:
        return default
    return {
        pool.accelerator.resource: shape.accelerator.count
        for pool in _candidates(shape, pools)
        if pool.accelerator
    }


def pod_placement(shape: Shape, asked: Mapping[str, int], pools: Sequence[NodePool]) -> dict[str, Any]:
    """Return node selector and tolerations as they stand in a pod's spec.

    Where no pool is chosen, a pod that asks for devices tolerates the taints of every pool that has them: its
    request keeps it off all other nodes.
    """
    chosen = _candidates(shape, pools)
    result: dict[str, Any] = {}
    if chosen:
        selector = dict(chosen[0].labels)
        if selector:
            result["nodeSelector"] = selector
    else:
        chosen = [pool for pool in pools if pool.accelerator and pool.accelerator.resource in asked]
    tolerations: list[TolerationArgsDict] = []
    for pool in chosen:
        tolerations += [one for one in tolerated(pool) if one not in tolerations]
    if tolerations:
        result["tolerations"] = tolerations
    return result


def problems(settings: RuntimesSettings, pools: Sequence[NodePool]) -> tuple[str, ...]:
    """What runtimes ask for and this stack's node pools do not have; keys as below `trainer`."""
    found: list[str] = []
    for name, runtime in settings.built_in.items():
        default = BUILT_IN[name].devices
        found += [f"runtimes.builtIn.{name}.{text}" for text in _misplaced(runtime, default, pools)]
    for index, runtime in enumerate(settings.own):
        found += [f"runtimes.own[{index}].{text}" for text in _misplaced(runtime, {}, pools)]
    return tuple(found)


def _candidates(shape: Shape, pools: Sequence[NodePool]) -> list[NodePool]:
    """The pools that settings choose: by name, by accelerator, or by both."""
    if shape.node_pool is None and shape.accelerator is None:
        return []
    return [
        pool
        for pool in pools
        if shape.node_pool in (None, pool.name)
        and (
            shape.accelerator is None
            or (pool.accelerator is not None and pool.accelerator.model == shape.accelerator.model)
        )
    ]


def _misplaced(shape: Shape, default: Mapping[str, int], pools: Sequence[NodePool]) -> Iterator[str]:
    names = [pool.name for pool in pools]
    if shape.node_pool is not None and shape.node_pool not in names:
        yield f"nodePool: found '{shape.node_pool}'; allowed: a node pool of this stack ({_listed(names)})"
        return
    if shape.accelerator is None:
        yield from _too_few(shape, default, pools)
        yield from _unreadable(shape, default)
        return
    model, count = shape.accelerator.model, shape.accelerator.count
    candidates = _candidates(shape, pools)
    if not candidates:
        among = [pool for pool in pools if shape.node_pool in (None, pool.name)]
        models = dict.fromkeys(pool.accelerator.model for pool in among if pool.accelerator)
        where = f"node pool '{shape.node_pool}'" if shape.node_pool else "the node pools of this stack"
        yield f"accelerator.model: found '{model}'; allowed: what {where} has ({_listed(list(models))})"
    elif len(candidates) > 1:
        several = ", ".join(pool.name for pool in candidates)
        yield f"accelerator.model: '{model}' is in several node pools; set nodePool to one of {several}"
    elif (has := candidates[0].accelerator) and count > has.units:
        yield (
            f"accelerator.count: found {count}; allowed: at most {has.units}, what a node of pool "
            f"'{candidates[0].name}' has"
        )
    elif has:
        yield from _unreadable(shape, {has.resource: count})


def _too_few(shape: Shape, default: Mapping[str, int], pools: Sequence[NodePool]) -> Iterator[str]:
    for pool in _candidates(shape, pools):
        for resource, count in default.items():
            has = pool.accelerator
            if has is None or has.resource != resource or has.count < count:
                yield (
                    f"nodePool: found '{pool.name}'; allowed: a node pool with {count} {resource} in a node, "
                    "or an accelerator of your own choice"
                )


def _unreadable(shape: Shape, asked: Mapping[str, int]) -> Iterator[str]:
    limits = [name for name in ("cpu", "memory") if getattr(shape.limits, name)] + list(asked)
    if limits and not any(name in _READABLE or name.startswith(_READABLE_PREFIX) for name in limits):
        yield (
            f"limits: found {_listed(limits)} and no cpu; Kubeflow's Python client fails to list any runtime "
            "where one has limits without cpu or an accelerator that it knows; add limits.cpu"
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "there is none"
