"""The Spark operator as it reaches Kubernetes: controller, webhook, and what its programs may do."""

from collections.abc import Mapping

import pytest

from components.contracts import Capabilities
from components.kubeflow.spark.team import SERVICE_ACCOUNT
from tests.components.spark import (
    CONTROLLER,
    KINDS,
    WEBHOOK,
    by_default,
    flags,
    for_teams,
    program,
    spark,
    webhooks,
    with_offer,
)
from tests.components.test_notebooks_rights import rules
from tests.support.validation import strict_errors

NO_WEBHOOKS = Capabilities(images=(), load_balancer=False, serves_pages=False)
SECRET = "spark-operator-webhook-certs"


def test_every_object_is_one_that_an_api_server_takes() -> None:
    objects = [*by_default().objects, *for_teams("vision").objects]
    wrong = {
        f"{one['kind']} {one['metadata']['name']}": errors
        for one in objects
        if one["kind"] != "CustomResourceDefinition" and (errors := strict_errors(one))
    }
    assert not wrong


@pytest.mark.parametrize("deployment", [CONTROLLER, WEBHOOK])
def test_both_programs_start_after_their_types_and_their_rights(deployment: str) -> None:
    order = [(one["kind"], one["metadata"]["name"]) for one in by_default().objects]
    start = order.index(("Deployment", deployment))
    for needed in (
        ("CustomResourceDefinition", "sparkapplications.sparkoperator.k8s.io"),
        ("ClusterRoleBinding", deployment),
        ("RoleBinding", deployment),
    ):
        assert order.index(needed) < start


@pytest.mark.parametrize("deployment", [CONTROLLER, WEBHOOK])
def test_applications_of_every_namespace_are_run_unless_some_are_named(deployment: str) -> None:
    assert flags(by_default(), deployment)["namespaces"] == '""'
    assert flags(spark(namespaces=["vision", "speech"]), deployment)["namespaces"] == "vision,speech"


def test_the_webhook_is_asked_about_named_namespaces_only() -> None:
    assert not any("namespaceSelector" in hook for hook in webhooks(by_default()))
    expected = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["vision"]}
    asked = webhooks(spark(namespaces=["vision"]))
    assert len(asked) == 7
    assert all(hook["namespaceSelector"] == {"matchExpressions": [expected]} for hook in asked)


def test_of_pods_only_those_that_the_operator_launched_are_completed() -> None:
    (pods,) = [hook for hook in webhooks(by_default()) if hook["rules"][0]["resources"] == ["pods"]]
    assert pods["objectSelector"] == {
        "matchLabels": {"sparkoperator.k8s.io/launched-by-spark-operator": "true"}
    }


