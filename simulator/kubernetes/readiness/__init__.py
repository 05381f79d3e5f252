"""Which rule tells that an object is ready."""

from __future__ import annotations

from simulator.kubernetes.readiness import deployments, generic, network, pods, storage, workloads
from simulator.kubernetes.readiness.expressions import judge_for
from simulator.kubernetes.readiness.rules import Rule
from simulator.kubernetes.values import objects
from simulator.kubernetes.values.wire import Object

__all__ = ["Rule", "choose", "timeout"]

# How long endpoints must stay as they are: the controller adds the pods of one Service in a few writes.
_SETTLE_SECONDS = 0.25

_RULES: dict[tuple[str, str], Rule] = {
    ("apps", "Deployment"): Rule(
        deployments.judge, related=(deployments.REPLICA_SET, pods.POD, deployments.CLAIM)
    ),
    ("apps", "StatefulSet"): Rule(workloads.stateful_set, related=(pods.POD,)),
    ("apps", "DaemonSet"): Rule(workloads.daemon_set, related=(pods.POD,)),
    ("batch", "Job"): Rule(workloads.job, related=(pods.POD,)),
    ("", "ReplicationController"): Rule(workloads.replication_controller, related=(pods.POD,)),
    ("", "Pod"): Rule(pods.judge),
    ("", "Service"): Rule(network.service, related=(network.ENDPOINTS,), settle=_SETTLE_SECONDS),
    ("networking.k8s.io", "Ingress"): Rule(
        network.ingress, related=(network.ENDPOINTS, network.SERVICE), settle=_SETTLE_SECONDS
    ),
    ("", "PersistentVolume"): Rule(storage.volume, seconds=300),
    ("", "PersistentVolumeClaim"): Rule(storage.claim, related=(storage.STORAGE_CLASS,), seconds=300),
    ("", "ResourceQuota"): Rule(storage.quota, seconds=60),
    ("", "Secret"): Rule(storage.token_secret, seconds=5),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): Rule(generic.crd, seconds=60),
}
_ANY_KIND = Rule(generic.any_kind)


def choose(inputs: Object, *, await_all: bool = False) -> Rule | None:
    """Return the rule for an object, None where nothing is waited for.

    `pulumi.com/skipAwait` and `pulumi.com/waitFor` come before the rule of the kind. Raises RefusedError for
    a waitFor that is not understood.
    """
    if objects.annotation(inputs, objects.ANNOTATION_SKIP_AWAIT) == "true":
        return None
    if expression := objects.annotation(inputs, objects.ANNOTATION_WAIT_FOR):
        return Rule(judge_for(expression))
    kind = objects.type_of(inputs)
    if kind.kind == "Secret" and inputs.get("type") != "kubernetes.io/service-account-token":
        return None
    rule = _RULES.get((kind.group, kind.kind))
    return rule or (_ANY_KIND if await_all else None)


def timeout(inputs: Object, custom: float, rule: Rule) -> float:
    """Return how many seconds to wait: the resource option, else the annotation, else what suits the kind."""
    if custom:
        return custom
    given = objects.annotation(inputs, objects.ANNOTATION_TIMEOUT)
    return float(given) if given.isdigit() else rule.seconds
