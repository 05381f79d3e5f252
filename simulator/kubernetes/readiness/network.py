"""Services and Ingresses.

Conditions as those of Pulumi's plugin (provider/pkg/await: service.go, ingress.go), with one difference: it
lets endpoints settle for ten seconds, here a fraction of one does.
"""

from __future__ import annotations

from typing import Any, cast

from simulator.kubernetes.readiness.rules import Related, Verdict
from simulator.kubernetes.values.objects import Type, name_of, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["ENDPOINTS", "SERVICE", "ingress", "service"]

ENDPOINTS = Type("", "v1", "Endpoints")
SERVICE = Type("", "v1", "Service")


def service(live: Object, related: Related) -> Verdict:
    """Ready with an address where one has to be allocated, and without endpoints that are not ready.

    A Service that selects no pod at all is ready: its pods may come later.
    """
    balanced = pluck(live, "spec", "type") == "LoadBalancer"
    addressed = not balanced or bool(pluck(live, "status", "loadBalancer", "ingress"))
    needs_pods = (
        pluck(live, "spec", "type") != "ExternalName"
        and pluck(live, "spec", "clusterIP") != "None"
        and bool(pluck(live, "spec", "selector"))
    )
    endpoints = related.named(ENDPOINTS, name_of(live))
    subsets = cast("list[Any]", pluck(endpoints, "subsets") or [])
    pending = sum(len(cast("list[Any]", pluck(subset, "notReadyAddresses") or [])) for subset in subsets)
    if addressed and not (needs_pods and (endpoints is None or pending)):
        return Verdict(ready=True)
    reasons: list[str] = []
    if not addressed:
        reasons.append("no address was allocated: the cluster may have no load balancers")
    if needs_pods and endpoints is None:
        reasons.append("no endpoints were made for it")
    if needs_pods and pending:
        reasons.append(f"{pending} of the pods that it selects are not ready")
    return Verdict(reasons=reasons, tolerable=addressed and not pending, progress=f"waiting: {reasons[0]}")


def ingress(live: Object, related: Related) -> Verdict:
    """Ready with an address, and with endpoints for each Service that it leads to."""
    lost = [name for name in _backends(live) if not _reachable(name, related)]
    addressed = bool(pluck(live, "status", "loadBalancer", "ingress"))
    if addressed and not lost:
        return Verdict(ready=True)
    reasons = [f"there are no endpoints of the Service {name}" for name in lost]
    if not addressed:
        reasons.append("no address was set in its status: the cluster may have no ingress controller")
    return Verdict(reasons=reasons, tolerable=addressed, progress=f"waiting: {reasons[0]}")


def _backends(live: Object) -> list[str]:
    rules = cast("list[Any]", pluck(live, "spec", "rules") or [])
    paths = [path for rule in rules for path in cast("list[Any]", pluck(rule, "http", "paths") or [])]
    return [str(name) for path in paths if (name := pluck(path, "backend", "service", "name"))]


def _reachable(name: str, related: Related) -> bool:
    external = pluck(related.named(SERVICE, name), "spec", "type") == "ExternalName"
    return external or related.named(ENDPOINTS, name) is not None
