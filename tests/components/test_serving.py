"""Serving: its controllers, their webhooks, and the configuration that they read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from components.contracts import Accelerator, Capabilities, NodePool, Offer, Taint
from components.kubeflow.serving import EXAMPLE, ModelAddresses, Serving, ServingArgs, ServingSettings
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered

SYSTEM = NodePool(name="system", min_nodes=2, max_nodes=2, cpu="8", memory="32Gi", labels={"pool": "system"})
GPU = NodePool(
    name="gpu",
    min_nodes=1,
    max_nodes=3,
    cpu="96",
    memory="1Ti",
    labels={"pool": "gpu"},
    taints=(Taint(key="nvidia.com/gpu", value="present"),),
    accelerator=Accelerator(model="H100", count=8),
)
POOLS = (SYSTEM, GPU)

NO_WEBHOOKS = Capabilities(images=(), load_balancer=False, serves_pages=False)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Where serving is declared: its node pools, and what the cluster has."""

    pools: tuple[NodePool, ...] = POOLS
    webhooks: bool = True
    knative: bool = False
    gateway_api: bool = False
    addresses: ModelAddresses = EXAMPLE


def serve(stack: Stack = Stack(), **settings: object) -> Rendered:
    """Serving alone, on a cluster whose API server reaches webhooks unless said otherwise."""
    return offered(stack, **settings)[0]


def offered(stack: Stack = Stack(), **settings: object) -> tuple[Rendered, Offer]:
    """The same, with what it offers. Declared once for the tests of a process: most ask for the default."""
    key = f"{stack} {json.dumps(settings, sort_keys=True)}"
    if key not in _declared:
        _declared[key] = _declare(stack, settings)
    return _declared[key]


_declared: dict[str, tuple[Rendered, Offer]] = {}


def _declare(stack: Stack, settings: Mapping[str, object]) -> tuple[Rendered, Offer]:
    offers: list[Offer] = []

    def build(given: Surroundings) -> None:
        args = ServingArgs(
            settings=ServingSettings.model_validate(settings),
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=given.identity,
            certificates=given.certificates,
            capabilities=given.capabilities if stack.webhooks else NO_WEBHOOKS,
            node_pools=stack.pools,
            knative=given.mesh.ready if stack.knative else None,
            gateway_api=given.mesh.ready if stack.gateway_api else None,
            addresses=stack.addresses,
        )
        offers.append(Serving("serving", args).offer)

    return declare(build), offers[0]


