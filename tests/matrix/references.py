"""References of one rendering that lead nowhere, each as a sentence."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.matrix.index import CLUSTER_WIDE, Index, namespace, title
from tests.support.pods import Object, Pod, below, entries

Check = Callable[[Index], Iterator[str]]

# Roles that every cluster has.
_BUILT_IN_ROLES = {
    "view",
    "edit",
    "admin",
    "cluster-admin",
    "system:auth-delegator",
    "system:service-account-issuer-discovery",
}
# Service accounts of add-ons' own namespaces, which their charts make.
ADD_ONS = {"istio-system", "cert-manager", "knative-serving"}


def pods_read_what_is_there(index: Index) -> Iterator[str]:
    """ConfigMaps, Secrets, claims, service accounts and priority classes that pods name."""
    made = index.certificate_secrets()
    for pod in index.pods():
        account = pod.spec.get("serviceAccountName", "default")
        if account != "default" and not index.has("ServiceAccount", pod.namespace, account):
            yield f"{pod.name} runs as {account}, which is not there"
        priority = pod.spec.get("priorityClassName")
        if priority and not priority.startswith("system-") and not index.has("PriorityClass", "", priority):
            yield f"{pod.name} has priority {priority}, which is not there"
        for kind, called in _read(pod):
            if kind == "Secret" and (pod.namespace, called) in made:
                continue
            if not index.has(kind, pod.namespace, called):
                yield f"{pod.name} reads {kind} {called}, which is not there"


def _read(pod: Pod) -> Iterator[tuple[str, str]]:
    """Kind and name of what a pod cannot start without."""
    for volume in entries(pod.spec, "volumes"):
        yield from _sources(volume)
        for source in entries(below(volume, "projected"), "sources"):
            yield from _sources(source)
    for container in pod.containers():
        for source in entries(container.spec, "envFrom"):
            yield from _named(source, "configMapRef", "ConfigMap", "name")
            yield from _named(source, "secretRef", "Secret", "name")
        for variable in entries(container.spec, "env"):
            source = below(variable, "valueFrom")
            yield from _named(source, "configMapKeyRef", "ConfigMap", "name")
            yield from _named(source, "secretKeyRef", "Secret", "name")


def _sources(volume: Object) -> Iterator[tuple[str, str]]:
    yield from _named(volume, "configMap", "ConfigMap", "name")
    yield from _named(
        volume, "secret", "Secret", "secretName" if "secretName" in below(volume, "secret") else "name"
    )
    yield from _named(volume, "persistentVolumeClaim", "PersistentVolumeClaim", "claimName")


def _named(source: Object, field: str, kind: str, key: str) -> Iterator[tuple[str, str]]:
    there = below(source, field)
    if there and not there.get("optional"):
        yield kind, str(there[key])


def bindings_bind_what_is_there(index: Index) -> Iterator[str]:
    """Roles and service accounts of bindings."""
    for one in index.kind("RoleBinding", "ClusterRoleBinding"):
        role: Mapping[str, str] = one["roleRef"]
        where = CLUSTER_WIDE if role["kind"] == "ClusterRole" else namespace(one)
        if role["name"] not in _BUILT_IN_ROLES and not index.has(role["kind"], where, role["name"]):
            yield f"{title(one)} binds {role['kind']} {role['name']}, which is not there"
        for subject in entries(one, "subjects"):
            place = subject.get("namespace", namespace(one))
            if subject["kind"] != "ServiceAccount" or place in ADD_ONS:
                continue
            if not index.has("ServiceAccount", place, subject["name"]):
                yield f"{title(one)} is for {place}/{subject['name']}, which is not there"


def services_find_their_pods(index: Index) -> Iterator[str]:
    """Selectors and ports of Services, selectors of policies."""
    labels = list(index.pod_labels())
    for one in index.kind("Service"):
        selector = below(one["spec"], "selector")
        if selector and not _selected(selector, namespace(one), labels):
            yield f"{title(one)} selects no pod"
        for port in entries(one["spec"], "ports"):
            if selector and not _answers(index, one, port.get("targetPort", port["port"])):
                yield f"{title(one)} leads to port {port.get('targetPort')}, which no pod of it has"
    for one in index.kind("NetworkPolicy", "AuthorizationPolicy"):
        selector = below(below(one["spec"], "podSelector") or below(one["spec"], "selector"), "matchLabels")
        if selector and namespace(one) not in ADD_ONS and not _selected(selector, namespace(one), labels):
            yield f"{title(one)} selects no pod"


def _selected(selector: Mapping[str, str], where: str, pods: list[tuple[str, Mapping[str, str]]]) -> bool:
    return any(where == place and selector.items() <= labels.items() for place, labels in pods)


def _answers(index: Index, service: Object, port: int | str) -> bool:
    wanted = below(service["spec"], "selector").items()
    for one in index.kind("Deployment", "StatefulSet", "DaemonSet"):
        template = one["spec"]["template"]
        if namespace(one) == namespace(service) and wanted <= below(template["metadata"], "labels").items():
            for container in entries(template["spec"], "containers"):
                if any(
                    port in (here.get("name"), here["containerPort"]) for here in entries(container, "ports")
                ):
                    return True
    return False


def routes_lead_somewhere(index: Index) -> Iterator[str]:
    """Gateways and destinations of VirtualServices, hosts of DestinationRules, identities in policies."""
    for one in index.kind("VirtualService"):
        for gateway in one["spec"].get("gateways", []):
            where, _, called = gateway.rpartition("/")
            if gateway != "mesh" and not index.has("Gateway", where or namespace(one), called):
                yield f"{title(one)} belongs to gateway {gateway}, which is not there"
        for http in entries(one["spec"], "http"):
            for way in entries(http, "route"):
                destination = way["destination"]
                service = _service(index, destination["host"], namespace(one))
                number = below(destination, "port").get("number")
                if service is None:
                    yield f"{title(one)} leads to {destination['host']}, which is not there"
                elif number not in (None, *(port["port"] for port in service["spec"]["ports"])):
                    yield f"{title(one)} leads to port {number} of {destination['host']}, which it has not"
    for one in index.kind("DestinationRule"):
        if _service(index, one["spec"]["host"], namespace(one)) is None:
            yield f"{title(one)} is for {one['spec']['host']}, which is not there"


def _service(index: Index, host: str, where: str) -> Object | None:
    called, _, rest = host.partition(".")
    return index.by_name.get(("Service", rest.split(".")[0] or where, called))


_PRINCIPAL = re.compile(r"[^/]+/ns/([^/*]+)/sa/([^/*]+)")


def callers_are_there(index: Index) -> Iterator[str]:
    """Mesh identities that policies let in."""
    for one in index.kind("AuthorizationPolicy"):
        for rule in entries(one["spec"], "rules"):
            for source in entries(rule, "from"):
                for principal in below(source, "source").get("principals", []):
                    found = _PRINCIPAL.fullmatch(principal)
                    if (
                        found
                        and found[1] not in ADD_ONS
                        and not index.has("ServiceAccount", found[1], found[2])
                    ):
                        yield f"{title(one)} lets {principal} in, which is not there"


def webhooks_are_answered(index: Index) -> Iterator[str]:
    """Services and certificates of webhooks, issuers of certificates."""
    for one, client in _clients(index):
        service = client["service"]
        found = index.by_name.get(("Service", service["namespace"], service["name"]))
        if found is None:
            yield f"{title(one)} asks Service {service['name']}, which is not there"
        elif service.get("port", 443) not in [port["port"] for port in found["spec"]["ports"]]:
            yield f"{title(one)} asks port {service.get('port', 443)} of {service['name']}, which it has not"
        injected = below(one["metadata"], "annotations").get("cert-manager.io/inject-ca-from")
        where, _, certificate = (injected or "").partition("/")
        if injected and not index.has("Certificate", where, certificate):
            yield f"{title(one)} trusts certificate {injected}, which is not there"
        if not injected and not _somebody_writes(index, one):
            yield f"{title(one)} trusts nobody: no certificate is injected, and nobody may write one"
    for one in index.kind("Certificate"):
        issuer = one["spec"]["issuerRef"]
        where = namespace(one) if issuer.get("kind", "Issuer") == "Issuer" else CLUSTER_WIDE
        if not index.has(issuer.get("kind", "Issuer"), where, issuer["name"]):
            yield f"{title(one)} is signed by {issuer['name']}, which is not there"


def _somebody_writes(index: Index, webhook: Object) -> bool:
    """Whether a program may put its own certificate into a webhook's configuration."""
    wanted = f"{webhook['kind'].lower()}s"
    return any(
        wanted in rule.get("resources", []) and {"update", "patch", "*"} & set(rule["verbs"])
        for role in index.kind("ClusterRole")
        for rule in entries(role, "rules")
    )


