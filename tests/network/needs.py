"""Who needs to reach whom: every address that a rendered object names, and those that programs know."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from components.identity.policies import external_authorizer
from tests.matrix.index import Index, name, namespace, texts, title
from tests.network.evaluator import Endpoint
from tests.network.scene import (
    ACTIVATOR,
    API_SERVER,
    AUTOSCALER,
    GATEWAY,
    ISTIOD,
    LOCAL_GATEWAY,
    OF_TEAMS,
    PROMETHEUS,
    TEAMS,
    behind,
    endpoints,
    notebook,
    pods,
    ports_behind,
    run,
)
from tests.support.pods import Object, below, entries

# Who reads a ConfigMap that no pod mounts: it is asked for by the API, or for others.
READ_BY: Mapping[str, Sequence[Endpoint]] = {
    "kubeflow/workflow-controller-configmap": [run(team) for team in TEAMS],
    # Of runs in Kubeflow's own namespace, which no team may start.
    "kubeflow/kfp-launcher": [],
    "kubeflow/metadata-grpc-configmap": [],
    # Addresses of KServe's own gateways, which what it makes in namespaces of teams is routed by; and of
    # programs of other projects.
    "kubeflow/inferenceservice-config": [],
    **{f"{team}/*": [notebook(team), run(team)] for team in TEAMS},
}
# Whose address is built into a program, or made from a name that it is told: nothing rendered shows it.
BUILT_IN: Mapping[str, Sequence[tuple[str, int]]] = {
    "kubeflow/katib-controller": [("kubeflow/katib-db-manager", 6789), ("a run of *", 6789)],
    "kubeflow/katib-ui": [("kubeflow/katib-db-manager", 6789)],
    "kubeflow/model-registry-ui": [
        ("kubeflow/model-registry-deployment", 8080),
        ("kubeflow/model-catalog-server", 8080),
    ],
    "kubeflow/notebook-controller-deployment": [("a notebook of *", 8888)],
    "kubeflow/ml-pipeline-ui": [("team-?/ml-pipeline-ui-artifact", 3000), ("a run of *", 6006)],
    "kubeflow/ml-pipeline-persistenceagent": [("kubeflow/ml-pipeline", 8887)],
    "kubeflow/ml-pipeline-scheduledworkflow": [
        ("kubeflow/ml-pipeline", 8888),
        ("kubeflow/ml-pipeline", 8887),
    ],
    "kubeflow/metadata-writer": [("kubeflow/metadata-grpc-deployment", 8080)],
    "a run of *": [
        ("kubeflow/ml-pipeline", 8888),
        ("kubeflow/ml-pipeline", 8887),
        ("kubeflow/metadata-grpc-deployment", 8080),
        ("kubeflow/katib-db-manager", 6789),
        ("kubeflow/seaweedfs", 8333),
        ("kubeflow/model-registry-deployment", 8080),
        ("kubeflow-system/kubeflow-trainer-controller-manager", 10443),
    ],
    "a notebook of *": [
        ("kubeflow/ml-pipeline", 8888),
        ("kubeflow/ml-pipeline", 8887),
        ("kubeflow/ml-pipeline-ui", 3000),
        ("kubeflow/metadata-grpc-deployment", 8080),
        ("kubeflow/katib-db-manager", 6789),
        ("kubeflow/seaweedfs", 8333),
        ("kubeflow/model-registry-deployment", 8080),
        ("kubeflow/model-catalog-server", 8080),
        ("kubeflow-system/kubeflow-trainer-controller-manager", 10443),
    ],
    GATEWAY.name: [("a notebook of *", 8888), ("a run of *", 8080)],
    LOCAL_GATEWAY.name: [("a run of *", 8080)],
    ACTIVATOR.name: [("a run of *", 8012)],
    AUTOSCALER.name: [("a run of *", 9090)],
    PROMETHEUS.name: [("a run of *", 9090), ("a notebook of *", 15020)],
}


OF_ADDONS = (LOCAL_GATEWAY, ACTIVATOR, AUTOSCALER, PROMETHEUS)


@dataclass(frozen=True)
class Need:
    """A connection that somebody opens, and what says so."""

    source: Endpoint
    target: Endpoint
    port: int
    said_by: str

    def __str__(self) -> str:
        return f"{self.source.name} reaches {self.target.name} at {self.port} ({self.said_by})"


def needs(objects: Iterable[Object], *, watched: bool = True) -> list[Need]:
    """All of them, each once; those of Prometheus and Knative where they are there."""
    index = Index.of(objects)
    found = [*said(index), *_built_in(index), *(_metrics(index) if watched else ())]
    found = [one for one in found if watched or one.source not in OF_ADDONS]
    return list({(one.source.name, one.target.name, one.port): one for one in found}.values())


def said(index: Index) -> list[Need]:
    """What objects say of it themselves."""
    return [*named_addresses(index), *_routes(index), *_webhooks(index), *_login(index)]


def named_addresses(index: Index) -> Iterator[Need]:
    """Addresses in arguments, variables, probes and configuration."""
    everybody = {one.name: one for one in pods(index.objects)}
    mounted: set[str] = set()
    for pod in index.pods():
        reader = everybody[f"{pod.namespace}/{pod.name.rpartition('/')[2]}"]
        read = {f"{pod.namespace}/{one}" for one in _config_maps(pod.spec)}
        mounted |= read
        for container in pod.containers():
            values = {one["name"]: one["value"] for one in entries(container.spec, "env") if "value" in one}
            for variable, value in values.items():
                port = values.get(variable.replace("HOST", "PORT")) if "HOST" in variable else None
                yield from _named(index, [reader], f"{value}:{port}" if port else value, container.name)
            spec = container.spec
            for key in ("command", "args", "livenessProbe", "readinessProbe", "startupProbe"):
                for text in texts(spec.get(key)):
                    yield from _named(index, [reader], text, container.name)
        for one in index.kind("ConfigMap"):
            if f"{namespace(one)}/{name(one)}" in read:
                yield from _in_config(index, one, [reader])
    for one in index.kind("ConfigMap"):
        called = f"{namespace(one)}/{name(one)}"
        if called not in mounted:
            readers = next((found for key, found in READ_BY.items() if fnmatchcase(called, key)), None)
            told = list(_in_config(index, one, [Endpoint("somebody", namespace(one))]))
            assert readers is not None or not told, f"who reads {called}? It names {told[0].target.name}"
            yield from _in_config(index, one, readers or [])


def _config_maps(pod: Object) -> Iterator[str]:
    for volume in entries(pod, "volumes"):
        if "configMap" in volume:
            yield volume["configMap"]["name"]
    for container in entries(pod, "containers"):
        for source in entries(container, "envFrom"):
            yield below(source, "configMapRef").get("name", "")
        for variable in entries(container, "env"):
            yield below(below(variable, "valueFrom"), "configMapKeyRef").get("name", "")


def _in_config(index: Index, config: Object, readers: Sequence[Endpoint]) -> Iterator[Need]:
    data = below(config, "data")
    for key, text in data.items():
        port = data.get(key.replace("HOST", "PORT")) if "HOST" in key else None
        given = f"{text}:{port}" if port else text
        # Envoy's way to write an address.
        given = re.sub(r"address: (\S+)\n\s+port_value: (\d+)", r"address: \1:\2", given)
        yield from _named(index, readers, given, title(config))


_HOST = re.compile(
    r"(?<![-\w./])([a-z][-a-z0-9]*)((?:\.[a-z0-9][-a-z0-9]*)*)(?::(\d+))?(?![-\w.]*[-\w@])", re.ASCII
)


def _named(index: Index, readers: Sequence[Endpoint], text: str, said_by: str) -> Iterator[Need]:
    """What a text says. A name alone is an address where it is the whole text, or a port stands behind it."""
    plain = re.sub(r"\b[a-z]+://", " ", text)
    pairs = re.sub(r"\('([-a-z0-9]+)', (\d+)\)", r"('\1:\2')", plain)
    for reader in readers:
        for host, rest, port in _HOST.findall(pairs):
            where = rest.split(".")[1] if rest else reader.namespace
            if not rest and not port and pairs.strip() != host:
                continue
            for pod, service in behind(index.objects, where, host):
                for number in ports_behind(service, pod, int(port) if port else None):
                    if pod.name != reader.name:
                        yield Need(reader, pod, number, said_by)


def _routes(index: Index) -> Iterator[Need]:
    for one in index.kind("VirtualService"):
        inside = one["spec"].get("gateways") == ["mesh"]
        sources = [notebook(namespace(one))] if inside else [GATEWAY]
        for http in entries(one["spec"], "http"):
            for way in entries(http, "route"):
                to = way["destination"]
                host, where = to["host"].split(".")[:2]
                for pod, service in behind(index.objects, where, host):
                    for number in ports_behind(service, pod, int(to["port"]["number"])):
                        yield from (Need(source, pod, number, title(one)) for source in sources)


def _webhooks(index: Index) -> Iterator[Need]:
    clients = [
        (one, hook["clientConfig"])
        for one in index.kind("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
        for hook in one["webhooks"]
    ]
    clients += [
        (one, one["spec"]["conversion"]["webhook"]["clientConfig"])
        for one in index.kind("CustomResourceDefinition")
        if "webhook" in below(one["spec"], "conversion")
    ]
    for one, client in clients:
        asked = client["service"]
        for pod, service in behind(index.objects, asked["namespace"], asked["name"]):
            for number in ports_behind(service, pod, int(asked.get("port", 443))):
                yield Need(API_SERVER, pod, number, title(one))


def _login(index: Index) -> Iterator[Need]:
    """The gateway asks whom its policy names, and istiod fetches the keys that tokens are verified by."""
    for one in index.kind("AuthorizationPolicy"):
        if one["spec"].get("action") == "CUSTOM":
            asked = external_authorizer("cluster.local")
            yield from _named(index, [GATEWAY], f"{asked.host}:{asked.port}", title(one))
    for one in index.kind("RequestAuthentication"):
        for rule in entries(one["spec"], "jwtRules"):
            yield from _named(index, [ISTIOD], rule.get("jwksUri", ""), title(one))


def _metrics(index: Index) -> Iterator[Need]:
    """What says of itself that it has metrics. A sidecar answers for the program beside it."""
    for pod in pods(index.objects):
        annotations = pod.annotations
        if annotations.get("prometheus.io/scrape") == "true":
            port = 15020 if pod.meshed else int(annotations["prometheus.io/port"])
            yield Need(PROMETHEUS, pod, port, "annotations of its pods")
        if pod.meshed:
            yield Need(PROMETHEUS, pod, 15020, "its sidecar")
            yield Need(PROMETHEUS, pod, 15090, "its sidecar")
    for one in index.kind("Service"):
        told_port = below(one["metadata"], "annotations").get("prometheus.io/port")
        for port in entries(one["spec"], "ports"):
            if told_port == str(int(port["port"])) or name(one).endswith(
                ("-metrics-service", "-manager-service")
            ):
                for pod, service in behind(index.objects, namespace(one), name(one)):
                    for number in ports_behind(service, pod, int(port["port"])):
                        yield Need(PROMETHEUS, pod, number, title(one))


def _built_in(index: Index) -> Iterator[Need]:
    everybody = [*endpoints(index.objects), *OF_TEAMS]
    for source in everybody:
        for key, targets in BUILT_IN.items():
            if fnmatchcase(source.name, key):
                for pattern, port in targets:
                    for target in everybody:
                        apart = target.namespace != source.namespace or source.namespace not in TEAMS
                        if fnmatchcase(target.name, pattern) and apart and target.name != source.name:
                            yield Need(source, target, port, "built into the program")
