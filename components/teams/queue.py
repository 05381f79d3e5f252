"""Queues of Kueue: a flavor for each node pool, and for each team a queue with its share of each.

A flavor is one model of a device, so a share can be one of a model, which a ResourceQuota cannot. It holds
for work that waits in queues (addons.kueue.frameworks); the team's ResourceQuota holds for all. Source:
kubernetes-sigs/kueue v0.19, apis/kueue/v1beta2.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ..clusters.pools import POOL_LABEL
from ..contracts import NodePool
from ..kube.quantity import mebibytes, millicores
from ..kube.scope import Scope
from .args import TeamArgs
from .quota_settings import QuotaSettings

API = "kueue.x-k8s.io/v1beta2"
QUEUE = "team"


def flavors(scope: Scope, pools: Sequence[NodePool], kueue: pulumi.Resource) -> None:
    """Declare the flavor of each pool: work that is let in gets the pool's label and tolerations."""
    for pool in pools:
        labels = {POOL_LABEL: pool.labels[POOL_LABEL]} if POOL_LABEL in pool.labels else dict(pool.labels)
        CustomResource(
            f"flavor-{pool.name}",
            api_version=API,
            kind="ResourceFlavor",
            metadata=scope.cluster_metadata(pool.name),
            spec={
                "nodeLabels": labels,
                "tolerations": [
                    {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
                    for taint in pool.taints
                ],
            },
            opts=scope.options(kueue),
        )


def queue(scope: Scope, args: TeamArgs) -> None:
    """Declare the queue of a team, where there are queues."""
    if args.kueue is None or not args.pools:
        return
    name, opts = scope.namespace_name, scope.options(args.kueue)
    CustomResource(
        name,
        api_version=API,
        kind="ClusterQueue",
        metadata=scope.cluster_metadata(name),
        spec={
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}},
            "resourceGroups": [resource_group(args.quota, args.pools)],
        },
        opts=opts,
    )
    CustomResource(
        scope.unique(QUEUE),
        api_version=API,
        kind="LocalQueue",
        metadata=scope.metadata(QUEUE),
        spec={"clusterQueue": name},
        opts=opts,
    )


def resource_group(quota: QuotaSettings, pools: Sequence[NodePool]) -> Mapping[str, object]:
    """What a team may have of each pool: the pool's all, unless its quota says less."""
    devices = dict.fromkeys(pool.accelerator.resource for pool in pools if pool.accelerator)
    covered = ["cpu", "memory", *devices]
    return {
        "coveredResources": covered,
        "flavors": [
            {
                "name": pool.name,
                "resources": [
                    {"name": resource, "nominalQuota": _share(resource, quota, pool)} for resource in covered
                ],
            }
            for pool in pools
        ],
    }


def _share(resource: str, quota: QuotaSettings, pool: NodePool) -> str:
    match resource:
        case "cpu":
            there = pool.max_nodes * millicores(pool.cpu)
            return f"{min(there, millicores(quota.cpu)) if quota.cpu else there}m"
        case "memory":
            there = pool.max_nodes * mebibytes(pool.memory)
            return f"{min(there, mebibytes(quota.memory)) if quota.memory else there}Mi"
        case _:
            return str(_devices(resource, quota, pool))


def _devices(resource: str, quota: QuotaSettings, pool: NodePool) -> int:
    accelerator = pool.accelerator
    if accelerator is None or accelerator.resource != resource:
        return 0
    there = pool.max_nodes * accelerator.units
    allowed = quota.gpus.get(accelerator.model, quota.gpus.get(resource, there))
    return min(there, allowed)
