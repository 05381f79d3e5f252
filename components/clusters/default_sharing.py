"""Sharing for pools that say nothing of it, from one place: pools are a list, which no overlay adds to."""

from collections.abc import Mapping
from typing import Any, cast

# Training over several nodes takes whole devices.
_WHOLE = ("multiNode", "efa")


def with_default_sharing(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Settings of a stack, where `gpu.sharing` goes to each pool that names an accelerator of NVIDIA's.

    A pool keeps what it says of itself: `sharing: null` leaves its devices whole. What is no mapping or list
    where one belongs stays as it is, for whoever refuses it.
    """
    gpu, cluster = given.get("gpu"), given.get("cluster")
    if not isinstance(gpu, Mapping) or not isinstance(cluster, Mapping):
        return given
    sharing = cast("Mapping[str, Any]", gpu).get("sharing")
    pools = cast("Mapping[str, Any]", cluster).get("nodePools")
    if sharing is None or not isinstance(pools, list | tuple):
        return given
    shared = [
        {**pool, "sharing": sharing} if _takes(pool) else pool
        for pool in cast("list[Mapping[str, Any]]", pools)
    ]
    return {**given, "cluster": {**cast("Mapping[str, Any]", cluster), "nodePools": shared}}


def _takes(pool: object) -> bool:
    if not isinstance(pool, Mapping):
        return False
    fields = cast("Mapping[str, Any]", pool)
    accelerator = fields.get("accelerator")
    if "sharing" in fields or any(fields.get(key) for key in _WHOLE) or not isinstance(accelerator, Mapping):
        return False
    resource = cast("Mapping[str, Any]", accelerator).get("resource", "nvidia.com/gpu")
    return str(resource).startswith("nvidia.com/")
