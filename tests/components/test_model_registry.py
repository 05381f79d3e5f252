"""The model registry: its databases, who reaches what, and how teams find it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from components.contracts import UserIdentity
from components.settings_base import SettingsError
from tests.components.model_registry import (
    by_default,
    container,
    declared,
    environment,
    in_namespace,
)
from tests.support.render import Rendered

SERVER, CATALOG, UI = "model-registry-deployment", "model-catalog-server", "model-registry-ui"
HASH = "slipway.dev/config-hash"


def rules(rendered: Rendered, policy: str) -> Sequence[Mapping[str, Any]]:
    spec = rendered.get("AuthorizationPolicy", policy)["spec"]
    assert spec["action"] == "ALLOW"
    return spec["rules"]


def verbs(rendered: Rendered, role: str) -> set[str]:
    return {verb for rule in rendered.get("ClusterRole", role)["rules"] for verb in rule["verbs"]}


@pytest.mark.parametrize(("deployment", "name"), [(SERVER, "registry"), (CATALOG, "catalog")])
def test_each_server_opens_its_own_database_and_no_password_is_written(deployment: str, name: str) -> None:
    told = environment(by_default(), deployment)
    assert (told["PGHOST"], told["PGPORT"], told["PGDATABASE"]) == ("db.example.com", "5433", name)
    secret = {"name": "model-registry-db-secrets"}
    assert told["PGUSER"]["secretKeyRef"] == {**secret, "key": f"{name}-user"}
    assert told["PGPASSWORD"]["secretKeyRef"] == {**secret, "key": f"{name}-password"}
    assert not [word for word in container(by_default(), deployment)["args"] if "PASSWORD" in word]


@pytest.mark.parametrize(("tls", "mode"), [(True, "require"), (False, "disable")])
def test_postgresql_is_encrypted_if_the_database_asks_for_it(tls: bool, mode: str) -> None:
    rendered = declared(store={"tls": tls}, catalog_store={"tls": tls})
    assert environment(rendered, SERVER)["PGSSLMODE"] == mode
    assert environment(rendered, CATALOG)["PGSSLMODE"] == mode


def test_the_registry_takes_mysql_too() -> None:
    rendered = declared(store={"engine": "mysql", "port": 3306, "tls": True})
    told = environment(rendered, SERVER)
    names = list(told)
    address = told["MR_EMBEDMD_DATABASE_DSN"]
    assert address.endswith("@tcp(db.example.com:3306)/registry?charset=utf8mb4&tls=skip-verify")
    assert address.startswith("$(MYSQL_USER):$(MYSQL_PASSWORD)@")
    # Kubernetes puts in only what stands before it.
    assert names.index("MYSQL_PASSWORD") < names.index("MR_EMBEDMD_DATABASE_DSN")
    assert "--embedmd-database-type=mysql" in container(rendered, SERVER)["args"]


def test_the_catalog_refuses_any_other_database_than_postgresql() -> None:
    with pytest.raises(SettingsError, match="catalog: it keeps its models in postgresql only; found mysql"):
        declared(catalog_store={"engine": "mysql"})


@pytest.mark.parametrize(("deployment", "which"), [(SERVER, "store"), (CATALOG, "catalog_store")])
def test_another_password_restarts_the_server_that_uses_it(deployment: str, which: str) -> None:
    changed = {"revision": "second"}
    other = declared(store=changed) if which == "store" else declared(catalog_store=changed)

    def digest(rendered: Rendered) -> str:
        return rendered.get("Deployment", deployment)["spec"]["template"]["metadata"]["annotations"][HASH]

    assert digest(other) != digest(by_default())


def test_the_registry_takes_people_through_the_gateway_and_programs_with_a_token_but_without_a_user() -> None:
    through, direct = rules(by_default(), "model-registry-service")
    assert through["from"][0]["source"]["principals"] == [
        "cluster.local/ns/istio-system/sa/gateway",
        "cluster.local/ns/kubeflow/sa/model-registry-ui",
    ]
    assert direct["when"] == [
        {"key": "request.headers[authorization]", "values": ["*"]},
        {"key": "request.headers[kubeflow-userid]", "notValues": ["*"]},
    ]


def test_the_web_app_that_the_registry_lets_in_is_the_one_that_runs() -> None:
    through = rules(by_default(), "model-registry-service")[0]["from"][0]["source"]["principals"]
    account = by_default().get("Deployment", UI)["spec"]["template"]["spec"]["serviceAccountName"]
    assert f"cluster.local/ns/kubeflow/sa/{account}" in through


def test_the_catalog_is_there_for_reading_and_takes_no_configuration_with_a_request() -> None:
    (rule,) = rules(by_default(), "model-catalog")
    (to,) = rule["to"]
    assert to["operation"]["methods"] == ["GET"]


@pytest.mark.parametrize("policy", ["model-registry", "model-catalog"])
def test_teams_and_the_gateway_reach_the_servers_at_their_port_only(policy: str) -> None:
    (rule,) = by_default().get("NetworkPolicy", policy)["spec"]["ingress"]
    assert rule["ports"] == [{"port": "http-api", "protocol": "TCP"}]
    labels = [peer["namespaceSelector"]["matchLabels"] for peer in rule["from"]]
    assert {"app.kubernetes.io/part-of": "kubeflow-profile"} in labels
    assert {"kubernetes.io/metadata.name": "istio-system"} in labels


def test_the_web_app_only_reads_and_asks() -> None:
    assert verbs(by_default(), "model-registry-ui-services-reader") == {"get", "list"}
    assert verbs(by_default(), "model-registry-retrieve-clusterrolebindings") == {"list"}
    assert verbs(by_default(), "model-registry-create-sars") == {"create"}


def test_the_servers_hold_no_token_for_the_api_server() -> None:
    for deployment in (SERVER, CATALOG):
        pod = by_default().get("Deployment", deployment)["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False


def test_a_team_finds_registry_and_catalog_under_the_names_that_the_web_app_looks_for() -> None:
    rendered = declared({"server": {"displayName": "Ours"}}, team="ada")
    here, there = (in_namespace(rendered, "Service", one) for one in ("ada", "kubeflow"))
    for name in ("model-registry-service", "model-catalog"):
        label, port = ("component", here[name]["spec"]["ports"][0])
        assert here[name]["metadata"]["labels"][label] == there[name]["metadata"]["labels"][label]
        assert (port["name"], port["port"]) == ("http-api", there[name]["spec"]["ports"][0]["port"])
        assert "selector" not in here[name]["spec"]
    assert here["model-registry-service"]["metadata"]["annotations"]["displayName"] == "Ours"


def test_what_a_team_finds_leads_to_the_servers() -> None:
    route = in_namespace(declared(team="ada"), "VirtualService", "ada")["model-registry"]["spec"]
    assert route["gateways"] == ["mesh"]
    assert set(route["hosts"]) == {
        "model-registry-service.ada.svc.cluster.local",
        "model-catalog.ada.svc.cluster.local",
    }
    ways = {one["match"][0]["uri"]["prefix"]: one["route"][0]["destination"]["host"] for one in route["http"]}
    assert ways == {
        "/api/model_registry/": "model-registry-service.kubeflow.svc.cluster.local",
        "/api/model_catalog/": "model-catalog.kubeflow.svc.cluster.local",
    }


def test_the_proxy_of_the_web_app_knows_the_namespaces_of_teams() -> None:
    exception = by_default().get("Sidecar", "model-registry-ui-exception")["spec"]
    selected = by_default().get("Deployment", UI)["spec"]["template"]["metadata"]["labels"]
    assert exception["workloadSelector"]["labels"].items() <= selected.items()
    assert exception["egress"] == [{"hosts": ["*/*"]}]


def test_without_the_catalog_nothing_of_it_is_there_and_no_team_is_led_to_it() -> None:
    rendered = declared({"catalog": {"enabled": False}}, team="ada", catalog_store={"engine": "mysql"})
    assert CATALOG not in rendered.names("Deployment")
    assert "model-catalog" not in rendered.names("Service")
    hosts = in_namespace(rendered, "VirtualService", "ada")["model-registry"]["spec"]["hosts"]
    assert hosts == ["model-registry-service.ada.svc.cluster.local"]


@pytest.mark.parametrize(("header", "prefix"), [("x-user", ""), ("kubeflow-userid", "corp:")])
def test_the_web_app_is_refused_where_it_could_not_tell_its_users(header: str, prefix: str) -> None:
    identity = UserIdentity(header=header, prefix=prefix, groups_header="kubeflow-groups", logout_path="/out")
    with pytest.raises(SettingsError, match=r"modelRegistry\.ui: .*'kubeflow-userid' without a prefix"):
        declared(identity=identity)
    without = declared({"ui": {"enabled": False}}, identity=identity)
    assert UI not in without.names("Deployment")
    assert SERVER in without.names("Deployment")
