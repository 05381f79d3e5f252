"""Volumes, claims, quotas and token secrets, as Pulumi's plugin awaits them (provider/pkg/await)."""

from __future__ import annotations

from simulator.kubernetes.readiness.rules import Related, Verdict
from simulator.kubernetes.values.objects import Type, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["STORAGE_CLASS", "claim", "quota", "token_secret", "volume"]

STORAGE_CLASS = Type("storage.k8s.io", "v1", "StorageClass")


def volume(live: Object, _related: Related) -> Verdict:
    """Ready when available or bound."""
    phase = pluck(live, "status", "phase")
    return Verdict(phase in {"Available", "Bound"}, [f"the volume is {phase or 'without a phase'}"])


def claim(live: Object, related: Related) -> Verdict:
    """Ready when bound, or pending where its class waits for the first pod that uses it."""
    phase = pluck(live, "status", "phase")
    name = str(pluck(live, "spec", "storageClassName") or "")
    patient = pluck(related.named(STORAGE_CLASS, name), "volumeBindingMode") == "WaitForFirstConsumer"
    if phase == "Bound" or (patient and phase == "Pending"):
        return Verdict(ready=True)
    place = f"storage class {name}" if name else "no storage class"
    return Verdict(reasons=[f"the claim is {phase or 'without a phase'} ({place})"])


def quota(live: Object, _related: Related) -> Verdict:
    """Ready when its limits are in force."""
    ready = pluck(live, "spec", "hard") == pluck(live, "status", "hard")
    return Verdict(ready, ["the quota is not in force yet"])


def token_secret(live: Object, _related: Related) -> Verdict:
    """Ready when the token of a service account has been filled in; other secrets always are."""
    awaited = pluck(live, "type") == "kubernetes.io/service-account-token"
    return Verdict(not awaited or bool(pluck(live, "data")), ["no token was made: is there such an account?"])
