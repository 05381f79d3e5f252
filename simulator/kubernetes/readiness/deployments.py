"""Deployments: available, with the newest ReplicaSet rolled out and its claims bound.

Conditions as those of Pulumi's plugin (provider/pkg/await/deployment.go).
"""

from __future__ import annotations

from typing import Any, cast

from simulator.kubernetes.readiness import pods
from simulator.kubernetes.readiness.rules import Related, Verdict, observed
from simulator.kubernetes.values.objects import Type, annotation, conditions, metadata, name_of, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["CLAIM", "REPLICA_SET", "judge"]

REPLICA_SET = Type("apps", "v1", "ReplicaSet")
CLAIM = Type("", "v1", "PersistentVolumeClaim")
_REVISION = "deployment.kubernetes.io/revision"


def judge(live: Object, related: Related) -> Verdict:
    """Judge a Deployment."""
    revision = annotation(live, _REVISION)
    replica_sets = related.owned_by(REPLICA_SET, metadata(live).get("uid"))
    current = next((found for found in replica_sets if annotation(found, _REVISION) == revision), None)
    found = conditions(live)
    available = pluck(found.get("Available"), "status") == "True"
    rolled_out = revision == "1" or _rolled_out(found.get("Progressing"))
    wanted, there = _replicas(current)
    unbound = _unbound(live, related)
    if (
        observed(live)
        and available
        and rolled_out
        and current is not None
        and there >= wanted
        and not unbound
    ):
        return Verdict(ready=True)
    reasons = [
        _words(found[name]) for name in ("Progressing", "ReplicaFailure") if _bad(found.get(name), name)
    ]
    if unbound:
        reasons.append(f"claims that are not bound: {', '.join(unbound)}")
    reasons.append(f"{there} of {wanted} pods of the newest revision are ready")
    if current is not None:
        reasons += pods.troubles(related.owned_by(pods.POD, metadata(current).get("uid")))
    return Verdict(reasons=reasons, progress=f"waiting for pods ({there} of {wanted} ready)")


def _rolled_out(progressing: Object | None) -> bool:
    status, reason = pluck(progressing, "status"), pluck(progressing, "reason")
    return status == "True" and reason == "NewReplicaSetAvailable"


def _replicas(replica_set: Object | None) -> tuple[int, int]:
    """Return how many pods the newest ReplicaSet is to have, and how many are ready.

    The live number is the one to go by: somebody may have scaled the Deployment meanwhile.
    """
    wanted = pluck(replica_set, "spec", "replicas")
    ready = pluck(replica_set, "status", "readyReplicas")
    return (1 if wanted is None else int(wanted)), int(ready or 0)


def _unbound(live: Object, related: Related) -> list[str]:
    volumes = cast("list[Any]", pluck(live, "spec", "template", "spec", "volumes") or [])
    names = [pluck(volume, "persistentVolumeClaim", "claimName") for volume in volumes]
    claims = [related.named(CLAIM, str(name)) for name in names if name]
    return [name_of(claim) for claim in claims if claim and pluck(claim, "status", "phase") != "Bound"]


def _bad(condition: Object | None, name: str) -> bool:
    return pluck(condition, "status") == ("True" if name == "ReplicaFailure" else "False")


def _words(condition: Object) -> str:
    return f"[{condition.get('reason')}] {condition.get('message')}"
