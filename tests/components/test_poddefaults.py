"""PodDefaults: when the webhook is asked, what it needs to answer, and who may write what it applies."""

from typing import Any

import pytest

from components.kubeflow.poddefaults import PodDefaults, PodDefaultsArgs, PodDefaultsSettings
from components.settings_base import SettingsError
from tests.components.test_profiles import namespace_labels
from tests.support.alone import Surroundings, declare
from tests.support.render import MINIMAL, Object, Rendered, render

CONFIGURATION = "poddefaults-webhook-mutating-webhook-configuration"
WRITE = {"create", "delete", "patch", "update"}


def on_a_cloud(**settings: object) -> Rendered:
    """PodDefaults alone, on a cluster whose API server reaches webhooks."""

    def build(given: Surroundings) -> PodDefaults:
        args = PodDefaultsArgs(
            settings=PodDefaultsSettings.model_validate(settings),
            namespaces=given.namespaces,
            certificates=given.certificates,
            capabilities=given.capabilities,
        )
        return PodDefaults("pod-defaults", args)

    return declare(build)


def hook(rendered: Rendered) -> Object:
    (only,) = rendered.get("MutatingWebhookConfiguration", CONFIGURATION)["webhooks"]
    return only


def pod(rendered: Rendered) -> Object:
    return rendered.get("Deployment", "poddefaults-webhook-deployment")["spec"]["template"]


def test_it_is_asked_about_each_new_pod_of_a_team_and_about_no_other() -> None:
    asked = hook(on_a_cloud())
    assert asked["rules"] == [
        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    ]
    selected = asked["namespaceSelector"]["matchLabels"]
    assert selected
    assert selected.items() <= namespace_labels(render(MINIMAL)).items()


def test_it_is_asked_in_the_older_form_first_since_its_answers_fit_no_other() -> None:
    assert hook(on_a_cloud())["admissionReviewVersions"] == ["v1beta1", "v1"]


def test_it_is_not_registered_where_the_api_server_cannot_reach_it() -> None:
    rendered = render(MINIMAL)
    assert CONFIGURATION not in rendered.names("MutatingWebhookConfiguration")
    assert "poddefaults-webhook-deployment" in rendered.names("Deployment")


def test_pods_are_refused_while_it_does_not_answer_unless_the_stack_says_otherwise() -> None:
    by_default = hook(on_a_cloud())
    lenient = hook(on_a_cloud(failurePolicy="Ignore", timeoutSeconds=3))
    assert (by_default["failurePolicy"], by_default["timeoutSeconds"]) == ("Fail", 10)
    assert (lenient["failurePolicy"], lenient["timeoutSeconds"]) == ("Ignore", 3)


def test_the_api_server_trusts_the_certificate_that_the_pod_serves() -> None:
    rendered = on_a_cloud()
    certificate = rendered.get("Certificate", "poddefaults-webhook-cert")
    annotations = rendered.get("MutatingWebhookConfiguration", CONFIGURATION)["metadata"]["annotations"]
    assert annotations["cert-manager.io/inject-ca-from"] == "kubeflow/poddefaults-webhook-cert"
    assert "caBundle" not in hook(rendered)["clientConfig"]
    called = hook(rendered)["clientConfig"]["service"]
    assert f"{called['name']}.{called['namespace']}.svc" in certificate["spec"]["dnsNames"]
    (volume,) = pod(rendered)["spec"]["volumes"]
    assert volume["secret"]["secretName"] == certificate["spec"]["secretName"]
    (program,) = pod(rendered)["spec"]["containers"]
    (mount,) = program["volumeMounts"]
    assert program["args"] == [
        f"--tlsCertFile={mount['mountPath']}/tls.crt",
        f"--tlsKeyFile={mount['mountPath']}/tls.key",
    ]


def test_what_is_called_leads_to_the_pod() -> None:
    rendered = on_a_cloud()
    called = hook(rendered)["clientConfig"]["service"]
    service = rendered.get("Service", called["name"])["spec"]
    assert called["path"] == "/apply-poddefault"
    assert service["selector"].items() <= pod(rendered)["metadata"]["labels"].items()
    (port,) = service["ports"]
    (program,) = pod(rendered)["spec"]["containers"]
    assert port["port"] == called["port"]
    assert port["targetPort"] in [one["name"] for one in program["ports"]]
    assert program["readinessProbe"]["httpGet"] == {
        "path": called["path"],
        "port": 4443,
        "scheme": "HTTPS",
    }


def test_the_api_server_gets_through_to_the_pod() -> None:
    rendered = on_a_cloud()
    assert pod(rendered)["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"
    (ingress,) = rendered.get("NetworkPolicy", "poddefaults")["spec"]["ingress"]
    assert ingress == {"ports": [{"port": "https-webhook", "protocol": "TCP"}]}


def test_the_webhook_may_list_pod_defaults_and_nothing_else() -> None:
    rules = on_a_cloud().get("ClusterRole", "poddefaults-webhook-cluster-role")["rules"]
    assert rules == [{"apiGroups": ["kubeflow.org"], "resources": ["poddefaults"], "verbs": ["list"]}]


@pytest.mark.parametrize(
    ("writable_by", "role"), [("clusterAdmins", None), ("owners", "admin"), ("contributors", "edit")]
)
def test_who_may_write_pod_defaults_is_a_setting(writable_by: str, role: str | None) -> None:
    rendered = on_a_cloud(writableBy=writable_by)
    writing = [
        one["metadata"]["labels"]
        for one in rendered.of("ClusterRole")
        for rule in one.get("rules", [])
        if WRITE & set(rule["verbs"])
    ]
    label = f"rbac.authorization.kubeflow.org/aggregate-to-kubeflow-poddefaults-{role}"
    collected = [{key for key in labels if "aggregate-to" in key} for labels in writing]
    assert collected == ([] if role is None else [{label}])
    if role is not None:
        collector = rendered.get("ClusterRole", f"poddefaults-webhook-kubeflow-poddefaults-{role}")
        assert collector["aggregationRule"]["clusterRoleSelectors"] == [{"matchLabels": {label: "true"}}]
        assert "rules" not in collector


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a policy that Kubernetes lacks": (
        {"failurePolicy": "Retry"},
        ("podDefaults.failurePolicy", "'Retry'", "'Fail'", "'Ignore'"),
    ),
    "longer than the API server waits": (
        {"timeoutSeconds": 60},
        ("podDefaults.timeoutSeconds", "found 60", "at most 30"),
    ),
    "writers that are nobody": ({"writableBy": "everybody"}, ("podDefaults.writableBy", "'everybody'")),
    "a misspelt key": ({"webhooks": {}}, ("podDefaults.webhooks", "Did you mean 'webhook'?")),
}


@pytest.mark.parametrize(("settings", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as refused:
        render(MINIMAL, podDefaults=settings)
    assert [word for word in words if word not in str(refused.value)] == []
