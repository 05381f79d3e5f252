"""Pods: when they are ready, and in whose words they are not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from simulator.kubernetes.readiness.rules import Related, Verdict
from simulator.kubernetes.values.objects import Type, conditions, name_of, namespace_of, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["POD", "judge", "troubles"]

POD = Type("", "v1", "Pod")


def judge(pod: Object, _related: Related) -> Verdict:
    """Ready when scheduled, initialized and ready, or when it has run to its end."""
    found = conditions(pod)
    done = pluck(pod, "status", "phase") == "Succeeded"
    steps = ("PodScheduled", "Initialized", "Ready")
    waiting = next((step for step in steps if pluck(found.get(step), "status") != "True"), None)
    ready = waiting is None or (done and waiting in {"Initialized", "Ready"})
    progress = {"PodScheduled": "to be scheduled", "Initialized": "to be initialized"}.get(
        waiting or "", "to be ready"
    )
    return Verdict(
        ready, reasons=[] if ready else troubles([pod]), progress=f"waiting for the pod {progress}"
    )


def troubles(pods: Iterable[Object]) -> list[str]:
    """Return what keeps pods from being ready, in the scheduler's and the kubelet's own words.

    Pods of one workload mostly share their fate: what several of them say is told once.
    """
    told: dict[str, str] = {}
    for pod in pods:
        for trouble in _troubles(pod):
            told.setdefault(trouble, f"pod {namespace_of(pod)}/{name_of(pod)}: {trouble}")
    return list(told.values())


def _troubles(pod: Object) -> list[str]:
    found = conditions(pod)
    scheduled = found.get("PodScheduled")
    if scheduled is not None and scheduled.get("status") != "True":
        return [_words(scheduled)] if scheduled.get("message") else []
    if pluck(found.get("Ready"), "status") == "True" or pluck(pod, "status", "phase") == "Succeeded":
        return []
    if containers := [trouble for status in _containers(pod) for trouble in _container(status)]:
        return containers
    late = [found.get(step, {}) for step in ("Initialized", "Ready")]
    return [_words(step) for step in late if step.get("status") != "True" and step.get("message")][:1]


def _containers(pod: Object) -> list[Object]:
    statuses: list[Any] = []
    for listing in ("initContainerStatuses", "containerStatuses"):
        statuses += cast("list[Any]", pluck(pod, "status", listing) or [])
    return [cast("Object", status) for status in statuses]


def _container(status: Object) -> list[str]:
    """Return why one container does not run: what it waits for, or how it ended."""
    if status.get("ready"):
        return []
    name = status.get("name")
    waiting = pluck(status, "state", "waiting")
    ended = pluck(status, "state", "terminated") or pluck(status, "lastState", "terminated")
    troubles: list[str] = []
    if waiting and pluck(waiting, "reason") not in {None, "ContainerCreating", "PodInitializing"}:
        troubles.append(f"container {name}: {_words(cast('Object', waiting))}")
    if ended and pluck(ended, "exitCode"):
        words = _words(cast("Object", ended))
        troubles.append(f"container {name} ended with exit code {pluck(ended, 'exitCode')}: {words}")
    return troubles


def _words(said: Object) -> str:
    reason, message = said.get("reason"), said.get("message")
    return f"[{reason}] {message}" if reason and message else str(message or reason or "no reason is given")
