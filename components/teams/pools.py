"""Which node pools the pods of a team may run on.

Kubernetes' own plugins for this (PodNodeSelector, PodTolerationRestriction) are off on every managed cluster.
A ValidatingAdmissionPolicy is part of the API server (admissionregistration.k8s.io/v1, Kubernetes 1.30 and
later) and needs no webhook. One policy serves all teams: it is made of the cluster's pools, and reads what a
team may use from its namespace, which members of the team can read but not write.

A pod is refused a pool if it could get there: it tolerates all of the pool's taints, and neither its node
selector nor its required node affinity leads elsewhere. Who names a node passes the scheduler and its taints
by, and is refused as well. Pools without taints are open to every pod, since nothing would keep one away that
names no pool.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_kubernetes.admissionregistration.v1 import (
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidationArgsDict,
    VariableArgsDict,
)

from ..contracts import NodePool
from ..kube.scope import Scope
from .args import allowed_pools
from .defaults import TeamDefaults
from .problems import hard_taints
from .settings import TeamSettings

POLICY = "slipway-team-node-pools"
MARK = "slipway.dev/node-pools"
RESTRICTED = "restricted"

_VARIABLES = {
    "allowed": (
        f"has(namespaceObject.metadata.annotations) && '{MARK}' in namespaceObject.metadata.annotations"
        f" ? namespaceObject.metadata.annotations['{MARK}'].split(',') : []"
    ),
    "tolerations": "has(object.spec.tolerations) ? object.spec.tolerations : []",
    # Tolerations are all that a pod which is there can gain. One that came before the policy must be able to
    # end.
    "unchanged": (
        "oldObject != null && variables.tolerations == "
        "(has(oldObject.spec.tolerations) ? oldObject.spec.tolerations : [])"
    ),
    "selector": "has(object.spec.nodeSelector) ? object.spec.nodeSelector : {}",
    "terms": (
        "has(object.spec.affinity) && has(object.spec.affinity.nodeAffinity)"
        " && has(object.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution)"
        " ? "
        "object.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms "
        ": []"
    ),
}


@dataclass(frozen=True)
class Marks:
    """What the namespace of a team carries for the policy."""

    labels: dict[str, str] = field(default_factory=dict[str, str])
    annotations: dict[str, str] = field(default_factory=dict[str, str])


def pool_marks(team: TeamSettings, defaults: TeamDefaults) -> Marks:
    """The label by which the policy finds the namespace, and the pools that it allows there."""
    allowed = allowed_pools(team, defaults)
    if allowed is None:
        return Marks()
    return Marks(labels={MARK: RESTRICTED}, annotations={MARK: ",".join(allowed)})


def pool_policy(scope: Scope, pools: Sequence[NodePool]) -> None:
    """Declare the policy for all teams, and that it holds where a namespace has the label."""
    guarded = [pool for pool in pools if hard_taints(pool)]
    if not guarded:
        return
    variables: list[VariableArgsDict] = [
        {"name": name, "expression": expression} for name, expression in _VARIABLES.items()
    ]
    policy = ValidatingAdmissionPolicy(
        POLICY,
        metadata=scope.cluster_metadata(POLICY),
        spec={
            "failure_policy": "Fail",
            "match_constraints": {
                "resource_rules": [
                    {
                        "api_groups": [""],
                        "api_versions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["pods"],
                    }
                ]
            },
            "variables": variables,
            "validations": [_no_node_by_name(), *(_may_use(pool) for pool in guarded)],
        },
        opts=scope.options(),
    )
    ValidatingAdmissionPolicyBinding(
        POLICY,
        metadata=scope.cluster_metadata(POLICY),
        spec={
            "policy_name": policy.metadata.name,
            "validation_actions": ["Deny"],
            "match_resources": {"namespace_selector": {"match_labels": {MARK: RESTRICTED}}},
        },
        opts=pulumi.ResourceOptions(parent=scope.parent),
    )


def _no_node_by_name() -> ValidationArgsDict:
    return {
        "expression": "oldObject != null || !has(object.spec.nodeName) || object.spec.nodeName == ''",
        "message": "pods of this team may not name a node: select one by its labels",
    }


def _may_use(pool: NodePool) -> ValidationArgsDict:
    tolerated = " && ".join(_tolerates(*taint) for taint in hard_taints(pool))
    ways = [
        "variables.unchanged",
        f"{_text(pool.name)} in variables.allowed",
        f"!({tolerated})",
        *_leads_elsewhere(pool),
    ]
    return {
        "expression": " || ".join(ways),
        "message": f"pods of this team may not run on node pool {pool.name}: leave out the toleration of its "
        "taints, or select a node pool that the team may use",
    }


def _tolerates(key: str, value: str, effect: str) -> str:
    """Whether one of the tolerations is for a taint (k8s.io/api core/v1, Toleration.ToleratesTaint)."""
    same_effect = f"(!has(t.effect) || t.effect == '' || t.effect == {_text(effect)})"
    # Operators that Kubernetes may bring count as tolerating whatever the value is.
    same_value = (
        "(has(t.operator) && t.operator != '' && t.operator != 'Equal' || "
        f"(has(t.value) ? t.value : '') == {_text(value)})"
    )
    same_key = f"(!has(t.key) || t.key == '' || t.key == {_text(key)} && {same_value})"
    return f"variables.tolerations.exists(t, {same_effect} && {same_key})"


def _leads_elsewhere(pool: NodePool) -> list[str]:
    if not pool.labels:
        return []
    labels = [(_text(key), _text(value)) for key, value in pool.labels.items()]
    selected = " || ".join(
        f"{key} in variables.selector && variables.selector[{key}] != {value}" for key, value in labels
    )
    expressions = " || ".join(f"e.key == {key} && !({value} in e.values)" for key, value in labels)
    return [
        f"({selected})",
        "(variables.terms.size() > 0 && variables.terms.all(term, has(term.matchExpressions) && "
        f"term.matchExpressions.exists(e, e.operator == 'In' && ({expressions}))))",
    ]


def _text(value: str) -> str:
    """A string of CEL, which writes them as JSON does."""
    return json.dumps(value)
