"""Inference services by KServe's own controller, webhooks and model server, in a team's namespace."""

import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from components.versions import KServe
from tests.live.models import FILE, SAMPLES, Store
from tests.live.platform import LivePlatform
from tests.support.cluster import Object

KIND = "inferenceservice.serving.kserve.io"


@dataclass(frozen=True)
class Services:
    """The services of this module, which all began at the same moment, and where their models are."""

    platform: LivePlatform
    namespace: str
    name: str
    store: Store

    def named(self, which: str) -> str:
        """The name of one of them."""
        return f"{self.name}-{which}"

    def status(self, which: str) -> dict[str, Any]:
        """The status of one of them."""
        return self.platform.get(KIND, self.named(which), self.namespace).get("status", {})

    def conditions(self, which: str) -> dict[str, str]:
        """The conditions of one of them."""
        return {one["type"]: one["status"] for one in self.status(which).get("conditions", ())}

    def answering(self, which: str) -> str:
        """The address of one of them inside the cluster, once its predictor is ready."""
        self.platform.until(
            f"the predictor of {self.named(which)} is ready",
            lambda: self.conditions(which).get("PredictorReady") == "True",
        )
        return f"http://{self.named(which)}-predictor.{self.namespace}.svc.cluster.local"

    def failure(self, which: str, reason: str) -> dict[str, Any]:
        """What one of them says of its failure, once it gives that reason."""

        def failed() -> dict[str, Any] | None:
            info = self.status(which).get("modelStatus", {}).get("lastFailureInfo", {})
            return info if info.get("reason") == reason else None

        return self.platform.until(f"{self.named(which)} has failed for {reason}", failed)


@pytest.fixture(scope="module")
def services(platform: LivePlatform) -> Generator[Services]:
    """One whose model is fetched, one whose model is in a volume, one without a model, one of no format."""
    # The team whose pods have to say how they are confined: those of KServe's do.
    namespace, name = platform.teams[-1], f"iris-{uuid.uuid4().hex[:6]}"
    store = Store(platform, namespace, f"{name}-models")
    began = Services(platform, namespace, name, store)
    store.open()
    inside = {"networking.kserve.io/visibility": "cluster-local"}
    probable = [{"name": "PREDICT_PROBA", "value": "true"}]
    platform.apply(
        _service(began, "fetched", f"{store.url}/iris/{FILE}"),
        _service(began, "mounted", f"pvc://{store.name}/iris", labels=inside, env=probable),
        _service(began, "missing", f"{store.url}/iris/nothing.joblib"),
        _service(began, "unknown", f"{store.url}/iris/{FILE}", model_format="clay-tablet"),
    )
    yield began
    for which in ("fetched", "mounted", "missing", "unknown"):
        platform.kubectl("delete", KIND, began.named(which), "-n", namespace, "--wait=false")
    store.close()


def test_a_fetched_model_answers_as_scikit_learn_does(services: Services) -> None:
    address, name = services.answering("fetched"), services.named("fetched")
    kinds, _ = services.store.expected()
    assert len(set(kinds)) > 1, "a model that knows one answer proves nothing"
    answer = services.store.ask(f"{address}/v1/models/{name}:predict", {"instances": SAMPLES})
    assert answer == {"predictions": kinds}
    tensor = {"name": "measures", "shape": [len(SAMPLES), 4], "datatype": "FP64", "data": SAMPLES}
    answer = services.store.ask(f"{address}/v2/models/{name}/infer", {"inputs": [tensor]})
    assert answer["outputs"][0]["data"] == kinds


def test_a_model_in_a_volume_answers_as_scikit_learn_does(services: Services) -> None:
    address, name = services.answering("mounted"), services.named("mounted")
    _, probabilities = services.store.expected()
    answer = services.store.ask(f"{address}/v1/models/{name}:predict", {"instances": SAMPLES})
    assert answer == {"predictions": probabilities}
    # It is not routed from outside, so nothing is left to wait for.
    services.platform.until(f"{name} is ready", lambda: services.conditions("mounted").get("Ready") == "True")


def test_a_question_that_no_model_understands_is_told_so(services: Services) -> None:
    address, name = services.answering("fetched"), services.named("fetched")
    answer = services.store.ask(f"{address}/v1/models/{name}:predict", {"instances": [[1.0, 2.0]]})
    assert "2 features" in answer["error"]
    answer = services.store.ask(f"{address}/v1/models/another:predict", {"instances": SAMPLES})
    assert "another" in answer["error"]


def test_a_service_becomes_what_the_settings_say(services: Services) -> None:
    services.answering("fetched")
    platform, namespace, name = services.platform, services.namespace, services.named("fetched")
    pod = platform.get("deployment", f"{name}-predictor", namespace)["spec"]["template"]["spec"]
    (server,) = (one for one in pod["containers"] if one["name"] == "kserve-container")
    assert (server["image"], f"--model_name={name}" in server["args"]) == (KServe.SKLEARN, True)
    # The webhook puts in what fetches the model; it is in the pod alone.
    (running,) = platform.list("pod", namespace, f"serving.kserve.io/inferenceservice={name}")
    fetching = [one["image"] for one in running["spec"]["initContainers"]]
    assert fetching == [KServe.STORAGE_INITIALIZER]
    assert f"{name}-predictor" in platform.names("service", "-n", namespace)
    assert f"{name}-predictor" in platform.names("horizontalpodautoscaler", "-n", namespace)


