"""Profiles: what the controller and access management are told, may do, and whom they listen to."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml

from components.contracts import Caller
from components.kubeflow.profiles import Profiles, ProfilesArgs, ProfilesSettings
from components.settings_base import SettingsError
from tests.support.alone import Surroundings, declare
from tests.support.render import MINIMAL, Object, Rendered, render

CREATE_PROFILE = ("POST", "/kfam/v1/profiles")


@cache
def by_default() -> Rendered:
    return render(MINIMAL)


def with_settings(*, namespace_labels: Mapping[str, str] | None = None, **settings: object) -> Rendered:
    """Profiles alone, with settings as a stack file has them and labels as the platform hands them over."""

    def build(given: Surroundings) -> Profiles:
        args = ProfilesArgs(
            settings=ProfilesSettings.model_validate(settings),
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=given.identity,
            dashboard=Caller(namespace="kubeflow", labels={"app": "pages"}, account="dashboard"),
            namespace_labels=namespace_labels or {},
        )
        return Profiles("profiles", args)

    return declare(build)


def container(rendered: Rendered, name: str) -> Object:
    pod = rendered.get("Deployment", "profiles-deployment")["spec"]["template"]["spec"]
    return next(one for one in pod["containers"] if one["name"] == name)


def config_hash(rendered: Rendered) -> str:
    template = rendered.get("Deployment", "profiles-deployment")["spec"]["template"]
    return template["metadata"]["annotations"]["slipway.dev/config-hash"]


def namespace_labels(rendered: Rendered) -> dict[str, str]:
    data = rendered.get("ConfigMap", "profiles-namespace-labels-data")["data"]
    return yaml.safe_load(data["namespace-labels.yaml"])


def callers(rendered: Rendered) -> list[tuple[str, str, str]]:
    """Each principal with each method and path that it may ask access management for without a condition."""
    spec = rendered.get("AuthorizationPolicy", "profiles-kfam")["spec"]
    assert spec["action"] == "ALLOW"
    return [
        (principal, method, path)
        for rule in spec["rules"]
        if "when" not in rule
        for principal in rule["from"][0]["source"]["principals"]
        for to in rule["to"]
        for method in to["operation"]["methods"]
        for path in to["operation"]["paths"]
    ]


def rules_of(rendered: Rendered, kind: str, name: str) -> list[Mapping[str, Any]]:
    return rendered.get(kind, name)["rules"]


def test_each_variable_in_an_argument_is_given_by_the_pods_config_map() -> None:
    rendered = by_default()
    given = rendered.get("ConfigMap", "profiles-config")["data"]
    for name in ("manager", "access-management"):
        program = container(rendered, name)
        used = [text[2:-1] for text in program["command"] if text.startswith("$(")]
        assert program["envFrom"] == [{"configMapRef": {"name": "profiles-config"}}]
        assert used
        assert set(used) <= set(given)


def test_administrators_reach_access_management_as_one_list() -> None:
    rendered = with_settings(admins=["ada@example.com", "grace@example.com"])
    command = container(rendered, "access-management")["command"]
    assert command[command.index("-cluster-admin") + 1] == "$(ADMIN)"
    config = rendered.get("ConfigMap", "profiles-config")["data"]
    assert config["ADMIN"] == "ada@example.com,grace@example.com"


def test_the_policies_of_profiles_name_the_gateway_that_the_stack_has() -> None:
    config = by_default().get("ConfigMap", "profiles-config")["data"]
    dashboard = by_default().get("AuthorizationPolicy", "dashboard")["spec"]["rules"][0]
    assert dashboard["from"][0]["source"]["principals"] == [config["ISTIO_INGRESS_GATEWAY_PRINCIPAL"]]


def test_the_notebook_controller_that_may_look_into_servers_is_the_one_that_runs() -> None:
    config = by_default().get("ConfigMap", "profiles-config")["data"]
    notebooks = by_default().get("Deployment", "notebook-controller-deployment")
    account = notebooks["spec"]["template"]["spec"]["serviceAccountName"]
    assert config["NOTEBOOK_CONTROLLER_PRINCIPAL"] == f"cluster.local/ns/kubeflow/sa/{account}"


def test_the_controller_reads_the_labels_where_they_are_mounted() -> None:
    program = container(by_default(), "manager")
    pod = by_default().get("Deployment", "profiles-deployment")["spec"]["template"]["spec"]
    (mount,) = program["volumeMounts"]
    assert (mount["mountPath"], mount["readOnly"]) == ("/etc/profile-controller", True)
    assert pod["volumes"] == [
        {"name": mount["name"], "configMap": {"name": "profiles-namespace-labels-data"}}
    ]


def test_a_namespace_gets_the_labels_of_the_components_that_are_on_and_those_of_the_stack() -> None:
    rendered = with_settings(
        namespace_labels={"serving": "enabled", "katib": "enabled"},
        namespaceLabels={"cost-centre": "ml", "serving": ""},
    )
    labels = namespace_labels(rendered)
    assert labels == {
        "app.kubernetes.io/part-of": "kubeflow-profile",
        "pod-security.kubernetes.io/enforce": "baseline",
        "cost-centre": "ml",
        "katib": "enabled",
        "serving": "",
    }


def test_pod_security_of_the_namespaces_is_a_setting() -> None:
    labels = namespace_labels(with_settings(podSecurity="restricted"))
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("change", [{"admins": ["ada@example.com"]}, {"namespaceLabels": {"a": "b"}}])
def test_a_change_of_what_the_pod_reads_restarts_it(change: dict[str, Any]) -> None:
    before = config_hash(with_settings())
    assert config_hash(with_settings(**change)) != before
    assert config_hash(with_settings(logLevel="error")) == before


def test_nobody_but_the_dashboard_reaches_access_management() -> None:
    rendered = by_default()
    account = rendered.get("Deployment", "dashboard")["spec"]["template"]["spec"]["serviceAccountName"]
    assert {principal for principal, _, _ in callers(rendered)} == {f"cluster.local/ns/kubeflow/sa/{account}"}


def test_without_registration_flow_the_mesh_refuses_to_create_a_profile() -> None:
    assert CREATE_PROFILE not in [call[1:] for call in callers(by_default())]
    assert CREATE_PROFILE in [call[1:] for call in callers(with_settings(registrationFlow=True))]


def test_with_gateway_access_people_may_call_and_only_administrators_create_profiles() -> None:
    rendered = with_settings(gatewayAccess=True, admins=["ada@example.com"])
    gateway = rendered.get("ConfigMap", "profiles-config")["data"]["ISTIO_INGRESS_GATEWAY_PRINCIPAL"]
    assert (gateway, "GET", "/kfam/v1/bindings") in callers(rendered)
    assert (gateway, *CREATE_PROFILE) not in callers(rendered)
    (guarded,) = [
        rule
        for rule in rendered.get("AuthorizationPolicy", "profiles-kfam")["spec"]["rules"]
        if "when" in rule
    ]
    assert guarded["from"] == [{"source": {"principals": [gateway]}}]
    assert guarded["to"] == [{"operation": {"methods": ["POST"], "paths": ["/kfam/v1/profiles"]}}]
    assert guarded["when"] == [{"key": "request.headers[kubeflow-userid]", "values": ["ada@example.com"]}]


def test_the_controller_is_no_cluster_admin_and_may_bind_three_roles_only() -> None:
    rendered = by_default()
    assert rendered.get("ClusterRoleBinding", "profiles-cluster-rolebinding")["roleRef"]["name"] == (
        "profiles-controller-role"
    )
    rules = rules_of(rendered, "ClusterRole", "profiles-controller-role")
    assert not [rule for rule in rules if "*" in [*rule["verbs"], *rule["resources"], *rule["apiGroups"]]]
    assert not [rule for rule in rules if "secrets" in rule["resources"] or "escalate" in rule["verbs"]]
    (bind,) = [rule for rule in rules if "bind" in rule["verbs"]]
    assert (bind["resources"], bind["verbs"]) == (["clusterroles"], ["bind"])
    assert set(bind["resourceNames"]) == {"kubeflow-admin", "kubeflow-edit", "kubeflow-view"}
    assert set(bind["resourceNames"]) <= rendered.names("ClusterRole")


def test_the_controller_may_change_no_lock_but_its_own() -> None:
    rules = rules_of(by_default(), "Role", "profiles-leader-election-role")
    changing = [rule for rule in rules if "leases" in rule["resources"] and "update" in rule["verbs"]]
    assert [rule["resourceNames"] for rule in changing] == [["kubeflow-profile-controller"]]


def test_a_cloud_identity_is_written_to_the_service_account() -> None:
    arn = "arn:aws:iam::123456789012:role/profiles"
    rendered = with_settings(serviceAccountAnnotations={"eks.amazonaws.com/role-arn": arn})
    account = rendered.get("ServiceAccount", "profiles-controller-service-account")["metadata"]
    assert account["annotations"] == {"eks.amazonaws.com/role-arn": arn}
    plain = by_default().get("ServiceAccount", "profiles-controller-service-account")["metadata"]
    assert "annotations" not in plain


def test_each_program_has_requests_and_a_log_level_of_its_own() -> None:
    rendered = with_settings(
        logLevel="debug",
        controller={"requests": {"memory": "1Gi"}},
        accessManagement={"requests": {"cpu": "250m"}},
    )
    manager, kfam = container(rendered, "manager"), container(rendered, "access-management")
    assert manager["resources"]["requests"] == {"cpu": "10m", "memory": "1Gi"}
    assert kfam["resources"]["requests"] == {"cpu": "250m", "memory": "32Mi"}
    assert "--zap-log-level=debug" in manager["args"]


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "an administrator without an address": ({"admins": ["ada"]}, ("profiles.admins[0]", "'ada'", "@")),
    "an administrator twice": (
        {"admins": ["ada@example.com", "ada@example.com"]},
        ("profiles.admins", "ada@example.com", "more than once"),
    ),
    "two addresses in one": ({"admins": ["ada@example.com,eve@example.com"]}, ("profiles.admins[0]",)),
    "the label of the platform": (
        {"namespaceLabels": {"app.kubernetes.io/part-of": "mine"}},
        ("profiles.namespaceLabels", "belongs to the platform"),
    ),
    "pod security as a label": (
        {"namespaceLabels": {"pod-security.kubernetes.io/enforce": "privileged"}},
        ("profiles.namespaceLabels", "podSecurity"),
    ),
    "a label that Kubernetes refuses": (
        {"namespaceLabels": {"cost centre": "ml"}},
        ("profiles.namespaceLabels", "'cost centre'", "63"),
    ),
    "a value that Kubernetes refuses": (
        {"namespaceLabels": {"team": "a/b"}},
        ("profiles.namespaceLabels", "'a/b'", "'team'"),
    ),
    "a level of pod security that is none": ({"podSecurity": "strict"}, ("profiles.podSecurity", "'strict'")),
    "a log level that the controller lacks": (
        {"logLevel": "warn"},
        ("profiles.logLevel", "'warn'", "'info'"),
    ),
    "a Google account that is none": (
        {"workloadIdentity": "ml@example.com"},
        ("profiles.workloadIdentity", "'ml@example.com'", "gserviceaccount"),
    ),
    "a misspelt key": ({"registrationflow": True}, ("profiles.registrationflow", "registrationFlow")),
}


@pytest.mark.parametrize(("settings", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as refused:
        render(MINIMAL, profiles=settings)
    assert [word for word in words if word not in str(refused.value)] == []


def test_an_account_of_google_is_accepted() -> None:
    rendered = with_settings(workloadIdentity="team@project-1.iam.gserviceaccount.com")
    config = rendered.get("ConfigMap", "profiles-config")["data"]
    assert config["WORKLOAD_IDENTITY"] == "team@project-1.iam.gserviceaccount.com"
