"""Which nodes a pod may run on, from what a stack says and the node pools that it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi_kubernetes.core.v1 import TolerationArgsDict

from ..contracts import NodePool
from .settings import Placement, TolerationSettings


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A node selector and tolerations. The keys of a toleration are the same in Python and on the wire."""

    node_selector: Mapping[str, str]
    tolerations: tuple[TolerationArgsDict, ...]


def placed(placement: Placement, pools: Sequence[NodePool]) -> Placed:
    """Return what a placement means. A pool that it names brings the labels and taints of its nodes."""
    selector = dict(placement.node_selector)
    tolerations = [_toleration(item) for item in placement.tolerations]
    for pool in pools:
        if pool.name == placement.node_pool:
            selector.update(pool.labels)
            tolerations.extend(tolerated(pool))
    return Placed(node_selector=selector, tolerations=tuple(tolerations))


def tolerated(pool: NodePool) -> tuple[TolerationArgsDict, ...]:
    """Return the tolerations of every taint of a pool."""
    return tuple(
        {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
        for taint in pool.taints
    )


def _toleration(given: TolerationSettings) -> TolerationArgsDict:
    result: TolerationArgsDict = {"key": given.key, "operator": given.operator}
    if given.value:
        result["value"] = given.value
    if given.effect:
        result["effect"] = given.effect
    return result
