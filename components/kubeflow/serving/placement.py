"""What the pod specs that KServe makes pods of have in common: security, and where they run."""

from collections.abc import Iterable, Sequence
from typing import Any

from ...contracts import NodePool

Spec = dict[str, Any]

SECURITY: Spec = {
    "allowPrivilegeEscalation": False,
    "privileged": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def placed(pools: Sequence[NodePool], name: str | None) -> Spec:
    """The labels and taints of a node pool, as fields of a pod spec; nothing where no pool is named."""
    for pool in pools:
        if pool.name == name:
            result: Spec = {}
            if pool.labels:
                result["nodeSelector"] = dict(pool.labels)
            if pool.taints:
                result["tolerations"] = [
                    {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
                    for taint in pool.taints
                ]
            return result
    return {}


def node_terms(pools: Iterable[NodePool]) -> list[Spec]:
    """Terms of a node selector (core/v1 NodeSelector), one for each pool: a node of any of them fits."""
    return [
        {
            "matchExpressions": [
                {"key": key, "operator": "In", "values": [value]} for key, value in pool.labels.items()
            ]
        }
        for pool in pools
    ]


def resource_of(pools: Sequence[NodePool], name: str | None) -> str | None:
    """The resource by which the scheduler counts a pool's accelerators."""
    for pool in pools:
        if pool.name == name and pool.accelerator:
            return pool.accelerator.resource
    return None
