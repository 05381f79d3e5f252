"""The gateway of models: when there is one, for which names, with which certificate, for whose routes."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from components.kubeflow.serving import ModelAddresses
from components.settings_base import SettingsError, merged
from tests.components.test_serving import Stack, configuration, serve
from tests.support.render import MINIMAL, Object, Rendered, render

NAMES = ["kubeflow.example.org", "*.models.example.org"]
NAMED = {"gateway": {"hosts": NAMES}}
ROUTES = "gateway.networking.k8s.io/v1"


def platform(settings: Mapping[str, Any] | None = None, **routing: object) -> Rendered:
    stack = merged(yaml.safe_load(MINIMAL), settings if settings is not None else NAMED)
    return render(stack, serving={"routing": routing} if routing else {})


def gateways(rendered: Rendered) -> list[Object]:
    return [one for one in rendered.of("Gateway") if one["apiVersion"] == ROUTES]


def servers(rendered: Rendered) -> dict[str, list[str]]:
    (own,) = [one for one in rendered.of("Gateway") if one["apiVersion"] != ROUTES]
    return {one["port"]["name"]: one["hosts"] for one in own["spec"]["servers"]}


def test_models_are_reached_over_https_by_default() -> None:
    rendered = platform()
    (gateway,) = gateways(rendered)
    (listener,) = gateway["spec"]["listeners"]
    assert (listener["protocol"], listener["port"]) == ("HTTPS", 443)
    ingress = configuration(rendered, "ingress")
    assert ingress["enableGatewayApi"] is True
    assert ingress["kserveIngressGateway"] == "istio-system/kserve-ingress-gateway"
    assert (ingress["urlScheme"], ingress["ingressDomain"]) == ("https", "models.example.org")
    assert not rendered.of("IngressClass")


def test_host_names_listener_and_certificate_agree() -> None:
    rendered = platform()
    (gateway,) = gateways(rendered)
    (listener,) = gateway["spec"]["listeners"]
    certificate = rendered.get("Certificate", "kubeflow-gateway-tls")
    assert listener["hostname"] == f"*.{configuration(rendered, 'ingress')['ingressDomain']}"
    assert listener["hostname"] in certificate["spec"]["dnsNames"]
    assert listener["tls"]["certificateRefs"] == [{"name": certificate["spec"]["secretName"]}]
    # Istio gives a certificate to a gateway of the namespace in which it and the gateway's pods are.
    assert gateway["metadata"]["namespace"] == certificate["metadata"]["namespace"] == "istio-system"


def test_each_name_has_one_gateway_for_https_and_the_platforms_own_for_the_redirect() -> None:
    assert servers(platform()) == {"http": NAMES, "https": ["kubeflow.example.org"]}
    assert servers(platform(gatewayApi={"enabled": False})) == {"http": NAMES, "https": NAMES}


def test_models_have_a_listener_of_their_own_where_the_gateway_answers_to_every_name() -> None:
    rendered = platform({})
    (gateway,) = gateways(rendered)
    assert [one["hostname"] for one in gateway["spec"]["listeners"]] == ["*.example.com"]
    assert servers(rendered)["https"] == ["*"]


def test_the_gateway_is_on_the_pods_that_the_logins_policies_select() -> None:
    rendered = platform()
    (gateway,) = gateways(rendered)
    assert gateway["spec"]["gatewayClassName"] == "istio"
    assert gateway["spec"]["addresses"] == [
        {"type": "Hostname", "value": "istio-ingressgateway.istio-system.svc.cluster.local"}
    ]
    policies = [
        one
        for kind in ("AuthorizationPolicy", "RequestAuthentication", "EnvoyFilter")
        for one in rendered.of(kind)
        if one["metadata"]["namespace"] == "istio-system" and "istio-ingressgateway" in str(one)
    ]
    assert policies
    assert all("targetRefs" not in one["spec"] for one in policies)


def test_routes_of_teams_attach_and_others_do_not() -> None:
    (gateway,) = gateways(platform())
    (listener,) = gateway["spec"]["listeners"]
    assert listener["allowedRoutes"]["namespaces"] == {
        "from": "Selector",
        "selector": {"matchLabels": {"app.kubernetes.io/part-of": "kubeflow-profile"}},
    }


def test_the_gateway_comes_after_its_type() -> None:
    rendered = platform()
    before = rendered.before("Gateway", "kserve-ingress-gateway")
    assert "CustomResourceDefinition/gateways.gateway.networking.k8s.io" in before
    before = rendered.before("Deployment", "kserve-controller-manager")
    assert "CustomResourceDefinition/httproutes.gateway.networking.k8s.io" in before


def test_paths_are_routed_at_a_name_beside_the_platforms_own() -> None:
    names = [*NAMES, "models.example.org"]
    rendered = platform({"gateway": {"hosts": names}}, by="path")
    (gateway,) = gateways(rendered)
    assert [one["hostname"] for one in gateway["spec"]["listeners"]] == names[1:]
    assert servers(rendered) == {"http": names, "https": names[:1]}
    assert configuration(rendered, "ingress")["pathTemplate"] == "/serving/{{ .Namespace }}/{{ .Name }}"


def test_further_domains_have_listeners_too() -> None:
    names = [*NAMES, "*.ml.example.org"]
    (gateway,) = gateways(platform({"gateway": {"hosts": names}}, moreDomains=["ml.example.org"]))
    assert [one["hostname"] for one in gateway["spec"]["listeners"]] == names[1:]
    assert len({one["name"] for one in gateway["spec"]["listeners"]}) == 2


KNATIVE = {**NAMED, "addons": {"knative": {"enabled": True}}}
TLS13 = {"gateway": {"hosts": NAMES, "tls": {"minVersion": "1.3"}}}
WITHOUT: dict[str, tuple[Mapping[str, Any], dict[str, Any]]] = {
    "off": (NAMED, {"gatewayApi": {"enabled": False}}),
    "no types": ({**NAMED, "addons": {"gatewayApi": {"enabled": False}}}, {}),
    "nothing routed": (NAMED, {"outside": False}),
    "Knative": (KNATIVE, {}),
    "no name for models": ({"gateway": {"hosts": NAMES[:1]}}, {}),
    "localhost": ({"gateway": {"hosts": ["localhost"], "tls": {"source": "none"}}}, {}),
    "another domain": (NAMED, {"domain": "elsewhere.example.org"}),
    "newer TLS alone": (TLS13, {}),
}


@pytest.mark.parametrize("case", WITHOUT)
def test_no_route_is_asked_for_that_the_gateway_could_not_answer(case: str) -> None:
    settings, routing = WITHOUT[case]
    rendered = platform(settings, **routing)
    assert gateways(rendered) == []
    assert configuration(rendered, "ingress")["enableGatewayApi"] is False
    assert "httproutes.gateway.networking.k8s.io" not in rendered.names("CustomResourceDefinition")
    hosts = servers(rendered)
    assert hosts.get("https", hosts["http"]) == hosts["http"]


def test_a_stack_without_serving_has_no_types_of_routes() -> None:
    rendered = render(merged(yaml.safe_load(MINIMAL), NAMED), notebooks={})
    assert gateways(rendered) == []
    assert "httproutes.gateway.networking.k8s.io" not in rendered.names("CustomResourceDefinition")
    assert servers(rendered)["https"] == NAMES


def test_a_platform_for_one_person_has_none_either() -> None:
    rendered = platform({"minimal": {"user": "ann@example.com"}})
    assert rendered.of("Gateway") == []
    assert "gateways.gateway.networking.k8s.io" not in rendered.names("CustomResourceDefinition")


def test_types_that_the_cluster_has_are_used_and_not_installed() -> None:
    rendered = platform({**NAMED, "addons": {"gatewayApi": {"present": True}}})
    assert len(gateways(rendered)) == 1
    assert "gateways.gateway.networking.k8s.io" not in rendered.names("CustomResourceDefinition")


def test_a_gateway_of_ones_own_leaves_the_platforms_as_it_is() -> None:
    rendered = platform(KNATIVE, gatewayApi={"enabled": True, "gateway": "edge/public"})
    assert gateways(rendered) == []
    assert servers(rendered)["https"] == NAMES
    assert configuration(rendered, "ingress")["kserveIngressGateway"] == "edge/public"


ON = {"enabled": True}
REFUSED: dict[str, tuple[Mapping[str, Any], dict[str, Any], str]] = {
    "Knative": (KNATIVE, {"gatewayApi": ON}, "Knative's services take the same names"),
    "no types": (
        {**NAMED, "addons": {"gatewayApi": {"enabled": False}}},
        {"gatewayApi": ON},
        "which needs the types of gateway.networking.k8s.io/v1",
    ),
    "a name that is not answered": (
        {"gateway": {"hosts": NAMES[:1]}},
        {"gatewayApi": ON},
        r"no name '\*.kubeflow.example.org' in gateway.hosts; allowed: '\*.kubeflow.example.org' there",
    ),
    "newer TLS": (TLS13, {"gatewayApi": ON}, "gateway.tls.minVersion '1.3'"),
    "two labels": (
        NAMED,
        {"gatewayApi": ON, "hostTemplate": "{{ .Name }}.{{ .Namespace }}.{{ .IngressDomain }}"},
        "routing.hostTemplate .*; allowed: one label",
    ),
    "paths at no name of their own": (
        NAMED,
        {"by": "path"},
        "routing.by: found 'path', .* no name 'models.example.org' in gateway.hosts; allowed: 'host'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_gateway_cannot_answer_is_refused_where_it_is_asked_for(case: str) -> None:
    settings, routing, message = REFUSED[case]
    with pytest.raises(SettingsError, match=message) as refused:
        platform(settings, **routing)
    assert "slipway:components.serving.routing." in str(refused.value)


def test_plain_http_is_listened_to_where_there_is_no_certificate() -> None:
    plain = ModelAddresses(domain="example.com", scheme="http")
    rendered = serve(Stack(gateway_api=True, addresses=plain))
    (listener,) = rendered.get("Gateway", "kserve-ingress-gateway")["spec"]["listeners"]
    assert (listener["protocol"], listener["port"], "tls" in listener) == ("HTTP", 80, False)
