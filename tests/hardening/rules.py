"""What every pod is held to, and who falls short of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.hardening.bindings import Bound
from tests.support.pods import Container, Described, Object, Pod, below, entries


class Finding(NamedTuple):
    """A container or a pod that a rule does not hold for.

    Attributes:
        of: `<namespace>/<kind>/<name>` of a workload, for a container with its name after it; for what other
            programs make pods of, the object and the path in it.
        rule: name of the rule.
    """

    of: str
    rule: str


def _security(container: Container) -> Mapping[str, Any]:
    """What holds for the container: its own security context over the pod's."""
    shared = {
        key: value
        for key, value in container.pod_security.items()
        if key in ("runAsNonRoot", "runAsUser", "seccompProfile")
    }
    return {**shared, **below(container.spec, "securityContext")}


def _capabilities(container: Container) -> Mapping[str, Any]:
    return below(_security(container), "capabilities")


def _reserves(container: Container) -> bool:
    return {"cpu", "memory"} <= set(below(below(container.spec, "resources"), "requests"))


def _pinned(container: Container) -> bool:
    image = str(container.spec["image"])
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@sha256:" in image or tag not in ("", "latest")


_CONTAINER: Mapping[str, Callable[[Container], bool]] = {
    "non-root": lambda one: (
        _security(one).get("runAsNonRoot") is True and _security(one).get("runAsUser") != 0
    ),
    "seccomp": lambda one: _security(one).get("seccompProfile") == {"type": "RuntimeDefault"},
    "escalation": lambda one: _security(one).get("allowPrivilegeEscalation") is False,
    "privileged": lambda one: not _security(one).get("privileged") and not _capabilities(one).get("add"),
    "capabilities": lambda one: "ALL" in _capabilities(one).get("drop", []),
    "pinned-image": _pinned,
}
"""Held by what other programs make pods of as well."""

_WORKLOAD: Mapping[str, Callable[[Container], bool]] = {
    **_CONTAINER,
    "requests": _reserves,
    "read-only-root": lambda one: _security(one).get("readOnlyRootFilesystem") is True,
    "host-ports": lambda one: not any(port.get("hostPort") for port in entries(one.spec, "ports")),
}
_LONG_RUNNING: Mapping[str, Callable[[Container], bool]] = {
    "liveness": lambda one: "livenessProbe" in one.spec,
    "readiness": lambda one: "readinessProbe" in one.spec,
}

# Kinds of volumes that the Pod Security Standard `restricted` allows.
_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_ENFORCED = "pod-security.kubernetes.io/enforce"
_HOST = ("hostNetwork", "hostPID", "hostIPC")


def _sees_its_node(pod: Pod) -> bool:
    kinds = {kind for volume in entries(pod.spec, "volumes") for kind in volume if kind != "name"}
    return any(pod.spec.get(key) for key in _HOST) or not kinds <= _VOLUMES


def workload_findings(
    pods: Iterable[Pod], bound: Bound, namespaces: Mapping[str, Object]
) -> Iterator[Finding]:
    """Where the pods of workloads fall short of a rule."""
    for pod in pods:
        if _sees_its_node(pod):
            yield Finding(pod.name, "host")
        if bound.mounts_token(pod) and not bound.has_rights(pod):
            yield Finding(pod.name, "api-token")
        namespace = namespaces.get(pod.namespace)
        if namespace and below(namespace["metadata"], "labels").get(_ENFORCED) != "restricted":
            yield Finding(pod.name, "namespace")
        for container in pod.containers():
            rules = {**_WORKLOAD, **(_LONG_RUNNING if container.long_running else {})}
            yield from (
                Finding(container.name, rule) for rule, holds in rules.items() if not holds(container)
            )


def described_findings(pods: Described) -> Iterator[Finding]:
    """Where pods that other programs start fall short of a rule."""
    yield from (Finding(pod.name, "host") for pod in pods.pods if _sees_its_node(pod))
    for container in pods.containers:
        yield from (
            Finding(container.name, rule) for rule, holds in _CONTAINER.items() if not holds(container)
        )


RULES = frozenset({*_WORKLOAD, *_LONG_RUNNING, "host", "api-token", "namespace"})
"""The name of every rule."""
