"""The dashboard: what its server is told and may do, and who reaches it."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from components.contracts import AccessManagement
from components.kubeflow.dashboard import Dashboard, DashboardArgs, DashboardSettings
from tests.support.alone import Surroundings, declare
from tests.support.render import MINIMAL, Object, Rendered, render


@cache
def by_default() -> Rendered:
    return render(MINIMAL)


def with_settings(*, header: str = "kubeflow-userid", **settings: object) -> Rendered:
    """The dashboard alone, with settings as a stack file has them."""

    def build(given: Surroundings) -> Dashboard:
        management = AccessManagement(
            host="kfam",
            port=80,
            registration_flow=False,
            profile_type=given.mesh.ready,
            ready=given.mesh.ready,
        )
        args = DashboardArgs(
            settings=DashboardSettings.model_validate(settings),
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=replace(given.identity, header=header),
            access_management=management,
        )
        return Dashboard("dashboard", args)

    return declare(build)


def template(rendered: Rendered) -> Object:
    return rendered.get("Deployment", "dashboard")["spec"]["template"]


def environment(rendered: Rendered) -> dict[str, Any]:
    """The server's variables, those of its ConfigMap included."""
    (program,) = template(rendered)["spec"]["containers"]
    result: dict[str, Any] = {}
    for source in program["envFrom"]:
        result.update(rendered.get("ConfigMap", source["configMapRef"]["name"])["data"])
    result.update({one["name"]: one.get("value", one.get("valueFrom")) for one in program["env"]})
    return result


def test_the_server_calls_access_management_where_it_is() -> None:
    told = environment(by_default())
    service = by_default().get("Service", "profiles-kfam")
    place = f"{service['metadata']['name']}.{service['metadata']['namespace']}"
    assert told["PROFILES_KFAM_SERVICE_HOST"] == place
    assert int(told["PROFILES_KFAM_SERVICE_PORT"]) == service["spec"]["ports"][0]["port"]


def test_the_server_is_told_how_a_request_names_its_user_and_how_a_session_ends() -> None:
    rendered = render(
        MINIMAL + "identity: {userPrefix: 'accounts:', logoutPath: /bye}\n",
        dashboard={},
        # Its web app knows no prefix.
        modelRegistry={"enabled": False},
    )
    told = environment(rendered)
    assert (told["USERID_HEADER"], told["USERID_PREFIX"]) == ("kubeflow-userid", "accounts:")
    assert told["LOGOUT_URL"] == "/bye"


def test_a_header_in_capitals_is_told_as_the_server_looks_for_it() -> None:
    assert environment(with_settings(header="X-User-Email"))["USERID_HEADER"] == "x-user-email"


@pytest.mark.parametrize("flow", [True, False])
def test_people_are_offered_a_profile_of_their_own_only_where_they_may_create_one(flow: bool) -> None:
    rendered = render(MINIMAL, profiles={"registrationFlow": flow}, dashboard={})
    assert environment(rendered)["REGISTRATION_FLOW"] == str(flow).lower()


def test_a_prometheus_is_asked_only_where_there_is_one() -> None:
    there = environment(with_settings(prometheus={"url": "http://prometheus.monitoring:9090"}))
    assert there["PROMETHEUS_URL"] == "http://prometheus.monitoring:9090"
    assert "METRICS_DASHBOARD" not in there
    assert "PROMETHEUS_URL" not in environment(with_settings())


def test_the_server_reads_its_own_config_map_and_lists_but_reads_no_other_nor_a_log() -> None:
    rendered = by_default()
    shown = environment(rendered)["DASHBOARD_CONFIGMAP"]
    assert shown in rendered.names("ConfigMap")
    role = rendered.get("Role", "dashboard")["rules"]
    configmaps = [rule for rule in role if "configmaps" in rule["resources"]]
    assert configmaps == [
        {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": [shown], "verbs": ["get"]}
    ]
    everything = [*role, *rendered.get("ClusterRole", "dashboard")["rules"]]
    assert {verb for rule in everything if rule not in configmaps for verb in rule["verbs"]} == {"list"}
    assert not {"pods", "pods/log", "secrets"} & {name for rule in everything for name in rule["resources"]}


def test_a_change_of_the_links_restarts_nothing_and_one_of_the_parameters_does() -> None:
    def digest(rendered: Rendered) -> str:
        return template(rendered)["metadata"]["annotations"]["slipway.dev/config-hash"]

    before = digest(with_settings())
    link = {"text": "Wiki", "link": "https://wiki.example.com"}
    assert digest(with_settings(links={"external": [link]})) == before
    assert digest(with_settings(metrics=False)) != before


def test_the_gateways_root_leads_to_the_server_and_nobody_else_does() -> None:
    rendered = by_default()
    (http,) = rendered.get("VirtualService", "dashboard")["spec"]["http"]
    assert http["match"] == [{"uri": {"prefix": "/"}}]
    labels = template(rendered)["metadata"]["labels"]
    service = rendered.get("Service", "dashboard")["spec"]
    policy = rendered.get("AuthorizationPolicy", "dashboard")["spec"]
    assert http["route"][0]["destination"]["host"].startswith("dashboard.kubeflow.svc.")
    assert service["selector"].items() <= labels.items()
    assert policy["selector"]["matchLabels"].items() <= labels.items()
    assert labels["app"] == "kubeflow-dashboard"
    assert [rule["from"][0]["source"]["principals"] for rule in policy["rules"]] == [
        ["cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"]
    ]
