"""Volumes as they reach Kubernetes: the controller with its webhooks, the web app, and what both may do."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from components.contracts import Capabilities, Offer
from components.kubeflow.volumes import Volumes, VolumesArgs, VolumesSettings
from components.settings_errors import explain
from tests.components.test_notebooks_rights import rules
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered
from tests.support.validation import strict_errors

CONTROLLER = "pvcviewer-controller-manager"
WEB_APP = "volumes-web-app-deployment"
NO_WEBHOOKS = Capabilities(images=(), load_balancer=False, serves_pages=False)


def volumes(*, capabilities: Capabilities | None = None, **settings: object) -> Rendered:
    """Volumes alone, with settings as a stack file has them."""
    return with_offer(capabilities=capabilities, **settings)[0]


def with_offer(*, capabilities: Capabilities | None = None, **settings: object) -> tuple[Rendered, Offer]:
    """The same, and what they tell the platform."""
    offers: list[Offer] = []

    def build(given: Surroundings) -> None:
        args = VolumesArgs(
            settings=VolumesSettings.model_validate(settings),
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=given.identity,
            certificates=given.certificates,
            capabilities=capabilities or given.capabilities,
        )
        offers.append(Volumes("volumes", args).offer)

    return declare(build), offers[0]


@cache
def by_default() -> Rendered:
    return volumes()


def containers(rendered: Rendered, deployment: str) -> Mapping[str, Object]:
    pod = rendered.get("Deployment", deployment)["spec"]["template"]["spec"]
    return {one["name"]: one for one in pod["containers"]}


def webhooks(rendered: Rendered) -> list[Object]:
    kinds = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    return [hook for kind in kinds for one in rendered.of(kind) for hook in one["webhooks"]]


def test_every_object_is_one_that_an_api_server_takes() -> None:
    wrong = {
        f"{one['kind']} {one['metadata']['name']}": errors
        for one in by_default().objects
        if one["kind"] != "CustomResourceDefinition" and (errors := strict_errors(one))
    }
    assert not wrong


def test_the_controller_starts_after_its_type_and_its_rights() -> None:
    order = [(one["kind"], one["metadata"]["name"]) for one in by_default().objects]
    start = order.index(("Deployment", CONTROLLER))
    for needed in (
        ("CustomResourceDefinition", "pvcviewers.kubeflow.org"),
        ("ClusterRoleBinding", "pvcviewer-manager-rolebinding"),
        ("RoleBinding", "pvcviewer-leader-election-rolebinding"),
    ):
        assert order.index(needed) < start


def test_viewers_are_routed_through_the_gateway_of_the_platform() -> None:
    manager = containers(by_default(), CONTROLLER)["manager"]
    assert {"name": "ISTIO_GATEWAY", "value": "kubeflow/kubeflow-gateway"} in manager["env"]


def test_a_viewer_is_completed_before_it_is_checked_at_the_paths_that_the_controller_serves() -> None:
    found = [(hook["name"], hook["clientConfig"]["service"]["path"]) for hook in webhooks(by_default())]
    assert found == [
        ("mpvcviewer.kb.io", "/mutate-kubeflow-org-v1alpha1-pvcviewer"),
        ("vpvcviewer.kb.io", "/validate-kubeflow-org-v1alpha1-pvcviewer"),
    ]


def test_what_the_api_server_calls_leads_to_the_controller_past_the_network_policy() -> None:
    rendered = by_default()
    labels = rendered.get("Deployment", CONTROLLER)["spec"]["template"]["metadata"]["labels"]
    ports = {
        one["name"]: one["containerPort"] for one in containers(rendered, CONTROLLER)["manager"]["ports"]
    }
    policy = rendered.get("NetworkPolicy", "pvcviewer-webhook")["spec"]
    for hook in webhooks(rendered):
        service = rendered.get("Service", hook["clientConfig"]["service"]["name"])["spec"]
        (port,) = service["ports"]
        assert port["port"] == hook["clientConfig"]["service"]["port"]
        assert service["selector"].items() <= labels.items()
        assert policy["podSelector"]["matchLabels"].items() <= labels.items()
        assert ports[port["targetPort"]] in [one["port"] for one in policy["ingress"][0]["ports"]]
    assert labels["sidecar.istio.io/inject"] == "false"


def test_the_api_server_trusts_the_certificate_that_the_controller_serves() -> None:
    rendered = by_default()
    certificate = rendered.get("Certificate", "pvcviewer-serving-cert")
    for kind in ("Mutating", "Validating"):
        name = f"pvcviewer-{kind.lower()}-webhook-configuration"
        registered = rendered.get(f"{kind}WebhookConfiguration", name)
        annotations = registered["metadata"]["annotations"]
        assert annotations["cert-manager.io/inject-ca-from"] == "kubeflow/pvcviewer-serving-cert"
        called = registered["webhooks"][0]["clientConfig"]["service"]
        assert f"{called['name']}.{called['namespace']}.svc" in certificate["spec"]["dnsNames"]
    pod = rendered.get("Deployment", CONTROLLER)["spec"]["template"]["spec"]
    assert {"name": "cert", "secret": {"secretName": certificate["spec"]["secretName"]}} in pod["volumes"]


def test_nothing_is_registered_where_the_api_server_cannot_reach_a_pod() -> None:
    rendered = volumes(capabilities=NO_WEBHOOKS)
    assert not webhooks(rendered)
    assert CONTROLLER in rendered.names("Deployment")


def test_metrics_are_shown_by_a_proxy_that_asks_who_reads_them() -> None:
    found = containers(by_default(), CONTROLLER)
    assert "--metrics-bind-address=127.0.0.1:8080" in found["manager"]["args"]
    assert "--upstream=http://127.0.0.1:8080/" in found["kube-rbac-proxy"]["args"]
    assert ("tokenreviews", "create") in granted(by_default(), CONTROLLER)


def test_without_metrics_there_is_neither_proxy_nor_its_rights() -> None:
    rendered = volumes(viewerController={"metrics": False})
    assert set(containers(rendered, CONTROLLER)) == {"manager"}
    assert "--metrics-bind-address=0" in containers(rendered, CONTROLLER)["manager"]["args"]
    assert ("tokenreviews", "create") not in granted(rendered, CONTROLLER)
    assert f"{CONTROLLER}-metrics-service" not in rendered.names("Service")
    (rule,) = rendered.get("NetworkPolicy", "pvcviewer-webhook")["spec"]["ingress"]
    assert [one["port"] for one in rule["ports"]] == [9443]


def test_people_reach_the_web_app_through_the_gateway_and_no_other_way() -> None:
    rendered = by_default()
    (http,) = rendered.get("VirtualService", "volumes-web-app-volumes-web-app")["spec"]["http"]
    assert http["match"] == [{"uri": {"prefix": "/volumes/"}}]
    assert http["route"][0]["destination"]["host"] == "volumes-web-app-service.kubeflow.svc.cluster.local"
    (rule,) = rendered.get("AuthorizationPolicy", "volumes-web-app")["spec"]["rules"]
    assert rule == {"from": [{"source": {"principals": ["cluster.local/ns/istio-system/sa/gateway"]}}]}
    (item,) = with_offer()[1].menu
    assert (item.kind, item.link) == ("menu", "/volumes/")


def test_settings_of_the_web_app_reach_its_variables() -> None:
    rendered = volumes(webApp={"secureCookies": False, "metrics": False, "logLevel": "debug"})
    found = {one["name"]: one["value"] for one in containers(rendered, WEB_APP)["volumes-web-app"]["env"]}
    assert (found["APP_SECURE_COOKIES"], found["METRICS"], found["LOG_LEVEL_DEBUG"]) == ("false", "", "true")
    assert found["APP_PREFIX"] == "/volumes"


def test_the_image_of_the_viewer_counts_among_those_that_are_pulled() -> None:
    assert "example.com/files:1" in with_offer(viewer={"image": "example.com/files:1"})[1].images


# What the sources of v1.11.0 do with the API, call by call.
CALLS: Mapping[str, set[tuple[str, str]]] = {
    CONTROLLER: {
        *(("pvcviewers", verb) for verb in ("get", "list", "watch")),
        ("pvcviewers/status", "update"),
        ("pvcviewers/finalizers", "update"),
        *(
            (resource, verb)
            for resource in ("deployments", "services", "virtualservices")
            for verb in ("get", "list", "watch", "create", "update")
        ),
        *((one, verb) for one in ("persistentvolumeclaims", "pods") for verb in ("get", "list", "watch")),
        ("leases", "create"),
        *(("events", verb) for verb in ("create", "patch")),
        ("tokenreviews", "create"),
        ("subjectaccessreviews", "create"),
    },
    "volumes-web-app-service-account": {
        ("subjectaccessreviews", "create"),
        *(("persistentvolumeclaims", verb) for verb in ("get", "list", "create", "delete")),
        *(("pvcviewers", verb) for verb in ("list", "create", "delete")),
        *((resource, "list") for resource in ("events", "notebooks", "pods", "storageclasses")),
    },
}


def granted(rendered: Rendered, account: str) -> set[tuple[str, str]]:
    return {
        (resource, verb)
        for rule in rules(rendered, account)
        if "resourceNames" not in rule
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.mark.parametrize("account", CALLS)
def test_each_program_may_do_what_its_source_does_and_no_more(account: str) -> None:
    assert granted(by_default(), account) == CALLS[account]


def test_the_controller_may_hold_its_own_lock_only() -> None:
    named = [rule for rule in rules(by_default(), CONTROLLER) if "resourceNames" in rule]
    assert [(rule["resources"], rule["resourceNames"]) for rule in named] == [
        (["leases"], ["57a72bdf.kubeflow.org"])
    ]


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a level that its flag lacks": (
        {"viewerController": {"logLevel": "warn"}},
        ("viewerController.logLevel", "'warn'", "'debug'"),
    ),
    "an image that moves": ({"viewer": {"image": "files:latest"}}, ("viewer.image", "'latest'")),
    "a time without a unit": ({"viewer": {"timeout": "30"}}, ("viewer.timeout", "'30'")),
    "a viewer that runs as root": ({"viewer": {"user": 0}}, ("viewer.user", "0", "at least 1")),
    "an account that cannot be one": ({"viewer": {"serviceAccount": "A B"}}, ("serviceAccount", "'A B'")),
    "a misspelt key": ({"viewer": {"readonly": True}}, ("viewer.readonly", "Did you mean 'readOnly'?")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_settings_are_refused_with(what: str) -> None:
    settings, words = REFUSED[what]
    with pytest.raises(ValidationError) as refused:
        VolumesSettings.model_validate(settings)
    error = str(explain(refused.value, VolumesSettings))
    assert [word for word in words if word not in error] == []
