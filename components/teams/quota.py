"""A team's share, as Kubernetes counts it.

A ResourceQuota counts what pods request by the name of the resource; it cannot tell one model of a device
from another (core/v1 ResourceQuotaSpec: its scopes select by quality of service, lifetime and priority
class). A quota for a model is therefore one for the resource by which its devices are asked for, which is the
same where the team's node pools offer one model by that name. Where they offer several, queues tell them
apart (`queue`), and the sum stands here.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.core.v1 import LimitRange, LimitRangeItemArgsDict

from ..contracts import NodePool
from ..kube.scope import Scope
from ..kube.settings import Compute
from .quota_settings import LimitSettings, QuotaSettings

LIMITS = "team-limits"


def hard(quota: QuotaSettings, pools: Sequence[NodePool]) -> dict[str, str]:
    """The fields of a ResourceQuota's `hard`. `pools` are those that the team may use."""
    found: dict[str, str | None] = {
        "requests.cpu": quota.cpu,
        "requests.memory": quota.memory,
        "requests.storage": quota.storage,
        "persistentvolumeclaims": None if quota.volumes is None else str(quota.volumes),
        "pods": None if quota.pods is None else str(quota.pods),
    }
    devices = {f"requests.{name}": str(count) for name, count in by_resource(quota.gpus, pools).items()}
    return {name: value for name, value in found.items() if value is not None} | devices


def by_resource(gpus: Mapping[str, int], pools: Sequence[NodePool]) -> dict[str, int]:
    """How many of each resource: a model counts for the resource by which its devices are asked for."""
    found: dict[str, int] = {}
    devices = [pool.accelerator for pool in pools if pool.accelerator]
    for wanted, count in gpus.items():
        resource = next((one.resource for one in devices if one.model == wanted), wanted)
        # A model that the team has no pool of counts nothing; a resource has a domain before its name.
        if "/" in resource:
            found[resource] = found.get(resource, 0) + count
    return found


def limit_range(scope: Scope, limits: LimitSettings, *, keep: bool) -> None:
    """Declare what a container or claim gets that says nothing."""
    container: LimitRangeItemArgsDict = {"type": "Container"}
    if requests := _compute(limits.requests):
        container["default_request"] = requests
    if default := _compute(limits.limits):
        container["default"] = default
    if largest := _compute(limits.largest_container):
        container["max"] = largest
    items = [container]
    if limits.largest_volume:
        items.append({"type": "PersistentVolumeClaim", "max": {"storage": limits.largest_volume}})
    LimitRange(
        scope.unique(LIMITS),
        metadata=scope.metadata(LIMITS),
        spec={"limits": items},
        opts=kept(scope, keep=keep),
    )


def kept(scope: Scope, *after: pulumi.Resource, keep: bool) -> pulumi.ResourceOptions:
    """Options of what stays in the cluster, where data is kept, when a team leaves the stack."""
    return pulumi.ResourceOptions.merge(scope.options(*after), pulumi.ResourceOptions(retain_on_delete=keep))


def _compute(given: Compute) -> dict[str, str]:
    return {name: value for name, value in (("cpu", given.cpu), ("memory", given.memory)) if value}
