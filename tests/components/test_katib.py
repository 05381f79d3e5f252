"""Katib: its controller and webhooks, its database, its web app, and what each may do."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from components.contracts import UserIdentity
from components.kubeflow.katib import NAMESPACE_LABELS
from components.settings_base import SettingsError
from tests.components.katib import (
    by_default,
    config,
    container,
    declared,
    declared_with_offer,
    environment,
    pod,
)
from tests.support.render import Rendered

CONTROLLER, MANAGER, UI = "katib-controller", "katib-db-manager", "katib-ui"
HASH = "slipway.dev/config-hash"


def hooks(rendered: Rendered, kind: str) -> dict[str, Mapping[str, Any]]:
    registered = rendered.get(f"{kind}WebhookConfiguration", "katib.kubeflow.org")
    return {one["name"]: one for one in registered["webhooks"]}


def verbs(rendered: Rendered, role: str, resource: str) -> set[str]:
    rules: Sequence[Mapping[str, Any]] = rendered.get("ClusterRole", role)["rules"]
    return {verb for rule in rules if resource in rule["resources"] for verb in rule["verbs"]}


def test_the_controller_finds_the_certificate_that_is_made_for_the_service_of_its_webhooks() -> None:
    rendered = by_default()
    made = rendered.get("Certificate", "katib-webhook-cert")["spec"]
    volumes = {one["name"]: one for one in pod(rendered, CONTROLLER)["spec"]["volumes"]}
    mounts = {one["mountPath"]: one["name"] for one in container(rendered, CONTROLLER)["volumeMounts"]}
    assert volumes[mounts["/tmp/cert"]]["secret"]["secretName"] == made["secretName"]
    called = {
        f"{hook['clientConfig']['service']['name']}.{hook['clientConfig']['service']['namespace']}.svc"
        for kind in ("Mutating", "Validating")
        for hook in hooks(rendered, kind).values()
    }
    assert called == {made["commonName"]}


def test_the_webhooks_reach_the_port_at_which_the_controller_is_told_to_answer() -> None:
    rendered = by_default()
    ports = {one["port"]: one["targetPort"] for one in rendered.get("Service", CONTROLLER)["spec"]["ports"]}
    asked = hooks(rendered, "Mutating")["mutator.pod.katib.kubeflow.org"]["clientConfig"]["service"]
    assert ports[asked["port"]] == config(rendered)["init"]["controller"]["webhookPort"]
    policy = rendered.get("NetworkPolicy", CONTROLLER)["spec"]["ingress"]
    assert "from" not in policy[0]
    assert {"port": "webhook", "protocol": "TCP"} in policy[0]["ports"]


def test_no_webhook_is_registered_where_the_api_server_cannot_reach_it() -> None:
    rendered = declared(webhooks=False)
    assert CONTROLLER in rendered.names("Deployment")
    assert not rendered.of("MutatingWebhookConfiguration")
    assert not rendered.of("ValidatingWebhookConfiguration")


def test_the_webhook_is_asked_about_pods_of_teams_alone() -> None:
    asked = hooks(by_default(), "Mutating")["mutator.pod.katib.kubeflow.org"]
    assert asked["namespaceSelector"] == {"matchLabels": dict(NAMESPACE_LABELS)}


def test_the_webhook_is_not_asked_about_what_its_own_controller_creates() -> None:
    rendered = by_default()
    (condition,) = hooks(rendered, "Mutating")["mutator.pod.katib.kubeflow.org"]["matchConditions"]
    account = pod(rendered, CONTROLLER)["spec"]["serviceAccountName"]
    assert f'!= "system:serviceaccount:kubeflow:{account}"' in condition["expression"]


def test_pods_of_teams_start_without_the_webhook_if_a_stack_says_so() -> None:
    lenient = declared(controller={"podFailurePolicy": "Ignore"})
    assert hooks(by_default(), "Mutating")["mutator.pod.katib.kubeflow.org"]["failurePolicy"] == "Fail"
    assert hooks(lenient, "Mutating")["mutator.pod.katib.kubeflow.org"]["failurePolicy"] == "Ignore"
    assert hooks(lenient, "Validating")["validator.experiment.katib.kubeflow.org"]["failurePolicy"] == "Fail"


def test_a_change_of_what_the_controller_reads_once_restarts_it_and_another_does_not() -> None:
    def digest(rendered: Rendered) -> str:
        return pod(rendered, CONTROLLER)["metadata"]["annotations"][HASH]

    other_image = declared(suggestions={"random": {"image": "registry.example.com/random:1"}})
    assert digest(other_image) == digest(by_default())
    assert digest(declared(controller={"suggestionProbes": False})) != digest(by_default())


def test_one_controller_leads_and_may_hold_the_lock_that_it_is_told_to_take() -> None:
    rendered = declared(controller={"replicas": 2})
    told = config(rendered)["init"]["controller"]
    (_, held) = rendered.get("Role", "katib-controller-leader-election")["rules"]
    assert told["enableLeaderElection"] is True
    assert held["resourceNames"] == [told["leaderElectionID"]]


def test_the_controller_reads_secrets_by_name_only_and_no_registration_of_webhooks() -> None:
    rendered = by_default()
    assert verbs(rendered, CONTROLLER, "secrets") == {"get"}
    assert not verbs(rendered, CONTROLLER, "mutatingwebhookconfigurations")


def test_the_controller_may_hand_on_what_early_stopping_needs() -> None:
    rendered = by_default()
    assert "*" in verbs(rendered, CONTROLLER, "trials")
    assert "*" in verbs(rendered, CONTROLLER, "trials/status")


def test_a_kind_that_a_stack_adds_is_watched_and_may_be_created() -> None:
    ray = {
        "kind": "RayJob",
        "group": "ray.io",
        "version": "v1",
        "plural": "rayjobs",
        "between": ["rayclusters"],
    }
    rendered = declared(trialResources=[ray])
    assert "RayJob.v1.ray.io" in config(rendered)["init"]["controller"]["trialResources"]
    assert verbs(rendered, "katib-controller-trial-resources", "rayjobs") >= {"create", "delete", "watch"}
    assert verbs(rendered, "katib-controller-trial-resources", "rayclusters") == {"get"}


def test_without_further_kinds_there_are_no_further_rights() -> None:
    assert "katib-controller-trial-resources" not in by_default().names("ClusterRole")


def test_the_database_manager_opens_the_database_with_the_users_secret_and_no_password_is_written() -> None:
    told = environment(by_default(), MANAGER)
    assert (told["DB_NAME"], told["KATIB_MYSQL_DB_HOST"], told["KATIB_MYSQL_DB_PORT"]) == (
        "mysql",
        "db.example.com",
        "3307",
    )
    assert told["DB_USER"]["secretKeyRef"] == {"name": "katib-mysql-secrets", "key": "MYSQL_USER"}
    assert told["DB_PASSWORD"]["secretKeyRef"] == {"name": "katib-mysql-secrets", "key": "MYSQL_PASSWORD"}


@pytest.mark.parametrize(("tls", "mode"), [(True, "require"), (False, "disable")])
def test_postgresql_is_encrypted_if_the_database_asks_for_it(tls: bool, mode: str) -> None:
    told = environment(declared(store={"engine": "postgresql", "port": 5432, "tls": tls}), MANAGER)
    assert (told["DB_NAME"], told["KATIB_POSTGRESQL_SSL_MODE"]) == ("postgres", mode)
    assert not any(name.startswith("KATIB_MYSQL") for name in told)


def test_mysql_that_asks_for_encryption_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(SettingsError, match="MySQL and asks for encrypted connections"):
        declared(store={"tls": True})


def test_another_password_restarts_the_database_manager() -> None:
    def annotations(revision: str) -> Mapping[str, str]:
        return pod(declared(store={"revision": revision}), MANAGER)["metadata"]["annotations"]

    assert annotations("first")[HASH] != annotations("second")[HASH]


def test_trials_of_teams_controller_and_pages_reach_the_database_manager_and_nobody_else() -> None:
    (rule,) = by_default().get("NetworkPolicy", MANAGER)["spec"]["ingress"]
    assert rule["ports"] == [{"port": "api", "protocol": "TCP"}]
    teams, *own = rule["from"]
    assert teams == {"namespaceSelector": {"matchLabels": {"app.kubernetes.io/part-of": "kubeflow-profile"}}}
    parts = [one["podSelector"]["matchLabels"]["katib.kubeflow.org/component"] for one in own]
    assert parts == ["controller", "ui"]


def test_the_web_app_knows_its_users_as_the_platform_names_them_and_asks_what_they_may() -> None:
    identity = UserIdentity(header="x-user", prefix="corp:", groups_header="x-groups", logout_path="/out")
    told = environment(declared(identity=identity), UI)
    assert (told["USERID_HEADER"], told["USERID_PREFIX"]) == ("x-user", "corp:")
    assert told["APP_DISABLE_AUTH"] == "false"


def test_only_the_gateway_reaches_the_web_app_below_its_own_path() -> None:
    rendered = by_default()
    (rule,) = rendered.get("AuthorizationPolicy", UI)["spec"]["rules"]
    assert rule["from"][0]["source"]["principals"] == ["cluster.local/ns/istio-system/sa/gateway"]
    (http,) = rendered.get("VirtualService", UI)["spec"]["http"]
    assert http["match"] == [{"uri": {"prefix": "/katib/"}}]
    assert "rewrite" not in http


def test_the_web_app_may_do_what_its_pages_offer_and_not_change_experiments() -> None:
    rendered = by_default()
    assert verbs(rendered, UI, "experiments") == {"create", "delete", "get", "list"}
    assert verbs(rendered, UI, "namespaces") == {"list"}


def test_images_that_experiments_pull_are_told_to_the_platform() -> None:
    _, offer = declared_with_offer(
        suggestions={"random": {"image": "registry.example.com/random:1"}, "pbt": {"enabled": False}}
    )
    assert "registry.example.com/random:1" in offer.images
    assert not [image for image in offer.images if "suggestion-pbt" in image]
    assert [item.link for item in offer.menu if item.kind == "menu"] == ["/katib/"]
