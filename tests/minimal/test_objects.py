"""What a platform for one person consists of, and what it leaves out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pulumi
import pytest
import yaml

from components.platform import deploy_on
from components.platform_settings import platform_settings
from tests.minimal.stacks import MINIMAL, PORT, USER, configuration, manager, minimal, virtual_host
from tests.minimal.test_routes import with_mesh
from tests.support.pods import below, workloads
from tests.support.render import Rendered, mocked_cluster, render, run

ISTIO = ("networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io")
NAMESPACE = "kubeflow-proxy"


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    return minimal()


def test_no_object_of_a_mesh_is_declared(rendered: Rendered) -> None:
    def of_mesh(one: Rendered) -> list[str]:
        return [it["kind"] for it in one.objects if it["apiVersion"].partition("/")[0] in ISTIO]

    assert of_mesh(rendered) == []
    # The same search finds what a mesh has.
    assert set(of_mesh(with_mesh())) >= {"VirtualService", "AuthorizationPolicy", "DestinationRule"}


def test_of_the_types_of_a_mesh_only_those_are_there_that_controllers_write(rendered: Rendered) -> None:
    there = {one for one in rendered.names("CustomResourceDefinition") if one.endswith("istio.io")}
    assert there == {"authorizationpolicies.security.istio.io", "virtualservices.networking.istio.io"}


def test_controllers_start_after_the_types_that_they_write(rendered: Rendered) -> None:
    for called in ("profiles-deployment", "pvcviewer-controller-manager"):
        before = rendered.before("Deployment", called)
        assert {one for one in before if one.endswith("istio.io")} == {
            "CustomResourceDefinition/authorizationpolicies.security.istio.io",
            "CustomResourceDefinition/virtualservices.networking.istio.io",
        }


def test_no_pod_and_no_namespace_gets_a_sidecar(rendered: Rendered) -> None:
    for one in rendered.of("Namespace"):
        assert below(one["metadata"], "labels").get("istio-injection", "disabled") == "disabled"
    for one in rendered.of("Deployment"):
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert labels.get("sidecar.istio.io/inject", "false") == "false", one["metadata"]["name"]
    text = rendered.get("ConfigMap", "profiles-namespace-labels-data")["data"]["namespace-labels.yaml"]
    # An empty value takes away what the profile controller writes by itself.
    assert yaml.safe_load(text)["istio-injection"] == ""


def test_nobody_logs_in(rendered: Rendered) -> None:
    assert not {"auth", "dex", "oauth2-proxy", "istio-system"} & rendered.names("Namespace")
    assert not [name for name in rendered.names("Deployment") if "dex" in name or "oauth2" in name]
    assert "firstUser" not in rendered.outputs


def with_charts(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The outputs of a stack on a cluster that runs charts, as kind does."""
    rendered = Rendered()

    def program() -> pulumi.Output[None]:
        cluster = mocked_cluster()
        capabilities = replace(cluster.capabilities, images="all")
        told = deploy_on(replace(cluster, capabilities=capabilities), platform_settings(given))
        return pulumi.Output.from_input(dict(told)).apply(rendered.outputs.update)

    run(program, rendered)
    return rendered.outputs


def test_no_chart_and_no_image_of_mesh_or_login_is_installed() -> None:
    def of_mesh_or_login(outputs: Mapping[str, Any]) -> set[str]:
        words = {word for image in outputs["images"] for word in ("istio", "dex", "oauth2") if word in image}
        return words | {"istio", "identity", "knative"} & set(outputs["components"])

    alone = with_charts(MINIMAL)
    assert {"certManager", "minimal", "pipelines"} <= set(alone["components"])
    assert of_mesh_or_login(alone) == set()
    assert alone["url"] is None
    others = {key: value for key, value in MINIMAL.items() if key != "minimal"}
    assert of_mesh_or_login(with_charts(others)) >= {"istio", "dex", "oauth2", "identity"}


def test_nothing_is_offered_outside_of_the_cluster(rendered: Rendered) -> None:
    types = {one["spec"].get("type", "ClusterIP") for one in rendered.of("Service")}
    assert types == {"ClusterIP"}
    assert not rendered.of("Ingress")
    assert not rendered.of("IngressClass")
    assert not any(
        port.get("hostPort")
        for pod in workloads(rendered.objects)
        for container in pod.containers()
        for port in container.spec.get("ports", [])
    )
    assert not any(pod.spec.get("hostNetwork") for pod in workloads(rendered.objects))


def addresses(value: object) -> Iterator[Mapping[str, Any]]:
    """Every socket address below a listener."""
    if isinstance(value, dict):
        for key, one in cast("Mapping[str, Any]", value).items():
            if key == "socket_address":
                yield one
            yield from addresses(one)
    elif isinstance(value, list):
        for one in cast("list[object]", value):
            yield from addresses(one)