def configuration(rendered: Rendered, key: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(rendered.get("ConfigMap", "inferenceservice-config")["data"][key])


def pod(rendered: Rendered, name: str) -> Object:
    return rendered.get("Deployment", name)["spec"]["template"]


def hooks(rendered: Rendered) -> dict[str, Object]:
    found = [*rendered.of("MutatingWebhookConfiguration"), *rendered.of("ValidatingWebhookConfiguration")]
    return {hook["name"]: hook for one in found for hook in one["webhooks"]}


MANAGERS = {
    "kserve-controller-manager": ("serving-cert", "kserve-webhook-server-service"),
    "llmisvc-controller-manager": ("llmisvc-serving-cert", "llmisvc-webhook-server-service"),
}


@pytest.mark.parametrize("name", MANAGERS)
def test_a_controller_serves_the_certificate_that_its_webhooks_are_trusted_by(name: str) -> None:
    rendered = serve()
    certificate, service = MANAGERS[name]
    issued = rendered.get("Certificate", certificate)["spec"]
    (volume,) = pod(rendered, name)["spec"]["volumes"]
    assert volume["secret"]["secretName"] == issued["secretName"]
    assert f"{service}.kubeflow.svc" in issued["dnsNames"]
    mount = pod(rendered, name)["spec"]["containers"][0]["volumeMounts"][0]
    assert mount == {
        "name": volume["name"],
        "mountPath": "/tmp/k8s-webhook-server/serving-certs",
        "readOnly": True,
    }
    selector = rendered.get("Service", service)["spec"]["selector"]
    assert selector.items() <= pod(rendered, name)["metadata"]["labels"].items()


@pytest.mark.parametrize("name", MANAGERS)
def test_the_api_server_reaches_a_controller_past_mesh_and_network_policy(name: str) -> None:
    rendered = serve()
    labels = pod(rendered, name)["metadata"]["labels"]
    assert labels["sidecar.istio.io/inject"] == "false"
    policy = rendered.get("NetworkPolicy", "kserve")["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    (rule,) = policy["ingress"]
    assert "from" not in rule
    assert {"port": 9443, "protocol": "TCP"} in rule["ports"]


def test_the_two_controllers_do_not_select_each_others_pods() -> None:
    rendered = serve()
    selectors = [rendered.get("Deployment", name)["spec"]["selector"]["matchLabels"] for name in MANAGERS]
    assert selectors[0] != selectors[1]
    assert (
        not selectors[0].items() <= pod(rendered, "llmisvc-controller-manager")["metadata"]["labels"].items()
    )


def test_pods_of_services_are_made_whole_and_those_of_the_platform_let_alone() -> None:
    hook = hooks(serve())["inferenceservice.kserve-webhook-server.pod-mutator"]
    assert hook["objectSelector"] == {
        "matchExpressions": [{"key": "serving.kserve.io/inferenceservice", "operator": "Exists"}]
    }
    assert hook["namespaceSelector"] == {
        "matchExpressions": [{"key": "control-plane", "operator": "DoesNotExist"}]
    }
    assert (hook["reinvocationPolicy"], hook["failurePolicy"]) == ("IfNeeded", "Fail")


def test_each_version_of_an_llm_service_is_checked_as_it_was_written() -> None:
    found = {name: hook for name, hook in hooks(serve()).items() if name.startswith("llm")}
    assert len(found) == 4
    for name, hook in found.items():
        (rule,) = hook["rules"]
        (version,) = rule["apiVersions"]
        assert version in name
        assert f"-{version}-" in hook["clientConfig"]["service"]["path"]
        assert hook["matchPolicy"] == "Exact"


def test_nothing_is_registered_where_the_api_server_cannot_reach_a_pod() -> None:
    rendered = serve(Stack(webhooks=False))
    assert not hooks(rendered)
    assert "kserve-controller-manager" in rendered.names("Deployment")
    types = rendered.of("CustomResourceDefinition")
    assert not [one["metadata"]["name"] for one in types if "conversion" in one["spec"]]


def test_versions_of_llm_services_are_converted_by_their_controller_while_it_is_there() -> None:
    def converted(rendered: Rendered) -> set[str]:
        types = rendered.of("CustomResourceDefinition")
        return {one["spec"]["names"]["kind"] for one in types if "conversion" in one["spec"]}

    assert converted(serve()) == {"LLMInferenceService", "LLMInferenceServiceConfig"}
    assert converted(serve(llm={"enabled": False})) == set()


def test_llm_services_can_be_left_out() -> None:
    rendered = serve(llm={"enabled": False})
    assert "llmisvc-controller-manager" not in rendered.names("Deployment")
    assert not rendered.of("LLMInferenceServiceConfig")
    assert not [name for name in hooks(rendered) if name.startswith("llm")]
    assert "kserve-llmisvc-manager-role" not in rendered.names("ClusterRole")


def test_another_configuration_restarts_what_reads_it_when_it_starts() -> None:
    def restarts(rendered: Rendered) -> list[str]:
        return [
            pod(rendered, name)["metadata"]["annotations"]["slipway.dev/config-hash"] for name in MANAGERS
        ]

    assert restarts(serve()) == restarts(serve())
    assert restarts(serve()) != restarts(serve(routing={"domain": "models.example.org"}))


def test_metrics_are_behind_a_proxy_that_asks_who_may_read_them_or_off() -> None:
    rendered = serve()
    manager, proxy = pod(rendered, "kserve-controller-manager")["spec"]["containers"]
    assert "--metrics-addr=127.0.0.1:8080" in manager["args"]
    assert "--upstream=http://127.0.0.1:8080/" in proxy["args"]
    (port,) = rendered.get("Service", "kserve-controller-manager-metrics-service")["spec"]["ports"]
    assert port["targetPort"] in [one["name"] for one in proxy["ports"]]

    silent = serve(controller={"metrics": False})
    (manager,) = pod(silent, "kserve-controller-manager")["spec"]["containers"]
    assert "--metrics-addr=0" in manager["args"]
    assert "kserve-controller-manager-metrics-service" not in silent.names("Service")


def test_the_offer_names_every_image_that_a_pod_of_a_team_may_pull() -> None:
    rendered, offer = offered(explainers={"art": "example.com/art:2"})
    pulled = {
        configuration(rendered, key)["image"]
        for key in ("agent", "batcher", "logger", "router", "storageInitializer")
    }
    runtimes = [one["spec"]["containers"][0]["image"] for one in rendered.of("ClusterServingRuntime")]
    assert pulled | set(runtimes) | {"example.com/art:2"} <= set(offer.images)
    assert configuration(rendered, "explainers") == {
        "art": {"image": "example.com/art", "defaultImageVersion": "2"}
    }
    presets = json.dumps(rendered.of("LLMInferenceServiceConfig"))
    assert [image for image in offer.images if image in presets and "llm-d" in image] != []
    assert len(offer.images) == len(set(offer.images))


def test_the_dashboard_gets_an_entry_and_a_link_to_the_documentation() -> None:
    _, offer = offered()
    (entry,) = [item for item in offer.menu if item.kind == "menu"]
    assert (entry.text, entry.link, entry.icon) == (
        "KServe Endpoints",
        "/kserve-endpoints/",
        "kubeflow:models",
    )
    assert [item.kind for item in offer.menu] == ["menu", "documentation"]


def test_requests_of_every_replica_are_summed_up() -> None:
    _, one = offered()
    _, two = offered(llm={"replicas": 3, "requests": {"cpu": "100m", "memory": "1Gi"}})
    assert two.request.cpu - one.request.cpu == 300 - 20
    assert two.request.memory - one.request.memory == 3 * 1024 - 192
