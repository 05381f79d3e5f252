"""Notebooks as they reach Kubernetes: the controller, and the web app behind the gateway."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.support.render import MINIMAL, Rendered, render


@pytest.fixture(scope="module")
def platform() -> Rendered:
    return render(MINIMAL)


@pytest.fixture(scope="module")
def changed() -> Rendered:
    return render(
        MINIMAL,
        notebooks={
            "controller": {
                "replicas": 2,
                "logLevel": "debug",
                "apiQueriesPerSecond": 50,
                "apiBurst": 100,
                "addFsGroup": False,
                "metrics": False,
                "placement": {"nodePool": "gpu"},
            },
            "webApp": {"secureCookies": False, "metrics": False, "logLevel": "debug"},
            "culling": {"enabled": True, "idleTime": "1d12h", "checkPeriod": "5m"},
            "spawner": {"hideTag": True},
        },
    )


def container(rendered: Rendered, deployment: str) -> Mapping[str, Any]:
    return rendered.get("Deployment", deployment)["spec"]["template"]["spec"]["containers"][0]


def environment(rendered: Rendered, deployment: str) -> dict[str, str]:
    """The variables of a program, those from ConfigMaps looked up."""
    found: dict[str, str] = {}
    for variable in container(rendered, deployment)["env"]:
        if "value" in variable:
            found[variable["name"]] = variable["value"]
        else:
            source = variable["valueFrom"]["configMapKeyRef"]
            found[variable["name"]] = rendered.get("ConfigMap", source["name"])["data"][source["key"]]
    return found


def pod_annotations(rendered: Rendered, deployment: str) -> Mapping[str, str]:
    return rendered.get("Deployment", deployment)["spec"]["template"]["metadata"]["annotations"]


def test_a_notebook_can_be_created_before_its_controller_runs(platform: Rendered) -> None:
    order = [(one["kind"], one["metadata"]["name"]) for one in platform.objects]
    start = order.index(("Deployment", "notebook-controller-deployment"))
    for needed in (
        ("CustomResourceDefinition", "notebooks.kubeflow.org"),
        ("ClusterRoleBinding", "notebook-controller-role-binding"),
        ("RoleBinding", "notebook-controller-leader-election-rolebinding"),
    ):
        assert order.index(needed) < start


def test_the_controller_routes_notebooks_through_the_gateway_of_the_platform(platform: Rendered) -> None:
    found = environment(platform, "notebook-controller-deployment")
    assert found == {
        "USE_ISTIO": "true",
        "ISTIO_GATEWAY": "kubeflow/kubeflow-gateway",
        "ISTIO_HOST": "*",
        "CLUSTER_DOMAIN": "cluster.local",
        "ENABLE_CULLING": "false",
        "CULL_IDLE_TIME": "1440",
        "IDLENESS_CHECK_PERIOD": "1",
        "ADD_FSGROUP": "true",
    }


def test_a_lone_controller_takes_part_in_leader_election_too(platform: Rendered) -> None:
    assert "--enable-leader-election" in container(platform, "notebook-controller-deployment")["args"]


def test_settings_of_the_controller_reach_its_flags_and_variables(changed: Rendered) -> None:
    assert container(changed, "notebook-controller-deployment")["args"] == [
        "--enable-leader-election",
        "--zap-log-level=debug",
        "--qps=50",
        "--burst=100",
    ]
    found = environment(changed, "notebook-controller-deployment")
    assert found["ADD_FSGROUP"] == "false"
    assert (found["ENABLE_CULLING"], found["CULL_IDLE_TIME"], found["IDLENESS_CHECK_PERIOD"]) == (
        "true",
        "2160",
        "5",
    )
    spec = changed.get("Deployment", "notebook-controller-deployment")["spec"]
    assert spec["replicas"] == 2
    assert spec["template"]["spec"]["tolerations"][0]["key"] == "nvidia.com/gpu"


def test_the_controller_sees_services_of_all_namespaces_only_where_it_has_to_ask_notebooks(
    platform: Rendered, changed: Rendered
) -> None:
    name = "notebook-controller-exception"
    assert name not in platform.names("Sidecar")
    exception = changed.get("Sidecar", name)
    assert exception["spec"]["egress"] == [{"hosts": ["*/*"]}]
    labels = changed.get("Deployment", "notebook-controller-deployment")["spec"]["template"]["metadata"]
    assert exception["spec"]["workloadSelector"]["labels"].items() <= labels["labels"].items()


@pytest.mark.parametrize("deployment", ["notebook-controller-deployment", "jupyter-web-app-deployment"])
def test_both_programs_write_nowhere_but_to_a_scratch_volume(platform: Rendered, deployment: str) -> None:
    program = container(platform, deployment)
    assert program["securityContext"]["readOnlyRootFilesystem"] is True
    writable = [mount["mountPath"] for mount in program.get("volumeMounts", []) if not mount.get("readOnly")]
    assert set(writable) <= {"/tmp"}


def test_prometheus_is_told_of_both_programs_unless_their_metrics_are_off(
    platform: Rendered, changed: Rendered
) -> None:
    for deployment, port in (
        ("notebook-controller-deployment", "8080"),
        ("jupyter-web-app-deployment", "5000"),
    ):
        assert pod_annotations(platform, deployment)["prometheus.io/port"] == port
        assert "prometheus.io/scrape" not in pod_annotations(changed, deployment)
    assert environment(platform, "jupyter-web-app-deployment")["METRICS"] == "1"
    assert environment(changed, "jupyter-web-app-deployment")["METRICS"] == ""


def test_the_web_app_reads_the_user_from_the_header_of_the_stack() -> None:
    settings = {**yaml.safe_load(MINIMAL), "identity": {"userHeader": "x-user", "userPrefix": "accounts:"}}
    found = environment(render(settings, notebooks={}), "jupyter-web-app-deployment")
    assert (found["USERID_HEADER"], found["USERID_PREFIX"]) == ("x-user", "accounts:")


def test_settings_of_the_web_app_reach_its_variables(platform: Rendered, changed: Rendered) -> None:
    default = environment(platform, "jupyter-web-app-deployment")
    assert (default["APP_PREFIX"], default["UI"], default["APP_SECURE_COOKIES"]) == (
        "/jupyter",
        "default",
        "true",
    )
    assert "LOG_LEVEL_DEBUG" not in default
    found = environment(changed, "jupyter-web-app-deployment")
    assert (found["APP_SECURE_COOKIES"], found["LOG_LEVEL_DEBUG"]) == ("false", "true")


def test_a_change_of_the_form_restarts_the_web_app_and_not_the_controller() -> None:
    key = "slipway.dev/config-hash"
    before, after = render(MINIMAL), render(MINIMAL, notebooks={"spawner": {"hideTag": True}})
    for deployment, restarts in (
        ("jupyter-web-app-deployment", True),
        ("notebook-controller-deployment", False),
    ):
        hashes = [pod_annotations(one, deployment)[key] for one in (before, after)]
        assert (hashes[0] != hashes[1]) is restarts


def test_the_web_app_finds_its_form_where_it_looks_for_it(platform: Rendered) -> None:
    spec = platform.get("Deployment", "jupyter-web-app-deployment")["spec"]["template"]["spec"]
    mounted = {mount["mountPath"]: mount["name"] for mount in spec["containers"][0]["volumeMounts"]}
    volume = next(one for one in spec["volumes"] if one["name"] == mounted["/etc/config"])
    data = platform.get("ConfigMap", volume["configMap"]["name"])["data"]
    assert "spawnerFormDefaults" in yaml.safe_load(data["spawner_ui_config.yaml"])


def test_only_the_gateway_reaches_the_web_app(platform: Rendered) -> None:
    policy = platform.get("AuthorizationPolicy", "jupyter-web-app")["spec"]
    gateway = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"
    assert policy["action"] == "ALLOW"
    assert policy["rules"] == [{"from": [{"source": {"principals": [gateway]}}]}]
    (ingress,) = platform.get("NetworkPolicy", "jupyter-web-app")["spec"]["ingress"]
    assert ingress["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-system"}},
            "podSelector": {"matchLabels": {"istio": "ingressgateway"}},
        }
    ]
    assert ingress["ports"] == [{"port": 5000, "protocol": "TCP"}]


def test_the_route_leads_from_jupyter_to_the_root_of_the_web_app(platform: Rendered) -> None:
    (http,) = platform.get("VirtualService", "jupyter-web-app-jupyter-web-app")["spec"]["http"]
    assert http["match"] == [{"uri": {"prefix": "/jupyter/"}}]
    assert http["rewrite"] == {"uri": "/"}
    host = http["route"][0]["destination"]["host"]
    assert host == "jupyter-web-app-service.kubeflow.svc.cluster.local"
    assert platform.get("DestinationRule", "jupyter-web-app")["spec"]["host"] == host


def test_the_dashboard_lists_notebooks_and_how_to_make_one(platform: Rendered) -> None:
    links = yaml.safe_load(platform.get("ConfigMap", "dashboard-config")["data"]["links"])
    assert {"/jupyter/"} <= {item.get("link") for item in links["menuLinks"]}
    assert {"/jupyter/new"} <= {item["link"] for item in links["quickLinks"]}


def test_images_that_a_user_can_start_are_among_the_images_of_the_stack() -> None:
    own = "registry.example.com/lab:7"
    images = render(MINIMAL, notebooks={"spawner": {"rstudio": {"additional": [own]}}}).outputs["images"]
    assert own in images
    for name in ("jupyter-scipy", "codeserver-python", "rstudio-tidyverse", "jupyter-web-app"):
        assert any(f"/{name}:" in image for image in images)
