"""What notebooks' programs may do, held against what their sources do, and what a team's members may."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from tests.support.render import MINIMAL, Rendered, render

CONTROLLER = "notebook-controller-service-account"
WEB_APP = "jupyter-web-app-service-account"


@pytest.fixture(scope="module")
def platform() -> Rendered:
    return render(MINIMAL)


def rules(rendered: Rendered, account: str) -> Iterator[Mapping[str, Any]]:
    """Every rule that is bound to a service account."""
    for binding in (*rendered.of("ClusterRoleBinding"), *rendered.of("RoleBinding")):
        if any(subject["name"] == account for subject in binding["subjects"]):
            role = binding["roleRef"]
            yield from rendered.get(role["kind"], role["name"])["rules"]


def may(given: Iterable[Mapping[str, Any]], verb: str, resource: str, name: str = "") -> bool:
    """Whether rules allow a verb on `resource.group`; `name` is that of the object where it is known."""
    resource, _, group = resource.partition(".")
    return any(
        group in rule["apiGroups"]
        and resource in rule["resources"]
        and verb in rule["verbs"]
        and ("resourceNames" not in rule or name in rule["resourceNames"])
        for rule in given
    )


# What the sources of v1.11.0 do with the API, call by call.
CONTROLLER_CALLS = [
    *((verb, "notebooks.kubeflow.org") for verb in ("get", "list", "watch", "update")),
    ("update", "notebooks/status.kubeflow.org"),
    ("update", "notebooks/finalizers.kubeflow.org"),
    *(
        (verb, resource)
        for resource in ("statefulsets.apps", "services", "virtualservices.networking.istio.io")
        for verb in ("get", "list", "watch", "create", "update")
    ),
    *((verb, "pods") for verb in ("get", "list", "watch")),
    *((verb, "events") for verb in ("get", "list", "watch", "create", "patch")),
    ("create", "configmaps"),
    ("create", "leases.coordination.k8s.io"),
]
WEB_APP_CALLS = [
    ("create", "subjectaccessreviews.authorization.k8s.io"),
    *((verb, "notebooks.kubeflow.org") for verb in ("get", "list", "create", "delete", "patch")),
    ("list", "poddefaults.kubeflow.org"),
    ("list", "persistentvolumeclaims"),
    ("create", "persistentvolumeclaims"),
    ("list", "events"),
    ("list", "nodes"),
    ("list", "pods"),
    ("get", "pods/log"),
    ("list", "storageclasses.storage.k8s.io"),
]


@pytest.mark.parametrize(("account", "calls"), [(CONTROLLER, CONTROLLER_CALLS), (WEB_APP, WEB_APP_CALLS)])
def test_each_program_may_do_what_its_source_does(
    platform: Rendered, account: str, calls: list[tuple[str, str]]
) -> None:
    granted = list(rules(platform, account))
    assert [call for call in calls if not may(granted, *call)] == []


@pytest.mark.parametrize(("account", "calls"), [(CONTROLLER, CONTROLLER_CALLS), (WEB_APP, WEB_APP_CALLS)])
def test_no_program_may_do_more_than_its_source_does(
    platform: Rendered, account: str, calls: list[tuple[str, str]]
) -> None:
    granted = {
        (verb, f"{resource}.{group}".removesuffix("."))
        for rule in rules(platform, account)
        if "resourceNames" not in rule
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted - set(calls) == set()


@pytest.mark.parametrize("resource", ["configmaps", "leases.coordination.k8s.io"])
def test_the_controller_may_hold_its_own_lock_and_read_no_other(platform: Rendered, resource: str) -> None:
    granted = list(rules(platform, CONTROLLER))
    for verb in ("get", "update"):
        assert may(granted, verb, resource, "kubeflow-notebook-controller")
        assert not may(granted, verb, resource, "dashboard-config")


@pytest.mark.parametrize(("role", "verb", "allowed"), [("edit", "create", True), ("view", "create", False)])
def test_a_member_of_a_team_may_do_with_notebooks_what_the_role_says(
    platform: Rendered, role: str, verb: str, allowed: bool
) -> None:
    label = f"rbac.authorization.kubeflow.org/aggregate-to-kubeflow-{role}"
    collected = [
        rule
        for one in platform.of("ClusterRole")
        if one["metadata"]["labels"].get(label) == "true"
        for rule in one.get("rules", [])
    ]
    assert may(collected, verb, "notebooks.kubeflow.org") is allowed
    assert may(collected, "list", "notebooks.kubeflow.org")
