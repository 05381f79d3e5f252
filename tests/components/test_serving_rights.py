"""What serving's programs may do: enough for their work, nothing that no code of theirs does."""

import pytest

from tests.components.test_serving import serve
from tests.components.test_serving_local_models import CACHE
from tests.reference.facts import rights
from tests.support.render import Rendered

TEAMS = ("kubeflow-kserve-edit", "kubeflow-kserve-view")


def may(rendered: Rendered, role: str) -> set[tuple[str, str, str]]:
    return rights(rendered.get("ClusterRole", role))


def test_no_role_grants_everything() -> None:
    rendered = serve(localModels=CACHE)
    for kind in ("ClusterRole", "Role"):
        for role in rendered.of(kind):
            assert not [right for right in rights(role) if "*" in right], role["metadata"]["name"]


def test_the_controller_reads_runtimes_and_never_writes_them() -> None:
    found = may(serve(), "kserve-manager-role")
    for resource in ("clusterservingruntimes", "servingruntimes", "clusterstoragecontainers"):
        verbs = {verb for group, name, verb in found if (group, name) == ("serving.kserve.io", resource)}
        assert verbs == {"get", "list", "watch"}


def test_the_controller_cannot_change_webhooks_and_reads_secrets_one_by_one() -> None:
    found = may(serve(), "kserve-manager-role")
    assert not [right for right in found if right[0] == "admissionregistration.k8s.io"]
    assert {verb for group, name, verb in found if (group, name) == ("", "secrets")} == {"get"}


def test_the_lock_of_the_controller_is_its_own_lease_and_nothing_else() -> None:
    rules = serve().get("Role", "kserve-leader-election-role")["rules"]
    named = [rule for rule in rules if rule["verbs"] != ["create"]]
    assert [rule["resourceNames"] for rule in named] == [["kserve-controller-manager-leader-lock"]]
    assert {resource for rule in rules for resource in rule["resources"]} == {"leases"}


def test_a_scheduler_gets_no_right_that_its_controller_lacks() -> None:
    """Kubernetes lets nobody grant what he may not do: here the scheduler's role, and auth-delegator."""
    found = may(serve(), "kserve-llmisvc-manager-role")
    granted = {
        ("", "pods"): ("get", "list", "watch"),
        ("inference.networking.k8s.io", "inferencepools"): ("get", "list", "watch"),
        ("inference.networking.x-k8s.io", "inferencemodelrewrites"): ("get", "list", "watch"),
        ("discovery.k8s.io", "endpointslices"): ("get", "list", "watch"),
        ("coordination.k8s.io", "leases"): ("get", "list", "watch", "create", "update", "patch", "delete"),
        ("authentication.k8s.io", "tokenreviews"): ("create",),
        ("authorization.k8s.io", "subjectaccessreviews"): ("create",),
    }
    for (group, resource), verbs in granted.items():
        assert {(group, resource, verb) for verb in verbs} <= found


@pytest.mark.parametrize("role", TEAMS)
def test_members_of_a_team_work_with_every_kind_of_service(role: str) -> None:
    found = may(serve(), role)
    kinds = {name for group, name, verb in found if group == "serving.kserve.io" and verb == "list"}
    assert kinds == {
        "inferencegraphs",
        "inferenceservices",
        "llminferenceserviceconfigs",
        "llminferenceservices",
        "servingruntimes",
        "trainedmodels",
    }
    writes = {verb for _, name, verb in found if name == "inferenceservices"} - {"get", "list", "watch"}
    assert bool(writes) == (role == "kubeflow-kserve-edit")


def test_rights_of_members_reach_them_by_the_roles_that_collect_them() -> None:
    rendered = serve()

    def labels(name: str) -> dict[str, str]:
        return rendered.get("ClusterRole", name)["metadata"]["labels"]

    aggregate = "rbac.authorization.kubeflow.org/aggregate-to-kubeflow"
    assert labels("kubeflow-kserve-edit")[f"{aggregate}-edit"] == "true"
    assert labels("kubeflow-kserve-view")[f"{aggregate}-view"] == "true"
    admin = rendered.get("ClusterRole", "kubeflow-kserve-admin")
    (selector,) = admin["aggregationRule"]["clusterRoleSelectors"]
    assert selector["matchLabels"].items() <= labels("kubeflow-kserve-edit").items()
    assert "rules" not in admin


def test_the_web_app_has_the_rights_of_its_requests() -> None:
    found = may(serve(), "kserve-models-web-application-cluster-role")
    writes = {right for right in found if right[2] not in ("get", "list")}
    assert writes == {
        ("authorization.k8s.io", "subjectaccessreviews", "create"),
        ("serving.kserve.io", "trainedmodels", "create"),
        *(
            ("serving.kserve.io", resource, verb)
            for resource in ("inferencegraphs", "inferenceservices")
            for verb in ("create", "delete", "update")
        ),
    }
    assert ("apps", "deployments", "get") in found