def test_what_the_api_server_calls_leads_to_the_webhook_past_its_network_policy() -> None:
    rendered = by_default()
    labels = rendered.get("Deployment", WEBHOOK)["spec"]["template"]["metadata"]["labels"]
    ports = {one["name"]: one["containerPort"] for one in program(rendered, WEBHOOK)["ports"]}
    policy = rendered.get("NetworkPolicy", WEBHOOK)["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    for hook in webhooks(rendered):
        called = hook["clientConfig"]["service"]
        service = rendered.get("Service", called["name"])["spec"]
        (port,) = service["ports"]
        assert port["port"] == called["port"]
        assert service["selector"].items() <= labels.items()
        assert ports[port["targetPort"]] in [one["port"] for one in policy["ingress"][0]["ports"]]
        assert ports[port["targetPort"]] == int(flags(rendered, WEBHOOK)["webhook-port"])
    assert labels["sidecar.istio.io/inject"] == "false"


def test_pods_of_the_controller_get_no_requests_for_the_webhook() -> None:
    rendered = by_default()
    selector = rendered.get("Service", "spark-operator-webhook-svc")["spec"]["selector"]
    labels = rendered.get("Deployment", CONTROLLER)["spec"]["template"]["metadata"]["labels"]
    assert not selector.items() <= labels.items()


def test_the_webhook_fills_a_secret_that_is_there_before_it_and_that_pulumi_leaves_alone() -> None:
    rendered = by_default()
    secret = rendered.get("Secret", SECRET)
    assert not {"data", "stringData"} & secret.keys()
    assert flags(rendered, WEBHOOK)["webhook-secret-name"] == SECRET
    order = [(one["kind"], one["metadata"]["name"]) for one in rendered.objects]
    assert order.index(("Secret", SECRET)) < order.index(("Deployment", WEBHOOK))


def test_the_webhook_finds_the_registrations_that_it_writes_its_authority_into() -> None:
    rendered = by_default()
    found = flags(rendered, WEBHOOK)
    names = (found["mutating-webhook-name"], found["validating-webhook-name"])
    for kind, name in zip(KINDS, names, strict=True):
        registered = rendered.get(kind, name)
        assert "cert-manager.io/inject-ca-from" not in registered["metadata"]["annotations"]
        assert not any("caBundle" in hook["clientConfig"] for hook in registered["webhooks"])
    called = webhooks(rendered)[0]["clientConfig"]["service"]
    assert (found["webhook-svc-name"], found["webhook-svc-namespace"]) == (
        called["name"],
        called["namespace"],
    )


def test_nothing_is_registered_where_the_api_server_cannot_reach_a_pod() -> None:
    rendered = spark(capabilities=NO_WEBHOOKS)
    assert not webhooks(rendered)
    assert rendered.names("Deployment") == {CONTROLLER, WEBHOOK}


def test_the_page_of_documentation_and_one_image_are_offered() -> None:
    _, offer = with_offer()
    assert [item.kind for item in offer.menu] == ["documentation"]
    assert len(offer.images) == 1
    assert offer.request.memory == 256 + 64


# What the sources of v2.5.0 do with the API in cmd/operator/webhook, internal/webhook, pkg/certificate and
# the controllers of webhook configurations.
WEBHOOK_CALLS: Mapping[tuple[str, str], set[str]] = {
    ("events", ""): {"create", "patch", "update"},
    ("resourcequotas", ""): {"get", "list", "watch"},
    ("mutatingwebhookconfigurations", ""): {"list", "watch"},
    ("validatingwebhookconfigurations", ""): {"list", "watch"},
    ("mutatingwebhookconfigurations", "spark-operator-webhook"): {"get", "update"},
    ("validatingwebhookconfigurations", "spark-operator-webhook"): {"get", "update"},
    ("sparkapplications", ""): {"get", "list", "watch"},
    ("secrets", SECRET): {"get", "update"},
    ("leases", ""): {"create"},
    ("leases", "spark-operator-webhook-lock"): {"get", "update"},
}


def test_the_webhook_may_do_what_its_source_does_and_no_more() -> None:
    granted: dict[tuple[str, str], set[str]] = {}
    for rule in rules(by_default(), WEBHOOK):
        for resource in rule["resources"]:
            for name in rule.get("resourceNames", [""]):
                granted.setdefault((resource, name), set()).update(rule["verbs"])
    assert granted == WEBHOOK_CALLS


@pytest.mark.parametrize(("role", "allowed"), [("edit", True), ("view", False)])
def test_a_member_of_a_team_may_run_applications_or_only_see_them(role: str, allowed: bool) -> None:
    label = f"rbac.authorization.kubeflow.org/aggregate-to-kubeflow-{role}"
    collected = {
        verb
        for one in by_default().of("ClusterRole")
        if one["metadata"]["labels"].get(label) == "true"
        for rule in one["rules"]
        if "sparkapplications" in rule["resources"]
        for verb in rule["verbs"]
    }
    assert ("create" in collected) is allowed
    assert "list" in collected


def test_drivers_of_a_team_may_make_executors_in_its_namespace_and_read_no_secret() -> None:
    rendered = for_teams("vision", "speech")
    shared = by_default().get("ClusterRole", SERVICE_ACCOUNT)
    for team in ("vision", "speech"):
        (binding,) = [one for one in rendered.of("RoleBinding") if one["metadata"]["namespace"] == team]
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": team}]
        assert binding["roleRef"]["kind"] == "ClusterRole"
        assert binding["roleRef"]["name"] == shared["metadata"]["name"]
    (rule,) = shared["rules"]
    assert {"pods", "services", "configmaps"} <= set(rule["resources"])
    assert {"create", "delete", "watch"} <= set(rule["verbs"])
    assert "secrets" not in rule["resources"]


@pytest.mark.parametrize("deployment", [CONTROLLER, WEBHOOK])
def test_a_program_is_given_time_to_answer_while_its_node_is_busy(deployment: str) -> None:
    found = program(by_default(), deployment)
    assert {found[probe]["timeoutSeconds"] for probe in ("livenessProbe", "readinessProbe")} == {5}
