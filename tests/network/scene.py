"""The platform with everything on, and who else takes part in its traffic."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import yaml

from tests.matrix.index import Index, name, namespace
from tests.network.evaluator import Endpoint, Network
from tests.support.everything import everything_with
from tests.support.pods import Object, below, entries
from tests.support.render import Rendered

_MORE = """
teams:
  team-a: {owner: ann@example.com}
  team-b: {owner: bob@example.com}
"""
_WATCHED = """
addons:
  knative: {enabled: true}
  prometheus: {enabled: true}
"""

TEAMS = ("team-a", "team-b")
SIDECAR = {"metrics-of-sidecar": 15020, "envoy-of-sidecar": 15090}
# A port that no program has: whoever may connect to it may connect to all.
UNUSED = 12345

API_SERVER = Endpoint("the API server", address="192.0.2.1")
GATEWAY = Endpoint(
    "the gateway",
    "istio-system",
    {"app": "istio-ingressgateway", "istio": "ingressgateway"},
    account="istio-ingressgateway-service-account",
    meshed=True,
)
LOCAL_GATEWAY = Endpoint(
    "Knative's local gateway",
    "istio-system",
    {"app": "cluster-local-gateway", "istio": "cluster-local-gateway"},
    account="cluster-local-gateway-service-account",
    meshed=True,
)
ISTIOD = Endpoint("istiod", "istio-system", {"app": "istiod", "istio": "pilot"}, {"grpc-xds": 15012})
ACTIVATOR = Endpoint("Knative's activator", "knative-serving", {"app": "activator"}, meshed=True)
AUTOSCALER = Endpoint("Knative's autoscaler", "knative-serving", {"app": "autoscaler"}, meshed=True)
PROMETHEUS = Endpoint("Prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"})
STRANGER = Endpoint("a pod of another namespace", "default", {"app": "stranger"})


def notebook(team: str) -> Endpoint:
    """A notebook; without a sidecar it would be any other pod of the team."""
    labels = {"statefulset": "notebook"}
    return Endpoint(
        f"a notebook of {team}", team, labels, {"notebook": 8888}, account="default-editor", meshed=True
    )


def run(team: str) -> Endpoint:
    """The pod of a run, of a trial or of a model, none of which has a sidecar."""
    return Endpoint(
        f"a run of {team}", team, {"pipeline/runid": "1"}, {"app": 8080}, account="default-editor"
    )


OTHERS = (GATEWAY, LOCAL_GATEWAY, ISTIOD, ACTIVATOR, AUTOSCALER, PROMETHEUS, STRANGER)
OF_TEAMS = tuple(one for team in TEAMS for one in (notebook(team), run(team)))


@cache
def platform(*, watched: bool = True) -> Rendered:
    """Everything, with two teams; and with Knative and Prometheus where it is watched."""
    return everything_with({**yaml.safe_load(_MORE), **(yaml.safe_load(_WATCHED) if watched else {})})


def network(objects: Iterable[Object]) -> Network:
    """The policies among objects, and their namespaces."""
    index = Index.of(objects)
    spaces = {name(one): below(one["metadata"], "labels") for one in index.kind("Namespace")}
    for one in OTHERS:
        spaces.setdefault(one.namespace, {})
    named = {space: {**labels, "kubernetes.io/metadata.name": space} for space, labels in spaces.items()}
    return Network(tuple(index.kind("NetworkPolicy")), named)


def pods(objects: Iterable[Object]) -> Iterator[Endpoint]:
    """The pods of each workload, called as the workload is."""
    for one in Index.of(objects).kind("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"):
        spec = one["spec"]["jobTemplate"]["spec"] if one["kind"] == "CronJob" else one["spec"]
        template = spec["template"]
        labels = below(template["metadata"], "labels")
        meshed = labels.get("sidecar.istio.io/inject") == "true"
        ports = {
            port["name"]: int(port["containerPort"])
            for container in entries(template["spec"], "containers")
            for port in entries(container, "ports")
        }
        yield Endpoint(
            f"{namespace(one)}/{name(one)}",
            namespace(one),
            labels,
            {**ports, **(SIDECAR if meshed else {})},
            below(template["metadata"], "annotations"),
            template["spec"].get("serviceAccountName", "default"),
            meshed,
        )


def endpoints(objects: Iterable[Object]) -> tuple[Endpoint, ...]:
    """Everybody who may open a connection."""
    return (*pods(objects), *OTHERS, *OF_TEAMS)


def behind(objects: Iterable[Object], where: str, service: str) -> list[tuple[Endpoint, Object]]:
    """The pods behind a Service, each with the Service."""
    index = Index.of(objects)
    found = index.by_name.get(("Service", where, service))
    if not found or not below(found["spec"], "selector"):
        return []
    selector: Mapping[str, str] = found["spec"]["selector"]
    return [
        (pod, found)
        for pod in pods(index.objects)
        if pod.namespace == where and selector.items() <= pod.labels.items()
    ]


def ports_behind(service: Object, pod: Endpoint, asked: int | None = None) -> list[int]:
    """The ports of a pod that a Service leads to; of the asked one alone, if it is one."""
    found: list[int] = []
    for port in entries(service["spec"], "ports"):
        if asked is None or int(port["port"]) == asked:
            target = port.get("targetPort", port["port"])
            found.append(pod.ports[target] if isinstance(target, str) else int(target))
    return found
