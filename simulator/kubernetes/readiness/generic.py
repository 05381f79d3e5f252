"""Objects of kinds that nothing is known about, and CRDs: by the conventions for conditions.

The conventions: kstatus (sigs.k8s.io/cli-utils/pkg/kstatus), which Pulumi's plugin applies to custom
resources where PULUMI_K8S_AWAIT_ALL is set. It does not wait for CRDs, but tries their objects again and
again; here objects come once their CRD is established.
"""

from __future__ import annotations

from simulator.kubernetes.readiness.rules import Related, Verdict
from simulator.kubernetes.values.objects import conditions, metadata, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["any_kind", "crd"]


def any_kind(live: Object, _related: Related) -> Verdict:
    """Ready unless a condition says otherwise: Ready is false, or Reconciling, or Stalled."""
    generation, seen = metadata(live).get("generation"), pluck(live, "status", "observedGeneration")
    if isinstance(seen, int) and isinstance(generation, int) and seen < generation:
        return Verdict(reasons=["its controller has not seen its newest version yet"])
    found = conditions(live)
    for name in ("Stalled", "Reconciling"):
        if pluck(found.get(name), "status") == "True":
            return Verdict(reasons=[_words(name, found[name])], failed=name == "Stalled")
    ready = found.get("Ready")
    if ready is not None and ready.get("status") != "True":
        return Verdict(reasons=[_words("not Ready", ready)])
    return Verdict(ready=True)


def crd(live: Object, _related: Related) -> Verdict:
    """Ready when established; failed when its names belong to another."""
    found = conditions(live)
    accepted = found.get("NamesAccepted")
    if accepted is not None and accepted.get("status") == "False":
        return Verdict(failed=True, reasons=[_words("names not accepted", accepted)])
    ready = pluck(found.get("Established"), "status") == "True"
    return Verdict(ready, ["the API type is not established yet"])


def _words(name: str, condition: Object) -> str:
    reason, message = condition.get("reason"), condition.get("message")
    return f"{name}: [{reason}] {message}" if reason else f"{name}: {message or 'no reason is given'}"
