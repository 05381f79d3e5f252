"""Pipelines: in which order programs start, what they may do, and the shape that all of them share."""

import pytest

from tests.support.pipelines import by_default, changed
from tests.support.render import Object, Rendered

API = "ml-pipeline"


def test_the_cache_is_asked_only_where_the_cluster_reaches_webhooks() -> None:
    (hook,) = by_default().get("MutatingWebhookConfiguration", "cache-webhook-kubeflow")["webhooks"]
    assert hook["failurePolicy"] == "Ignore"
    # The version that the program answers in.
    assert hook["admissionReviewVersions"] == ["v1beta1"]
    assert not changed().of("MutatingWebhookConfiguration")


def creation(rendered: Rendered, kind: str, name: str) -> int:
    return rendered.objects.index(rendered.get(kind, name))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("mysql", API),
        ("seaweedfs", API),
        ("mysql", "metadata-grpc-deployment"),
        ("mysql", "cache-server"),
        ("metadata-grpc-deployment", "metadata-writer"),
        (API, "ml-pipeline-persistenceagent"),
        (API, "ml-pipeline-scheduledworkflow"),
        (API, "ml-pipeline-ui"),
    ],
)
def test_a_program_starts_after_what_it_calls(first: str, then: str) -> None:
    assert creation(by_default(), "Deployment", first) < creation(by_default(), "Deployment", then)


def test_the_workflow_controller_starts_after_every_type_that_it_watches() -> None:
    controller = creation(by_default(), "Deployment", "workflow-controller")
    types = [
        one for one in by_default().of("CustomResourceDefinition") if one["spec"]["group"] == "argoproj.io"
    ]
    watched = [one for one in types if one["metadata"]["name"] != "workfloweventbindings.argoproj.io"]
    assert len(watched) == 7
    assert all(by_default().objects.index(one) < controller for one in watched)


def rules(rendered: Rendered, *names: str) -> list[Object]:
    return [rule for name in names for rule in rendered.get("ClusterRole", name)["rules"]]


def test_the_pages_read_no_secrets_while_teams_read_their_artifacts_themselves() -> None:
    found = [rule for rule in rules(by_default(), "ml-pipeline-ui") if "secrets" in rule["resources"]]
    assert not found
    assert "ml-pipeline-ui-artifacts" not in by_default().names("ClusterRole")
    assert rules(changed(), "ml-pipeline-ui-artifacts")[0]["resources"] == ["secrets"]


def test_no_program_of_pipelines_may_do_everything_with_anything() -> None:
    for role in [*by_default().of("ClusterRole"), *by_default().of("Role")]:
        if role["metadata"]["name"].startswith("aggregate-to-"):
            continue
        for rule in role.get("rules", []):
            assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]], role["metadata"]


def test_every_pod_is_ready_when_its_program_is_and_writes_nowhere_but_where_it_must() -> None:
    for deployment in by_default().of("Deployment"):
        for one in deployment["spec"]["template"]["spec"]["containers"]:
            assert "readinessProbe" in one, deployment["metadata"]["name"]
            assert one["securityContext"]["readOnlyRootFilesystem"] is True
            assert one["resources"]["requests"]


def test_the_menu_has_a_section_with_every_page() -> None:
    menu = [item for item in by_default().outputs["pipelines"].menu if item.kind == "menu"]
    assert {item.section for item in menu} == {"Pipelines"}
    assert [item.link.rpartition("/")[2] for item in menu] == [
        "pipelines",
        "experiments",
        "runs",
        "recurringruns",
        "artifacts",
        "executions",
    ]