def test_the_proxy_listens_on_the_loopback_of_its_pod_only(rendered: Rendered) -> None:
    told = configuration(rendered)
    assert list(addresses(told["static_resources"]["listeners"])) == [
        {"address": "127.0.0.1", "port_value": PORT}
    ]
    assert set(told) == {"static_resources"}, "an admin interface would be a listener too"
    assert not [one for one in rendered.of("Service") if one["metadata"].get("namespace") == NAMESPACE]


def test_the_kubelet_asks_the_proxy_where_it_listens(rendered: Rendered) -> None:
    (container,) = rendered.get("Deployment", "local-proxy")["spec"]["template"]["spec"]["containers"]
    for probe in ("livenessProbe", "readinessProbe"):
        assert set(container[probe]) & {"httpGet", "tcpSocket", "grpc"} == set()
        assert f"/dev/tcp/127.0.0.1/{PORT}" in container[probe]["exec"]["command"][-1]


def test_no_connection_reaches_the_namespace_of_the_proxy(rendered: Rendered) -> None:
    (policy,) = [one for one in rendered.of("NetworkPolicy") if one["metadata"]["namespace"] == NAMESPACE]
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}


def test_pages_take_connections_from_the_pods_of_the_proxy(rendered: Rendered) -> None:
    proxy = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}},
        "podSelector": {"matchLabels": {"app": "local-proxy"}},
    }
    template = rendered.get("Deployment", "local-proxy")["spec"]["template"]
    assert template["metadata"]["labels"]["app"] == "local-proxy"
    for app in ("dashboard", "jupyter-web-app", "katib-ui", "ml-pipeline-ui"):
        rules = rendered.get("NetworkPolicy", app)["spec"]["ingress"]
        assert proxy in [one for rule in rules for one in rule["from"]], app


def test_the_user_is_set_and_what_comes_in_is_dropped(rendered: Rendered) -> None:
    told = configuration(rendered)
    host = virtual_host(told)
    (user,) = host["request_headers_to_add"]
    assert user == {
        "header": {"key": "kubeflow-userid", "value": USER},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }
    assert host["request_headers_to_remove"] == ["kubeflow-groups"]
    assert manager(told)["common_http_protocol_options"] == {"headers_with_underscores_action": "DROP_HEADER"}


def test_headers_of_other_names_are_set_and_dropped_as_well() -> None:
    other = {"userHeader": "x-user", "userPrefix": "accounts:", "groupsHeader": "x-groups"}
    host = virtual_host(configuration(minimal(identity=other)))
    assert host["request_headers_to_add"][0]["header"] == {"key": "x-user", "value": f"accounts:{USER}"}
    assert host["request_headers_to_remove"] == ["x-groups"]


def test_only_names_of_this_machine_are_answered(rendered: Rendered) -> None:
    assert virtual_host(configuration(rendered))["domains"] == [
        "localhost",
        "localhost:*",
        "127.0.0.1",
        "127.0.0.1:*",
        "[::1]",
        "[::1]:*",
    ]


def test_the_outputs_say_localhost_only_and_no_address(rendered: Rendered) -> None:
    assert rendered.outputs["url"] is None
    assert rendered.outputs["reach"] == (
        f"From this machine only: kubectl --namespace {NAMESPACE} port-forward deployment/local-proxy "
        f"{PORT}, then http://localhost:{PORT}/ as {USER}, without login"
    )
    assert "teams" not in rendered.outputs["contracts"]
    assert "reach" not in render().outputs


def test_the_notebook_controller_makes_no_routes(rendered: Rendered) -> None:
    assert rendered.get("ConfigMap", "notebook-controller-config")["data"]["USE_ISTIO"] == "false"
    assert with_mesh().get("ConfigMap", "notebook-controller-config")["data"]["USE_ISTIO"] == "true"


def test_the_form_for_notebooks_offers_those_that_know_their_path(rendered: Rendered) -> None:
    text = rendered.get("ConfigMap", "jupyter-web-app-config")["data"]["spawner_ui_config.yaml"]
    form = yaml.safe_load(text)["spawnerFormDefaults"]
    assert "image" in form
    assert not {"imageGroupOne", "imageGroupTwo"} & set(form)


def test_pages_set_cookies_that_come_back_over_plain_http(rendered: Rendered) -> None:
    for one in ("jupyter", "volumes", "tensorboards"):
        (container,) = rendered.get("Deployment", f"{one}-web-app-deployment")["spec"]["template"]["spec"][
            "containers"
        ]
        assert {"name": "APP_SECURE_COOKIES", "value": "false"} in container["env"]


def test_a_stack_with_a_mesh_has_no_local_proxy() -> None:
    assert NAMESPACE not in render().names("Namespace")
    assert "local-proxy" not in render().names("Deployment")
