"""TensorBoards as they reach Kubernetes: the controller, the web app, and what both may do."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from components.contracts import Offer
from components.kubeflow.tensorboards import TensorBoards, TensorBoardsArgs, TensorBoardsSettings
from components.settings_errors import explain
from tests.components.test_notebooks_rights import rules
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered
from tests.support.validation import strict_errors

CONTROLLER = "tensorboard-controller-deployment"
ACCOUNT = "tensorboard-controller-controller-manager"
WEB_APP = "tensorboards-web-app-deployment"
CONFIG = "tensorboard-controller-config"


def tensorboards(**settings: object) -> Rendered:
    """TensorBoards alone, with settings as a stack file has them."""
    return with_offer(**settings)[0]


def with_offer(**settings: object) -> tuple[Rendered, Offer]:
    """The same, and what they tell the platform."""
    offers: list[Offer] = []

    def build(given: Surroundings) -> None:
        args = TensorBoardsArgs(
            settings=TensorBoardsSettings.model_validate(settings),
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=given.identity,
        )
        offers.append(TensorBoards("tensorboards", args).offer)

    return declare(build), offers[0]


@cache
def by_default() -> Rendered:
    return tensorboards()


def template(rendered: Rendered, deployment: str = CONTROLLER) -> Object:
    return rendered.get("Deployment", deployment)["spec"]["template"]


def containers(rendered: Rendered, deployment: str = CONTROLLER) -> Mapping[str, Object]:
    return {one["name"]: one for one in template(rendered, deployment)["spec"]["containers"]}


def test_every_object_is_one_that_an_api_server_takes() -> None:
    wrong = {
        f"{one['kind']} {one['metadata']['name']}": errors
        for one in by_default().objects
        if one["kind"] != "CustomResourceDefinition" and (errors := strict_errors(one))
    }
    assert not wrong


def test_the_controller_starts_after_its_type_its_rights_and_its_configuration() -> None:
    order = [(one["kind"], one["metadata"]["name"]) for one in by_default().objects]
    start = order.index(("Deployment", CONTROLLER))
    for needed in (
        ("CustomResourceDefinition", "tensorboards.tensorboard.kubeflow.org"),
        ("ClusterRoleBinding", "tensorboard-controller-manager-rolebinding"),
        ("RoleBinding", "tensorboard-controller-leader-election-rolebinding"),
        ("ConfigMap", CONFIG),
    ):
        assert order.index(needed) < start


def test_the_controller_knows_image_gateway_and_scheduling() -> None:
    assert by_default().get("ConfigMap", CONFIG)["data"] == {
        "TENSORBOARD_IMAGE": "tensorflow/tensorflow:2.5.1",
        "RWO_PVC_SCHEDULING": "True",
        "ISTIO_GATEWAY": "kubeflow/kubeflow-gateway",
        "ISTIO_HOST": "*",
    }
    assert containers(by_default())["manager"]["envFrom"] == [{"configMapRef": {"name": CONFIG}}]


def test_settings_of_the_servers_reach_the_controller_and_restart_it() -> None:
    rendered, offer = with_offer(server={"image": "example.com/board:2", "sameNode": False})
    data = rendered.get("ConfigMap", CONFIG)["data"]
    assert (data["TENSORBOARD_IMAGE"], data["RWO_PVC_SCHEDULING"]) == ("example.com/board:2", "False")
    assert "example.com/board:2" in offer.images
    digest = "slipway.dev/config-hash"
    before, after = (template(one)["metadata"]["annotations"][digest] for one in (by_default(), rendered))
    assert before != after


def test_a_lone_controller_takes_part_in_leader_election_too() -> None:
    assert "--leader-elect" in containers(by_default())["manager"]["args"]


def test_metrics_are_shown_by_a_proxy_that_asks_who_reads_them() -> None:
    found = containers(by_default())
    assert "--metrics-bind-address=127.0.0.1:8080" in found["manager"]["args"]
    assert "--upstream=http://127.0.0.1:8080/" in found["kube-rbac-proxy"]["args"]
    service = by_default().get("Service", f"{ACCOUNT}-metrics-service")["spec"]
    (port,) = service["ports"]
    assert port["targetPort"] in [one["name"] for one in found["kube-rbac-proxy"]["ports"]]
    assert service["selector"].items() <= template(by_default())["metadata"]["labels"].items()


def test_without_metrics_there_is_neither_proxy_nor_its_rights() -> None:
    rendered = tensorboards(controller={"metrics": False})
    assert set(containers(rendered)) == {"manager"}
    assert "--metrics-bind-address=0" in containers(rendered)["manager"]["args"]
    assert not [one for one in granted(rendered, ACCOUNT) if one[0] == "tokenreviews"]
    assert f"{ACCOUNT}-metrics-service" not in rendered.names("Service")


def test_people_reach_the_web_app_through_the_gateway_and_no_other_way() -> None:
    rendered, offer = with_offer()
    route = rendered.get("VirtualService", "tensorboards-web-app-tensorboards-web-app")["spec"]["http"][0]
    assert route["match"] == [{"uri": {"prefix": "/tensorboards/"}}]
    assert route["route"][0]["destination"]["host"].startswith("tensorboards-web-app-service.kubeflow.")
    (rule,) = rendered.get("AuthorizationPolicy", "tensorboards-web-app")["spec"]["rules"]
    assert rule == {"from": [{"source": {"principals": ["cluster.local/ns/istio-system/sa/gateway"]}}]}
    (item,) = offer.menu
    assert (item.kind, item.link) == ("menu", "/tensorboards/")


def test_settings_of_the_web_app_reach_its_variables() -> None:
    rendered = tensorboards(webApp={"secureCookies": False, "metrics": False})
    program = containers(rendered, WEB_APP)["tensorboards-web-app"]
    found = {one["name"]: one["value"] for one in program["env"]}
    assert (found["APP_SECURE_COOKIES"], found["METRICS"]) == ("false", "")
    assert found["APP_PREFIX"] == "/tensorboards"


# What the sources of v1.11.0 do with the API, call by call.
CALLS: Mapping[str, set[tuple[str, str]]] = {
    ACCOUNT: {
        *(("tensorboards", verb) for verb in ("get", "list", "watch")),
        ("tensorboards/status", "update"),
        ("tensorboards/finalizers", "update"),
        *(
            (resource, verb)
            for resource in ("deployments", "services", "virtualservices")
            for verb in ("get", "list", "watch", "create", "update")
        ),
        *((one, verb) for one in ("persistentvolumeclaims", "pods") for verb in ("get", "list", "watch")),
        ("configmaps", "create"),
        ("leases", "create"),
        *(("events", verb) for verb in ("create", "patch")),
        ("tokenreviews", "create"),
        ("subjectaccessreviews", "create"),
    },
    "tensorboards-web-app-service-account": {
        ("subjectaccessreviews", "create"),
        *(("tensorboards", verb) for verb in ("list", "create", "delete")),
        ("persistentvolumeclaims", "list"),
        ("poddefaults", "list"),
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
    named = [rule for rule in rules(by_default(), ACCOUNT) if "resourceNames" in rule]
    assert {name for rule in named for name in rule["resourceNames"]} == {"kubeflow-tensorboard-controller"}
    assert {verb for rule in named for verb in rule["verbs"]} == {"get", "update"}


@pytest.mark.parametrize(("role", "allowed"), [("edit", True), ("view", False)])
def test_a_member_of_a_team_may_create_servers_or_only_see_them(role: str, allowed: bool) -> None:
    label = f"rbac.authorization.kubeflow.org/aggregate-to-kubeflow-{role}"
    collected = {
        verb
        for one in by_default().of("ClusterRole")
        if one["metadata"]["labels"].get(label) == "true"
        for rule in one["rules"]
        if "tensorboards" in rule["resources"]
        for verb in rule["verbs"]
    }
    assert ("create" in collected) is allowed
    assert "list" in collected


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a level that its flag lacks": (
        {"controller": {"logLevel": "warn"}},
        ("controller.logLevel", "'warn'", "'debug'"),
    ),
    "an image that moves": ({"server": {"image": "board"}}, ("server.image", "'board'", "no tag")),
    "a misspelt key": ({"server": {"samenode": True}}, ("server.samenode", "Did you mean 'sameNode'?")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_settings_are_refused_with(what: str) -> None:
    settings, words = REFUSED[what]
    with pytest.raises(ValidationError) as refused:
        TensorBoardsSettings.model_validate(settings)
    error = str(explain(refused.value, TensorBoardsSettings))
    assert [word for word in words if word not in error] == []
