"""Says in sentences how an object differs from upstream's of the same name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from tests.reference.facts import Object, granted, rights, subjects


def differences(name: str, upstream: Object, ours: Object | None) -> Iterator[str]:
    """What upstream has and we lack, and rights that we have and upstream lacks."""
    if ours is None:
        yield f"{name}: is missing"
        return
    compare = _BY_KIND.get(upstream["kind"], _nothing)
    for text in compare(upstream, ours):
        yield f"{name}: {text}"


def _nothing(upstream: Object, ours: Object) -> Iterator[str]:
    yield from ()


def _workload(upstream: Object, ours: Object) -> Iterator[str]:
    theirs, here = (one["spec"]["template"]["spec"] for one in (upstream, ours))
    if theirs.get("serviceAccountName", "default") != here.get("serviceAccountName", "default"):
        yield f"service account {theirs.get('serviceAccountName')} is {here.get('serviceAccountName')}"
    for group in ("initContainers", "containers"):
        mine = {one["name"]: one for one in here.get(group, [])}
        for container in theirs.get(group, []):
            label = f"container {container['name']}"
            if container["name"] not in mine:
                yield f"{label} is missing"
            else:
                for text in _container(container, mine[container["name"]]):
                    yield f"{label}: {text}"


def _container(theirs: Object, here: Object) -> Iterator[str]:
    if theirs["image"] != here["image"]:
        yield f"image {theirs['image']} is {here['image']}"
    given = [str(part) for part in (*here.get("command", []), *here.get("args", []))]
    for argument in (*theirs.get("command", []), *theirs.get("args", [])):
        if str(argument) not in given:
            yield f"argument {str(argument)!r:.80} is missing"
    variables = {one["name"]: one for one in here.get("env", [])}
    for variable in theirs.get("env", []):
        name = variable["name"]
        if name not in variables:
            yield f"variable {name} is missing"
        else:
            yield from _variable(variable, variables[name])
    ports = {one["containerPort"] for one in here.get("ports", [])}
    yield from (
        f"port {one['containerPort']} is missing"
        for one in theirs.get("ports", [])
        if one["containerPort"] not in ports
    )
    paths = {one["mountPath"] for one in here.get("volumeMounts", [])}
    yield from (
        f"mount {one['mountPath']} is missing"
        for one in theirs.get("volumeMounts", [])
        if one["mountPath"] not in paths
    )
    yield from (
        f"{probe} is missing"
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        if probe in theirs and probe not in here
    )


def _variable(theirs: Object, here: Object) -> Iterator[str]:
    """A value that upstream reads from a ConfigMap may stand here in plain text, a secret never does."""
    source: Mapping[str, Any] = theirs.get("valueFrom") or {}
    given: Mapping[str, Any] = here.get("valueFrom") or {}
    if not source and theirs.get("value", "") != here.get("value", ""):
        yield f"variable {theirs['name']}={theirs.get('value')!r} is {here.get('value')!r}"
    elif "secretKeyRef" in source and "secretKeyRef" not in given:
        yield f"variable {theirs['name']} does not come from a Secret"
    elif "fieldRef" in source and source["fieldRef"]["fieldPath"] != given.get("fieldRef", {}).get(
        "fieldPath"
    ):
        yield f"variable {theirs['name']} is another field of the pod"


def _role(upstream: Object, ours: Object) -> Iterator[str]:
    if "aggregationRule" in upstream:
        if upstream["aggregationRule"] != ours.get("aggregationRule"):
            yield "collects other roles"
        if ours.get("rules"):
            yield "declares rules that are Kubernetes' to write"
        return
    theirs, here = rights(upstream), rights(ours)
    yield from _listed("lacks", theirs - here)
    yield from _listed("goes beyond upstream with", {right for right in here if not granted(right, theirs)})


def _listed(text: str, rest: set[tuple[str, str, str]]) -> Iterator[str]:
    """One sentence for each resource."""
    verbs: dict[str, list[str]] = {}
    for group, resource, verb in sorted(rest):
        verbs.setdefault(f"{resource}{f'.{group}' if group else ''}", []).append(verb)
    yield from (f"{text} {','.join(found)} on {resource}" for resource, found in verbs.items())


def _binding(upstream: Object, ours: Object) -> Iterator[str]:
    if upstream["roleRef"]["name"] != ours["roleRef"]["name"]:
        yield f"binds {ours['roleRef']['name']} instead of {upstream['roleRef']['name']}"
    if subjects(upstream) != subjects(ours):
        yield f"is for {sorted(subjects(ours))} instead of {sorted(subjects(upstream))}"


def _service(upstream: Object, ours: Object) -> Iterator[str]:
    ports = {one["port"] for one in ours["spec"].get("ports", [])}
    yield from (
        f"port {one['port']} is missing"
        for one in upstream["spec"].get("ports", [])
        if one["port"] not in ports
    )


def _config(upstream: Object, ours: Object) -> Iterator[str]:
    theirs: Mapping[str, str] = upstream.get("data") or {}
    here: Mapping[str, str] = ours.get("data") or {}
    yield from (f"key {key} is missing" for key in theirs if key not in here)


def _route(upstream: Object, ours: Object) -> Iterator[str]:
    def matches(one: Object) -> set[str]:
        return {
            f"{way} {text}"
            for http in cast("Sequence[Object]", one["spec"].get("http", []))
            for match in cast("Sequence[Object]", http.get("match", []))
            for way, text in cast("Mapping[str, str]", match.get("uri", {})).items()
        }

    yield from (f"route {one} is missing" for one in sorted(matches(upstream) - matches(ours)))


def _webhooks(upstream: Object, ours: Object) -> Iterator[str]:
    mine = {one["name"]: one for one in ours["webhooks"]}
    for hook in upstream["webhooks"]:
        if hook["name"] not in mine:
            yield f"webhook {hook['name']} is missing"
            continue
        here = mine[hook["name"]]
        if hook["clientConfig"]["service"].get("path") != here["clientConfig"]["service"].get("path"):
            yield f"webhook {hook['name']}: path {hook['clientConfig']['service'].get('path')} differs"
        for field in ("rules", "namespaceSelector", "objectSelector", "failurePolicy"):
            if field in hook and hook[field] != here.get(field):
                yield f"webhook {hook['name']}: {field} differs"


_BY_KIND = {
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "Role": _role,
    "ClusterRole": _role,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
    "Service": _service,
    "ConfigMap": _config,
    "VirtualService": _route,
    "MutatingWebhookConfiguration": _webhooks,
    "ValidatingWebhookConfiguration": _webhooks,
}
