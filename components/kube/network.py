"""Network policies: who may open a connection to a component's pods."""

from collections.abc import Mapping, Sequence

from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyIngressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
)

from .scope import Scope

NAMESPACE_NAME = "kubernetes.io/metadata.name"

SAME_NAMESPACE: NetworkPolicyPeerArgsDict = {"pod_selector": {}}
TEAM_NAMESPACES: NetworkPolicyPeerArgsDict = {
    "namespace_selector": {"match_labels": {"app.kubernetes.io/part-of": "kubeflow-profile"}}
}


def namespace_named(name: str) -> NetworkPolicyPeerArgsDict:
    """Every pod of one namespace."""
    return {"namespace_selector": {"match_labels": {NAMESPACE_NAME: name}}}


def allow_ingress(
    scope: Scope,
    name: str,
    *,
    selector: Mapping[str, str] | None,
    peers: Sequence[NetworkPolicyPeerArgsDict] = (),
    ports: Sequence[int | str] = (),
    app: str | None = None,
) -> NetworkPolicy:
    """Let peers reach the selected pods.

    Args:
        selector: labels of the pods; None selects every pod of the namespace.
        peers: who may connect; empty lets anyone in, as the API server needs, whose address is unknown.
        ports: numbers or names of the pods' ports; empty opens all.
    """
    rule: NetworkPolicyIngressRuleArgsDict = {}
    if peers:
        rule["from_"] = list(peers)
    if ports:
        opened: list[NetworkPolicyPortArgsDict] = [{"port": port, "protocol": "TCP"} for port in ports]
        rule["ports"] = opened
    return NetworkPolicy(
        scope.unique(name),
        metadata=scope.metadata(name, app=app),
        spec={
            "pod_selector": {"match_labels": dict(selector)} if selector else {},
            "policy_types": ["Ingress"],
            "ingress": [rule],
        },
        opts=scope.options(),
    )
