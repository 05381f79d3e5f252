"""What the add-ons are told: security, availability, the way in, and what Kubeflow relies on."""

import pytest
import yaml

from components.addons import AddonsSettings
from components.contracts import NodePool, Taint
from tests.addons.charts import EVERYTHING, LOGIN, Declared, installed


@pytest.fixture(scope="module")
def stack() -> Declared:
    return installed(EVERYTHING)


def test_types_of_certificates_come_with_the_chart_and_stay_after_it(stack: Declared) -> None:
    assert stack.values("cert-manager")["crds"] == {"enabled": True, "keep": True}


def test_no_chart_relies_on_a_hook_of_helm(stack: Declared) -> None:
    assert stack.values("cert-manager")["startupapicheck"] == {"enabled": False}
    operator = stack.values("prometheus")["prometheusOperator"]
    assert (operator["admissionWebhooks"], operator["tls"]) == ({"enabled": False}, {"enabled": False})


def test_pods_with_a_sidecar_need_no_capability_and_meet_the_restricted_standard() -> None:
    values = installed().values("istiod")
    assert values["cni"] == {"enabled": True}
    assert values["global"]["proxy"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_namespaces_of_add_ons_are_restricted_but_for_what_looks_at_nodes(stack: Declared) -> None:
    label = "pod-security.kubernetes.io/enforce"
    levels = {
        key.partition("/")[2]: one["metadata"]["labels"][label]
        for key, one in stack.objects.items()
        if key.startswith("Namespace/")
    }
    assert levels.pop("monitoring") == "privileged"
    assert set(levels.values()) == {"restricted"}
    assert stack.charts["istio-cni"]["namespace"] == "kube-system"


def test_the_node_agent_is_told_of_gke_only_on_gke() -> None:
    assert installed(gke=True).values("istio-cni") == {"global": {"platform": "gke"}}
    assert installed({"platform": "gke"}).values("istio-cni") == {"global": {"platform": "gke"}}
    assert installed({"platform": "aks"}).charts["istio-cni"].get("values", {}) == {}
    assert installed().charts["istio-cni"].get("values", {}) == {}


def test_the_gateway_is_found_by_the_labels_and_the_account_of_the_contract(stack: Declared) -> None:
    assert stack.addons is not None
    mesh, values = stack.addons.mesh, stack.values("istio-ingressgateway")
    assert mesh is not None
    assert mesh.gateway_selector.items() <= values["labels"].items()
    assert values["serviceAccount"] == {"create": True, "name": mesh.gateway_service_account}
    assert stack.charts["istio-ingressgateway"]["namespace"] == mesh.namespace


def test_the_gateway_has_a_load_balancer_where_there_is_one() -> None:
    service = installed(EVERYTHING).values("istio-ingressgateway")["service"]
    assert service["type"] == "LoadBalancer"
    assert service["externalTrafficPolicy"] == "Local"
    assert service["loadBalancerSourceRanges"] == ["203.0.113.0/24"]


def test_the_gateway_answers_at_the_ports_of_nodes_where_there_is_no_load_balancer() -> None:
    service = installed(EVERYTHING, load_balancer=False).values("istio-ingressgateway")["service"]
    assert service["type"] == "NodePort"
    assert service["externalTrafficPolicy"] == "Cluster"
    assert {one["name"]: one.get("nodePort") for one in service["ports"]} == {
        "status-port": None,
        "http2": 30080,
        "https": 30443,
    }


def test_the_login_is_asked_by_the_name_that_policies_use(stack: Declared) -> None:
    (provider,) = stack.values("istiod")["meshConfig"]["extensionProviders"]
    assert provider["name"] == LOGIN.name
    assert provider["envoyExtAuthzHttp"] == {
        "service": LOGIN.host,
        "port": LOGIN.port,
        "includeRequestHeadersInCheck": ["authorization", "cookie"],
        "headersToUpstreamOnAllow": ["kubeflow-userid"],
        "headersToDownstreamOnDeny": ["content-type", "set-cookie"],
        "headersToDownstreamOnAllow": [],
    }


def test_proxies_log_and_let_out_what_the_settings_say(stack: Declared) -> None:
    told = stack.values("istiod")["meshConfig"]
    quiet = installed().values("istiod")["meshConfig"]
    assert (told["accessLogFile"], told["accessLogEncoding"]) == ("/dev/stdout", "JSON")
    assert told["outboundTrafficPolicy"] == {"mode": "REGISTRY_ONLY"}
    assert "accessLogFile" not in quiet
    assert quiet["outboundTrafficPolicy"] == {"mode": "ALLOW_ANY"}


def test_every_controller_has_the_replicas_of_the_stack_and_a_budget(stack: Declared) -> None:
    assert replicas(stack) == {3}
    assert budgets(stack) == {True}


def test_a_single_replica_has_no_budget_which_would_keep_its_node_from_being_drained() -> None:
    alone = installed({**EVERYTHING, "replicas": 1})
    assert replicas(alone) == {1}
    assert budgets(alone) == {False}
    assert alone.values("istio-ingressgateway")["podDisruptionBudget"] == {}


def replicas(stack: Declared) -> set[int]:
    certificates, prometheus = stack.values("cert-manager"), stack.values("prometheus")
    return {
        certificates["replicaCount"],
        certificates["webhook"]["replicaCount"],
        certificates["cainjector"]["replicaCount"],
        stack.values("istiod")["autoscaleMin"],
        stack.values("istio-ingressgateway")["autoscaling"]["minReplicas"],
        stack.values("cluster-local-gateway")["autoscaling"]["minReplicas"],
        stack.values("kueue")["controllerManager"]["replicas"],
        prometheus["prometheus"]["prometheusSpec"]["replicas"],
        prometheus["alertmanager"]["alertmanagerSpec"]["replicas"],
        stack.objects["KnativeServing/knative-serving"]["spec"]["high-availability"]["replicas"],
    }


def budgets(stack: Declared) -> set[bool]:
    certificates = stack.values("cert-manager")
    return {
        certificates["podDisruptionBudget"]["enabled"],
        certificates["webhook"]["podDisruptionBudget"]["enabled"],
        certificates["cainjector"]["podDisruptionBudget"]["enabled"],
        stack.values("istiod")["global"]["defaultPodDisruptionBudget"]["enabled"],
        stack.values("kueue")["controllerManager"]["podDisruptionBudget"]["enabled"],
    }


def test_controllers_run_in_the_node_pool_that_is_named_and_tolerate_its_taints() -> None:
    pool = NodePool(
        name="system",
        min_nodes=2,
        max_nodes=2,
        cpu="8",
        memory="32Gi",
        labels={"example.com/pool": "system"},
        taints=(Taint(key="system"),),
    )
    stack = installed({"placement": {"nodePool": "system"}}, pools=[pool])
    for values in (
        stack.values("cert-manager"),
        stack.values("istiod"),
        stack.values("cert-manager")["webhook"],
    ):
        assert values["nodeSelector"] == {"kubernetes.io/os": "linux", "example.com/pool": "system"}
        assert [one["key"] for one in values["tolerations"]] == ["system"]


def test_kueue_watches_the_namespaces_of_teams_alone(stack: Declared) -> None:
    written = yaml.safe_load(stack.values("kueue")["managerConfig"]["controllerManagerConfigYaml"])
    assert written["managedJobsNamespaceSelector"] == {
        "matchLabels": {"app.kubernetes.io/part-of": "kubeflow-profile"}
    }
    assert written["manageJobsWithoutQueueName"] is True
    assert "trainer.kubeflow.org/trainjob" in written["integrations"]["frameworks"]


def test_knative_answers_inside_the_cluster_at_a_gateway_without_login(stack: Declared) -> None:
    spec = stack.objects["KnativeServing/knative-serving"]["spec"]
    labels = stack.values("cluster-local-gateway")["labels"]
    assert spec["ingress"]["istio"]["knative-local-gateway"]["selector"] == labels
    assert spec["services"] == [{"name": "knative-local-gateway", "selector": labels}]
    (outside,) = yaml.safe_load(spec["config"]["istio"]["external-gateways"])
    assert (outside["namespace"], outside["name"]) == ("kubeflow", "kubeflow-gateway")


def test_knatives_programs_are_reached_though_the_mesh_lets_nothing_in_by_default(stack: Declared) -> None:
    allowed = {
        name.partition("/")[2]: one["spec"]
        for name, one in stack.objects.items()
        if name.startswith("AuthorizationPolicy/")
    }
    assert allowed.keys() == {"activator", "autoscaler", "controller", "net-istio-webhook", "webhook"}
    assert {one["action"] for one in allowed.values()} == {"ALLOW"}
    assert {"AuthorizationPolicy/webhook", "NetworkPolicy/api-server-to-webhook"} <= stack.before(
        "KnativeServing/knative-serving"
    )


def test_nothing_outside_its_namespace_reaches_knative_but_gateways_and_the_api_server(
    stack: Declared,
) -> None:
    rules = {
        name.partition("/")[2]: one["spec"]["ingress"][0]
        for name, one in stack.objects.items()
        if name.startswith("NetworkPolicy/")
    }
    assert {name for name, rule in rules.items() if "from" not in rule} == {
        "api-server-to-net-istio-webhook",
        "api-server-to-webhook",
    }
    assert [rule["ports"] for rule in rules.values() if "from" not in rule] == [[{"port": 8443}]] * 2
    (gateways,) = rules["gateways-to-activator"]["from"]
    assert gateways["podSelector"]["matchExpressions"][0]["values"] == [
        "istio-ingressgateway",
        "cluster-local-gateway",
    ]


def test_no_program_with_a_password_that_everybody_knows_is_installed(stack: Declared) -> None:
    assert stack.values("prometheus")["grafana"] == {"enabled": False}


def test_images_of_all_charts_are_offered_and_pinned(stack: Declared) -> None:
    assert stack.addons is not None
    images = {image for offer in stack.addons.offers.values() for image in offer.images}
    pins = AddonsSettings.model_validate(EVERYTHING).charts
    assert images == {image for pin in pins for image in pin.images}
    assert [image for image in images if not (":v" in image or "@sha256:" in image or ":1." in image)] == []
