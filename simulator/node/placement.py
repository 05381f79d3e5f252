"""Which pods are on the live node and which are not, after the table of what runs there has changed."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator

from simulator.cluster.api import Api, Object
from simulator.node.layout import NAME

_OVER = ("Succeeded", "Failed")
_SECONDS = 120.0
_POLL = 0.5


def put_right(api: Api, images: Collection[str]) -> None:
    """Have controllers make their pods anew that the steering policy would put elsewhere by now.

    Pods that have ended stay, and so do those that nobody would make again. Waits until Deployments are
    available again, two minutes at most: whoever goes on then meets webhooks that answer.
    """
    pods: list[Object] = api.get("/api/v1/pods")["items"]
    for pod in pods:
        if _is_misplaced(pod, images):
            where = pod["metadata"]
            api.delete(f"/api/v1/namespaces/{where['namespace']}/pods/{where['name']}")
    deadline = time.monotonic() + _SECONDS
    while not _are_available(api, images) and time.monotonic() < deadline:
        time.sleep(_POLL)


def _are_available(api: Api, images: Collection[str]) -> bool:
    pods: list[Object] = api.get("/api/v1/pods")["items"]
    if any(_is_misplaced(pod, images) for pod in pods):
        return False
    deployments: list[Object] = api.get("/apis/apps/v1/deployments")["items"]
    return all(one["status"].get("availableReplicas", 0) >= one["spec"]["replicas"] for one in deployments)


def _is_misplaced(pod: Object, images: Collection[str]) -> bool:
    owners: list[Object] = [
        owner for owner in pod["metadata"].get("ownerReferences", ()) if owner.get("controller")
    ]
    if not owners or owners[0]["kind"] == "DaemonSet" or pod["status"].get("phase") in _OVER:
        return False
    runs = all(image in images for image in _images(pod["spec"]))
    return runs != (pod["spec"].get("nodeName") == NAME)


def _images(spec: Object) -> Iterator[str]:
    for kind in ("initContainers", "containers"):
        yield from (container["image"] for container in spec.get(kind, ()))