def _clients(index: Index) -> Iterator[tuple[Object, Mapping[str, Any]]]:
    for one in index.kind("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
        for hook in entries(one, "webhooks"):
            yield one, hook["clientConfig"]
    for one in index.kind("CustomResourceDefinition"):
        if conversion := below(below(one["spec"], "conversion"), "webhook"):
            yield one, conversion["clientConfig"]


def objects_have_their_type(index: Index) -> Iterator[str]:
    """API types of custom resources."""
    types = {
        (f"{one['spec']['group']}/{version['name']}", one["spec"]["names"]["kind"])
        for one in index.kind("CustomResourceDefinition")
        for version in one["spec"]["versions"]
    }
    for one in index.objects:
        group = one["apiVersion"].rpartition("/")[0]
        if "." in group and not group.endswith(".k8s.io") and (one["apiVersion"], one["kind"]) not in types:
            yield f"{title(one)} has a type that is not there: {one['apiVersion']}"


def namespaces_are_there(index: Index) -> Iterator[str]:
    """The namespace of each object."""
    for one in index.objects:
        where = namespace(one)
        if where and not index.has("Namespace", CLUSTER_WIDE, where) and where not in ADD_ONS:
            yield f"{title(one)} lives in {where}, which is not there"


OBJECTS: tuple[Check, ...] = (
    pods_read_what_is_there,
    bindings_bind_what_is_there,
    services_find_their_pods,
    routes_lead_somewhere,
    callers_are_there,
    webhooks_are_answered,
    objects_have_their_type,
    namespaces_are_there,
)
