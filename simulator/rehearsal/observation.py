"""What the cluster of a rehearsal holds at one moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from simulator.cluster import configuration
from simulator.cluster.api import Api, Object

_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
_ENDED = ("Succeeded", "Failed")
_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Observation:
    """Pods, and the workloads that make them.

    Attributes:
        pods: all that have not ended. workloads: Deployments, StatefulSets and DaemonSets.
    """

    pods: Sequence[Object]
    workloads: Sequence[Object]

    @classmethod
    def of(cls, api: Api) -> "Observation":
        """Look at the cluster."""
        kinds = ("deployments", "statefulsets", "daemonsets")
        workloads = [
            {"kind": kind, **item} for kind in kinds for item in api.get(f"/apis/apps/v1/{kind}")["items"]
        ]
        pods = [one for one in api.get("/api/v1/pods")["items"] if one["status"].get("phase") not in _ENDED]
        return cls(pods, workloads)

    @property
    def without_node(self) -> list[Object]:
        """The pods that are on no node."""
        return [pod for pod in self.pods if not pod["spec"].get("nodeName")]

    @property
    def waiting(self) -> list[Object]:
        """Those for which the scheduler has found no node."""
        return [pod for pod in self.without_node if reason(pod)]

    @property
    def is_complete(self) -> bool:
        """Whether every workload has been looked at, and made the pods that it could."""
        return all(_is_observed(one) for one in self.workloads)

    @property
    def signature(self) -> frozenset[tuple[str, str]]:
        """The same for as long as there are the same pods on the same nodes."""
        return frozenset((pod["metadata"]["uid"], pod["spec"].get("nodeName") or "") for pod in self.pods)

    def refused(self) -> Iterator[tuple[str, str]]:
        """Workloads whose pods the API server refuses: `namespace/name` and why."""
        for one in self.workloads:
            conditions = cast("Sequence[Mapping[str, str]]", one["status"].get("conditions") or ())
            for condition in conditions:
                if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
                    meta = one["metadata"]
                    yield f"{meta['namespace']}/{meta['name']}", condition.get("message", "")


def reason(pod: Object) -> str | None:
    """The scheduler's own words on a pod for which it found no node."""
    conditions = cast("Sequence[Mapping[str, str]]", pod["status"].get("conditions") or ())
    for condition in conditions:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return condition.get("message") or condition.get("reason", "")
    return None


def _is_observed(workload: Object) -> bool:
    meta, spec, status = workload["metadata"], workload["spec"], workload.get("status") or _NONE
    if status.get("observedGeneration") != meta["generation"]:
        return False
    if workload["kind"] == "daemonsets":
        return status.get("currentNumberScheduled", 0) == status.get("desiredNumberScheduled", 0)
    if any(one["type"] == "ReplicaFailure" for one in status.get("conditions") or ()):
        return True
    # A StatefulSet makes one pod after the other: one that finds no room holds up those after it.
    made, wanted = status.get("replicas", 0), spec.get("replicas", 1)
    return made == wanted or (workload["kind"] == "statefulsets" and made > status.get("readyReplicas", 0))


def storage(api: Api) -> Iterator[tuple[str, str]]:
    """The class and the size of every volume that is asked for.

    A class that the stack names and this cluster lacks is made: that the cloud has it cannot be seen here.
    """
    known = {item["metadata"]["name"] for item in api.get(_CLASSES)["items"]}
    for claim in api.get("/api/v1/persistentvolumeclaims")["items"]:
        spec = claim["spec"]
        name = spec.get("storageClassName") or ""
        if name and name not in known:
            own = configuration.storage_class()
            api.create(_CLASSES, {**own, "metadata": {"name": name}})
            known.add(name)
        yield name, spec["resources"]["requests"]["storage"]
