"""The way to inference services: by host, by path, through which gateway, and to the web app."""

import pytest
import yaml

from tests.components.test_serving import Stack, configuration, pod, serve
from tests.support.render import MINIMAL, Rendered, render

ROUTED = Stack(gateway_api=True)
APP = "kserve-models-web-application"


def gateways(rendered: Rendered) -> set[str]:
    return {
        one["metadata"]["name"]
        for one in rendered.of("Gateway")
        if one["apiVersion"].startswith("gateway.networking.k8s.io")
    }


def test_services_have_host_names_below_the_stacks_domain() -> None:
    ingress = configuration(serve(routing={"domain": "models.example.org", "scheme": "https"}), "ingress")
    assert (ingress["ingressDomain"], ingress["urlScheme"]) == ("models.example.org", "https")
    assert ingress["domainTemplate"] == "{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}"
    assert "pathTemplate" not in ingress


def test_istio_gets_the_class_without_which_it_ignores_ingresses() -> None:
    rendered = serve()
    name = configuration(rendered, "ingress")["ingressClassName"]
    assert rendered.get("IngressClass", name)["spec"] == {"controller": "istio.io/ingress-controller"}


@pytest.mark.parametrize(
    "routing",
    [{"createIngressClass": False}, {"ingressClass": None}, {"outside": False}],
    ids=["there already", "the cluster's default", "nothing routed"],
)
def test_no_class_is_made_where_none_is_needed(routing: dict[str, object]) -> None:
    assert not serve(routing=routing).of("IngressClass")


def test_the_clusters_default_class_is_asked_for_by_saying_nothing() -> None:
    assert "ingressClassName" not in configuration(serve(routing={"ingressClass": None}), "ingress")


def test_services_can_stay_inside() -> None:
    assert configuration(serve(), "ingress")["disableIngressCreation"] is False
    assert configuration(serve(routing={"outside": False}), "ingress")["disableIngressCreation"] is True


def test_routes_attach_to_the_platforms_own_gateway_where_requests_are_authenticated() -> None:
    rendered = serve(ROUTED, routing={"gatewayApi": {"enabled": True}})
    assert gateways(rendered) == {"kserve-ingress-gateway"}
    gateway = rendered.get("Gateway", "kserve-ingress-gateway")
    assert gateway["spec"]["gatewayClassName"] == "istio"
    (address,) = gateway["spec"]["addresses"]
    assert address["value"] == "istio-ingressgateway.istio-system.svc.cluster.local"
    ingress = configuration(rendered, "ingress")
    assert ingress["enableGatewayApi"] is True
    assert ingress["kserveIngressGateway"] == "istio-system/kserve-ingress-gateway"
    assert not rendered.of("IngressClass")


def test_a_gateway_that_exists_is_taken_as_it_is() -> None:
    given = {"enabled": True, "gateway": "edge/public", "requestTimeouts": False}
    rendered = serve(ROUTED, routing={"gatewayApi": given})
    assert gateways(rendered) == set()
    ingress = configuration(rendered, "ingress")
    assert ingress["kserveIngressGateway"] == "edge/public"
    assert ingress["disableHTTPRouteTimeout"] is True


def test_services_have_paths_of_one_domain_where_the_stack_routes_by_path() -> None:
    by_path = {
        "by": "path",
        "gatewayApi": {"enabled": True},
        "pathTemplate": "/m/{{ .Namespace }}/{{ .Name }}",
    }
    ingress = configuration(serve(ROUTED, routing=by_path), "ingress")
    assert ingress["pathTemplate"] == "/m/{{ .Namespace }}/{{ .Name }}"


def test_people_reach_the_web_app_through_the_gateway_and_nobody_else_does() -> None:
    rendered = serve()
    (http,) = rendered.get("VirtualService", APP)["spec"]["http"]
    assert http["match"] == [{"uri": {"prefix": "/kserve-endpoints/"}}]
    assert http["rewrite"] == {"uri": "/"}
    (rule,) = rendered.get("AuthorizationPolicy", APP)["spec"]["rules"]
    assert rule == {"from": [{"source": {"principals": ["cluster.local/ns/istio-system/sa/gateway"]}}]}
    (ingress,) = rendered.get("NetworkPolicy", APP)["spec"]["ingress"]
    assert ingress["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-system"}},
            "podSelector": {"matchLabels": {"istio": "ingressgateway"}},
        }
    ]
    assert rendered.get("DestinationRule", APP)["spec"]["trafficPolicy"]["tls"] == {"mode": "ISTIO_MUTUAL"}
    (port,) = rendered.get("Service", APP)["spec"]["ports"]
    (program,) = pod(rendered, APP)["spec"]["containers"]
    assert (port["port"], port["targetPort"]) == (80, program["ports"][0]["containerPort"])


def test_the_web_app_knows_where_it_stands_and_how_its_users_are_named() -> None:
    rendered = serve(webApp={"secureCookies": False, "metrics": False, "grafana": "/charts"})
    data = rendered.get("ConfigMap", f"{APP}-config")["data"]
    assert data["APP_PREFIX"] == "/kserve-endpoints"
    assert data["USERID_HEADER"] == "kubeflow-userid"
    assert (data["APP_SECURE_COOKIES"], data["METRICS"], data["GRAFANA_PREFIX"]) == ("false", "", "/charts")
    (program,) = pod(rendered, APP)["spec"]["containers"]
    assert program["envFrom"] == [{"configMapRef": {"name": f"{APP}-config"}}]
    assert "prometheus.io/scrape" not in pod(rendered, APP)["metadata"]["annotations"]
    assert pod(serve(), APP)["metadata"]["annotations"]["prometheus.io/scrape"] == "true"


def test_the_web_app_writes_nowhere_but_in_its_scratch_volume() -> None:
    (program,) = pod(serve(), APP)["spec"]["containers"]
    assert program["securityContext"]["readOnlyRootFilesystem"]
    assert [mount["mountPath"] for mount in program["volumeMounts"]] == ["/tmp"]


@pytest.mark.parametrize(
    ("hosts", "domain"),
    [
        (["kubeflow.example.org", "*.models.example.org"], "models.example.org"),
        (["kubeflow.example.org"], "kubeflow.example.org"),
        (["*"], "example.com"),
        (["localhost"], "example.com"),
    ],
)
def test_models_have_names_that_the_gateway_answers_to(hosts: list[str], domain: str) -> None:
    stack = {**yaml.safe_load(MINIMAL), "gateway": {"hosts": hosts}}
    ingress = configuration(render(stack, serving={}), "ingress")
    assert ingress["ingressDomain"] == domain


def test_addresses_are_shown_with_https_where_the_routes_are_at_the_platforms_gateway() -> None:
    knative = {**yaml.safe_load(MINIMAL), "addons": {"knative": {"enabled": True}}}
    assert configuration(render(knative, serving={}), "ingress")["urlScheme"] == "https"
    assert configuration(render(serving={}), "ingress")["urlScheme"] == "https"
    ingresses = {"routing": {"gatewayApi": {"enabled": False}}}
    assert configuration(render(serving=ingresses), "ingress")["urlScheme"] == "http"
    plain = {**knative, "gateway": {"hosts": ["localhost"], "tls": {"source": "none"}}}
    assert configuration(render(plain, serving={}), "ingress")["urlScheme"] == "http"