def test_a_service_is_routed_from_outside_and_waits_for_the_gateway(services: Services) -> None:
    services.answering("fetched")
    platform, namespace, name = services.platform, services.namespace, services.named("fetched")

    def waiting() -> dict[str, Any] | None:
        conditions = services.status("fetched").get("conditions", ())
        found = [one for one in conditions if one["type"] == "IngressReady"]
        return found[0] if found and "HttpRouteNotReady" in found[0].get("message", "") else None

    # The programs of Istio's gateway are none that run here, so nobody takes the route on.
    assert platform.until(f"{name} has its route", waiting)["status"] == "False"
    assert services.conditions("fetched")["Ready"] == "False"
    route = platform.get("httproute", name, namespace)["spec"]
    assert [host.split(".")[0] for host in route["hostnames"]] == [f"{name}-{namespace}"]
    assert route["parentRefs"][0]["name"] == "kserve-ingress-gateway"
    assert [to["name"] for rule in route["rules"] for to in rule["backendRefs"]] == [f"{name}-predictor"]


def test_a_graph_asks_its_services_and_puts_their_answers_together(services: Services) -> None:
    # Its router does not say how it is confined (v0.18.0, pkg/controller/v1alpha1/inferencegraph/raw_ig.go).
    platform, namespace, name = services.platform, services.platform.teams[0], services.named("graph")
    kinds, probabilities = services.store.expected()
    which = {"kinds": "fetched", "probabilities": "mounted"}
    steps = [
        {
            "name": step,
            "serviceUrl": f"{services.answering(one)}/v1/models/{services.named(one)}:predict",
        }
        for step, one in which.items()
    ]
    platform.apply(
        {
            "apiVersion": "serving.kserve.io/v1alpha1",
            "kind": "InferenceGraph",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "nodes": {"root": {"routerType": "Ensemble", "steps": steps}},
                "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
            },
        }
    )
    # It says that it is ready before its pod is.
    platform.until(
        f"{name} runs",
        lambda: (
            platform.condition("deployment", name, namespace, "Available") == "True"
            if name in platform.names("deployment", "-n", namespace)
            else None
        ),
    )
    assert platform.condition("inferencegraph", name, namespace, "Ready") == "True"
    answer = services.store.ask(f"http://{name}.{namespace}.svc.cluster.local", {"instances": SAMPLES})
    assert answer == {"kinds": {"predictions": kinds}, "probabilities": {"predictions": probabilities}}
    platform.kubectl("delete", "inferencegraph", name, "-n", namespace, "--wait=false")


def test_a_service_without_a_model_is_not_ready_and_says_why(services: Services) -> None:
    info = services.failure("missing", "ModelLoadFailed")
    assert "nothing.joblib" in info["message"]
    assert services.conditions("missing")["PredictorReady"] != "True"
    assert services.conditions("missing")["Ready"] != "True"


def test_a_format_that_no_runtime_serves_is_reported(services: Services) -> None:
    info = services.failure("unknown", "NoSupportingRuntime")
    assert "No runtime" in info["message"]
    assert services.conditions("unknown").get("Ready") != "True"
    name = services.named("unknown")
    assert f"{name}-predictor" not in services.platform.names("deployment", "-n", services.namespace)


@pytest.mark.parametrize(
    ("predictor", "said"),
    [
        ({"minReplicas": 3, "maxReplicas": 1}, "cannot be greater than MaxReplicas"),
        (
            {"model": {"name": "server", "modelFormat": {"name": "sklearn"}}},
            "the 'name' field is not allowed",
        ),
    ],
    ids=["more-at-least-than-at-most", "a-name-of-a-container"],
)
def test_a_wrong_service_is_refused(services: Services, predictor: Mapping[str, Any], said: str) -> None:
    right = _service(services, "wrong", "pvc://models/iris")
    spec = {"predictor": {**right["spec"]["predictor"], **predictor}}
    error = services.platform.refused({**right, "spec": spec})
    assert 'admission webhook "inferenceservice.kserve-webhook-server.validator"' in error
    assert said in error


def test_a_wrong_runtime_is_refused(services: Services) -> None:
    # The webhook compares a runtime with those that are there, and finds no fault with the first of all.
    twice = {"name": "clay-tablet", "version": "1", "autoSelect": True, "priority": 1}
    error = services.platform.refused(
        {
            "apiVersion": "serving.kserve.io/v1alpha1",
            "kind": "ClusterServingRuntime",
            "metadata": {"name": services.named("wrong")},
            "spec": {
                "supportedModelFormats": [twice, {**twice, "priority": 2}],
                "containers": [{"name": "kserve-container", "image": KServe.SKLEARN}],
            },
        }
    )
    assert 'admission webhook "clusterservingruntime.kserve-webhook-server.validator"' in error
    assert "different priorities" in error


def _service(
    of: Services,
    which: str,
    uri: str,
    *,
    model_format: str = "sklearn",
    labels: Mapping[str, str] | None = None,
    env: list[dict[str, str]] | None = None,
) -> Object:
    model = {
        "modelFormat": {"name": model_format},
        "storageUri": uri,
        "env": env or [],
        "resources": {
            "requests": {"cpu": "100m", "memory": "256Mi"},
            "limits": {"cpu": "1", "memory": "1Gi"},
        },
    }
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": of.named(which), "namespace": of.namespace, "labels": dict(labels or {})},
        "spec": {"predictor": {"minReplicas": 1, "maxReplicas": 1, "model": model}},
    }
