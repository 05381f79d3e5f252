"""Network policies: who may open a connection to whom.

A namespace of the platform has one policy that closes it (`deny_by_default`), and each program that somebody
calls has one that opens its ports to its callers (`allow_ingress`). Who calls comes from the contracts.

What comes from the node itself, as the probes of the kubelet do, is not subject to policies (Kubernetes,
Network Policies: traffic to and from the node where a pod runs is always allowed). So the ports by which
sidecars are probed need no opening. Nothing in the mesh connects to a sidecar as such: it answers at the
ports of its program, and opens connections to istiod (Istio, Application Requirements). Port 15008 is for
pods without sidecars that are captured by a node's proxy (ambient mode), which this mesh has none of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyIngressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from ..contracts import Caller, Mesh
from .scope import Scope

NAMESPACE_NAME = "kubernetes.io/metadata.name"
DENY = "default-deny"

# Where a sidecar answers for the metrics of its program and for its own (Istio, Ports used by Istio).
SIDECAR_METRICS = (15020, 15090)
_ISTIOD = 15012
_DNS = 53

SAME_NAMESPACE: NetworkPolicyPeerArgsDict = {"pod_selector": {}}


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Ports, and who may connect to them.

    Attributes:
        ports: numbers or names of the pods' ports.
        callers: None lets anyone in, as the API server needs, whose address is unknown.
    """

    ports: Sequence[int | str]
    callers: Sequence[Caller] | None = None


def from_api_server(*ports: int | str) -> Opening:
    """The ports at which a program answers the API server (webhooks), open to anyone."""
    return Opening(ports=ports)


def peer(caller: Caller) -> NetworkPolicyPeerArgsDict:
    """A caller as policies name it."""
    if caller.namespace is None:
        namespaces = {"app.kubernetes.io/part-of": "kubeflow-profile"}
    else:
        namespaces = {NAMESPACE_NAME: caller.namespace}
    found: NetworkPolicyPeerArgsDict = {"namespace_selector": {"match_labels": namespaces}}
    if caller.labels:
        found["pod_selector"] = {"match_labels": dict(caller.labels)}
    return found


def peers(callers: Sequence[Caller]) -> list[NetworkPolicyPeerArgsDict]:
    """All of them, each once; whoever is named without labels stands for all pods there."""
    everyone = {caller.namespace for caller in callers if not caller.labels}
    found: list[NetworkPolicyPeerArgsDict] = []
    for caller in callers:
        one = peer(Caller(namespace=caller.namespace) if caller.namespace in everyone else caller)
        if one not in found:
            found.append(one)
    return found


def sidecar_egress(mesh: Mesh | None) -> list[Opening]:
    """What a pod reaches that opens no connection itself: with a sidecar, names and istiod, else nothing.

    Names are asked of whoever answers at that port: a cluster's servers are pods in some clusters, and an
    address of the node in others (NodeLocal DNSCache).
    """
    if mesh is None or not mesh.present:
        return []
    return [Opening(ports=[_DNS]), Opening(ports=[_ISTIOD], callers=[mesh.control_plane])]


def allow_ingress(
    scope: Scope,
    name: str,
    *,
    selector: Mapping[str, str] | None,
    openings: Sequence[Opening],
    metrics: Sequence[int | str] = (),
    reaches: Sequence[Opening] | None = None,
    app: str | None = None,
) -> NetworkPolicy | None:
    """Let callers reach the selected pods, and nobody else; None where there is nothing to open or close.

    Args:
        selector: labels of the pods; None selects every pod of the namespace.
        openings: ports and their callers. What has no caller at all stays closed.
        metrics: ports at which a pod without a sidecar shows its metrics: open to the platform's scrapers.
            Those of sidecars are opened for the whole namespace, by the policy that closes it.
        reaches: to which ports of whom the pods may open connections; None: everywhere.
    """
    scrapers = scope.namespaces.scrapers
    found = [one for one in openings if one.callers is None or one.callers]
    if metrics and scrapers:
        found.append(Opening(ports=metrics, callers=scrapers))
    if not found and reaches is None:
        return None
    spec: NetworkPolicySpecArgsDict = {
        "pod_selector": {"match_labels": dict(selector)} if selector else {},
        "policy_types": ["Ingress"] if reaches is None else ["Ingress", "Egress"],
    }
    # An empty list is a missing one to the API server, and both let nobody through.
    if found:
        spec["ingress"] = [_ingress(one) for one in found]
    if reaches:
        spec["egress"] = [_egress(one) for one in reaches]
    return NetworkPolicy(
        scope.unique(name), metadata=scope.metadata(name, app=app), spec=spec, opts=scope.options()
    )


def deny_by_default(scope: Scope, *, sidecars: bool = True) -> NetworkPolicy:
    """Close a namespace: nobody connects to its pods, but for what other policies open.

    Where the platform's metrics are read, the ports at which sidecars show them are open to whoever does,
    unless no pod there has one (`sidecars`).
    """
    spec: NetworkPolicySpecArgsDict = {"pod_selector": {}, "policy_types": ["Ingress"]}
    scrapers = scope.namespaces.scrapers
    if sidecars and scrapers:
        spec["ingress"] = [_ingress(Opening(ports=SIDECAR_METRICS, callers=scrapers))]
    return NetworkPolicy(
        f"{scope.namespace_name}-{DENY}", metadata=scope.metadata(DENY), spec=spec, opts=scope.options()
    )


def _ingress(opening: Opening) -> NetworkPolicyIngressRuleArgsDict:
    rule: NetworkPolicyIngressRuleArgsDict = {"ports": _ports(opening.ports, "TCP")}
    if opening.callers is not None:
        rule["from_"] = peers(opening.callers)
    return rule


def _egress(opening: Opening) -> NetworkPolicyEgressRuleArgsDict:
    protocols = ("TCP", "UDP") if _DNS in opening.ports else ("TCP",)
    rule: NetworkPolicyEgressRuleArgsDict = {"ports": _ports(opening.ports, *protocols)}
    if opening.callers is not None:
        rule["to"] = peers(opening.callers)
    return rule


def _ports(ports: Sequence[int | str], *protocols: str) -> list[NetworkPolicyPortArgsDict]:
    return [{"port": port, "protocol": protocol} for protocol in protocols for port in ports]
