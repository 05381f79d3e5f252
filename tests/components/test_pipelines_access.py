"""Who reaches the programs of pipelines, and whose artifacts the pages hand out."""

import re
from typing import Any

import pytest

from tests.support.pipelines import by_default, changed, environment
from tests.support.render import Object, Rendered


def policy(rendered: Rendered, name: str) -> list[Object]:
    return rendered.get("AuthorizationPolicy", name)["spec"]["rules"]


def principals(rule: Object) -> list[str]:
    return [name.rpartition("/")[2] for name in rule["from"][0]["source"]["principals"]]


def routes(rendered: Rendered) -> list[Object]:
    return rendered.get("VirtualService", "ml-pipeline-ui")["spec"]["http"]


def answer(rendered: Rendered, path: str, **query: str) -> str:
    """What the gateway does with a request: as Istio reads a VirtualService, the first match decides."""

    def fits(match: dict[str, Any]) -> bool:
        prefix = match["uri"]["prefix"]
        found = path.lower().startswith(prefix) if match.get("ignoreUriCase") else path.startswith(prefix)
        asked = match.get("queryParams", {})
        return found and all(re.fullmatch(one["regex"], query.get(key, "")) for key, one in asked.items())

    for http in routes(rendered):
        if any(fits(match) for match in http["match"]):
            return f"{http['directResponse']['status']:.0f}" if "directResponse" in http else "pages"
    return "404"


@pytest.mark.parametrize(
    "path", ["/pipeline/artifacts/get", "/pipeline/artifacts/minio/mlpipeline/a", "/pipeline/ARTIFACTS/get"]
)
def test_an_artifact_is_handed_out_only_by_the_team_it_belongs_to(path: str) -> None:
    assert answer(by_default(), path) == "403"
    assert answer(by_default(), path, namespace="team-a") == "pages"


@pytest.mark.parametrize("namespace", ["", "team-a:80/x", "team-a@elsewhere", "TEAM", "a.b"])
def test_what_is_no_namespace_is_not_passed_on(namespace: str) -> None:
    assert answer(by_default(), "/pipeline/artifacts/get", namespace=namespace) == "403"


@pytest.mark.parametrize(
    "path", ["/pipeline/", "/pipeline", "/pipeline/apis/v2beta1/runs", "/pipeline/k8s/pod/logs"]
)
def test_all_else_reaches_the_pages(path: str) -> None:
    assert answer(by_default(), path) == "pages"


def test_without_the_teams_own_servers_the_pages_hand_out_artifacts_as_upstream_does() -> None:
    without = changed()
    assert answer(without, "/pipeline/artifacts/get") == "pages"
    assert environment(without, "ml-pipeline-ui")["ARTIFACTS_SERVICE_PROXY_ENABLED"] == "false"
    assert not [
        one for one in without.of("Deployment") if one["metadata"]["name"] == "ml-pipeline-ui-artifact"
    ]


def test_the_pages_fetch_artifacts_from_servers_of_teams_and_from_nowhere_else() -> None:
    allowed = environment(by_default(), "ml-pipeline-ui")["ALLOWED_ARTIFACT_DOMAIN_REGEX"]
    assert re.search(allowed, "http://ml-pipeline-ui-artifact.team-a")
    for elsewhere in (
        "http://169.254.169.254",
        "http://ml-pipeline-ui-artifact.x@elsewhere",
        "https://ml-pipeline-ui-artifact.team-a",
        "http://ml-pipeline-ui-artifact.team-a.elsewhere",
    ):
        assert not re.search(allowed, elsewhere), elsewhere


def test_a_program_with_a_token_reaches_the_api_through_the_pages_and_no_artifacts() -> None:
    _, programs = policy(by_default(), "ml-pipeline-ui")
    assert programs["to"] == [{"operation": {"paths": ["/apis/*", "/pipeline/apis/*"]}}]
    assert {one["key"] for one in programs["when"]} == {
        "request.headers[authorization]",
        "request.headers[kubeflow-userid]",
    }


def test_only_programs_of_pipelines_may_name_a_user_to_the_api_server() -> None:
    trusted, others = policy(by_default(), "ml-pipeline")
    assert principals(trusted) == [
        "ml-pipeline-ui",
        "ml-pipeline-persistenceagent",
        "ml-pipeline-scheduledworkflow",
    ]
    assert others == {"when": [{"key": "request.headers[kubeflow-userid]", "notValues": ["*"]}]}


def test_the_server_that_runs_what_people_write_answers_the_api_server_alone() -> None:
    (rule,) = policy(by_default(), "ml-pipeline-visualizationserver")
    assert principals(rule) == ["ml-pipeline"]
    deployment = by_default().get("Deployment", "ml-pipeline-visualizationserver")
    assert deployment["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


def test_the_database_is_for_the_three_programs_that_have_one() -> None:
    (rule,) = policy(by_default(), "mysql")
    assert principals(rule) == ["ml-pipeline", "metadata-grpc-server", "kubeflow-pipelines-cache"]


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("ml-pipeline", {8888, 8887}),
        ("ml-pipeline-ui", {3000}),
        ("metadata-grpc-server", {8080}),
        ("metadata-envoy", {9090}),
        ("cache-server", {8443}),
        ("seaweedfs", {8333}),
    ],
)
def test_the_network_opens_no_port_but_the_programs_own(name: str, ports: set[int]) -> None:
    rules = by_default().get("NetworkPolicy", name)["spec"]["ingress"]
    assert {one["port"] for rule in rules for one in rule["ports"]} == ports


def test_nobody_administers_the_proxy_of_metadata_from_outside() -> None:
    text = by_default().get("ConfigMap", "metadata-envoy-configmap")["data"]["envoy-config.yaml"]
    assert "admin" not in text
