"""StatefulSets, DaemonSets, Jobs and ReplicationControllers.

Conditions as those of Pulumi's plugin (provider/pkg/await: statefulset, daemonset, job, awaiters).
"""

from __future__ import annotations

from simulator.kubernetes.readiness import pods
from simulator.kubernetes.readiness.rules import Related, Verdict, observed
from simulator.kubernetes.values.objects import conditions, metadata, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["completed", "daemon_set", "job", "replication_controller", "stateful_set"]


def stateful_set(live: Object, related: Related) -> Verdict:
    """Ready when all replicas are, and of the newest revision where the set updates them itself."""
    wanted = _count(live, "spec", "replicas")
    total, ready = _count(live, "status", "replicas"), _count(live, "status", "readyReplicas")
    complete = wanted == total == ready
    current, newest = pluck(live, "status", "currentRevision"), pluck(live, "status", "updateRevision")
    by_hand = pluck(live, "spec", "updateStrategy", "type") == "OnDelete"
    if by_hand and _count(live, "metadata", "generation") > 1:
        advanced = True
    else:
        advanced = bool(current) and current == newest
        complete = complete and wanted == _count(live, "status", "currentReplicas")
    if observed(live) and complete and advanced:
        return Verdict(ready=True)
    updated = ready if advanced else min(ready, _count(live, "status", "updatedReplicas"))
    reasons = [f"{updated} of {wanted} pods are ready"]
    if not advanced and observed(live):
        reasons.append(f"pods are still of revision {current}, not {newest}")
    reasons += pods.troubles(related.owned_by(pods.POD, metadata(live).get("uid")))
    return Verdict(reasons=reasons, progress=f"waiting for pods ({updated} of {wanted} ready)")


def daemon_set(live: Object, related: Related) -> Verdict:
    """Ready when every node that is to have a pod has a ready one of the newest revision."""
    wanted = _count(live, "status", "desiredNumberScheduled")
    counts = [
        _count(live, "status", name)
        for name in ("currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady")
    ]
    if observed(live) and all(count >= wanted for count in counts):
        return Verdict(ready=True)
    reasons = [f"{min(counts)} of {wanted} nodes have a ready pod of the newest revision"]
    reasons += pods.troubles(related.owned_by(pods.POD, metadata(live).get("uid")))
    return Verdict(reasons=reasons, progress=f"waiting for pods ({min(counts)} of {wanted} ready)")


def job(live: Object, related: Related) -> Verdict:
    """Ready when complete; failed as soon as the Job says so."""
    if completed(live):
        return Verdict(ready=True)
    failed = conditions(live).get("Failed")
    if failed is not None and failed.get("status") == "True":
        return Verdict(failed=True, reasons=[f"[{failed.get('reason')}] {failed.get('message')}"])
    counts = ", ".join(f"{_count(live, 'status', name)} {name}" for name in ("active", "succeeded", "failed"))
    reasons = [f"the job has not completed: {counts}"]
    reasons += pods.troubles(related.owned_by(pods.POD, metadata(live).get("uid")))
    return Verdict(reasons=reasons, progress=f"waiting for the job to complete ({counts})")


def completed(live: Object) -> bool:
    """Tell whether a Job has run to its end."""
    complete = pluck(conditions(live).get("Complete"), "status") == "True"
    return complete and bool(pluck(live, "status", "startTime"))


def replication_controller(live: Object, related: Related) -> Verdict:
    """Ready when as many pods are available as are wanted."""
    wanted, there = _count(live, "spec", "replicas"), _count(live, "status", "availableReplicas")
    if wanted == there:
        return Verdict(ready=True)
    reasons = [f"{there} of {wanted} pods are available"]
    reasons += pods.troubles(related.owned_by(pods.POD, metadata(live).get("uid")))
    return Verdict(reasons=reasons, progress=f"waiting for pods ({there} of {wanted} available)")


def _count(live: Object, *path: str) -> int:
    found = pluck(live, *path)
    return found if isinstance(found, int) else 0
