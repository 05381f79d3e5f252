"""The access rules of the whole platform on a real API server."""

from collections.abc import Generator

import pytest

from simulator import cluster as simulated
from tests.audit.server import Server
from tests.support.cluster import SYSTEM, TestCluster, inputs
from tests.support.everything import everything

ACCESS = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
# What admission of a pod looks up beside its account.
LOOKED_UP = ("PriorityClass",)

# A team's namespace, and one that nobody on the platform has anything to do with.
TEAM, ELSEWHERE = "team-of-the-audit", "elsewhere"
# Accounts of a team's namespace by the role that they have there: kubeflow/dashboard, profile-controller.
PEOPLE = {"edit": "default-editor", "view": "default-viewer"}


@pytest.fixture(scope="package")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestCluster]:
    """A cluster of the audit's own with every namespace, account and right of the platform, and a team.

    Emptying a shared one again would take longer than making this.
    """
    rendered = everything()
    namespaces = [one for one in rendered.objects if one["kind"] == "Namespace"]
    objects = [one for one in rendered.objects if one["kind"] in (*ACCESS, *LOOKED_UP)]
    directory = tmp_path_factory.mktemp("audit") / "cluster"
    try:
        simulated.create(directory, inputs(SYSTEM))
        cluster = TestCluster(directory, str(directory / "kubeconfig.yaml"))
        cluster.apply(*namespaces, _object("Namespace", TEAM), _object("Namespace", ELSEWHERE))
        cluster.apply(*objects, *(one for role in PEOPLE for one in _person(role)))
        yield cluster
    finally:
        simulated.delete(directory)


@pytest.fixture(scope="package")
def server(audited: TestCluster) -> Server:
    """The API server of that cluster, asked as its administrator."""
    return Server.of(audited.kubeconfig)


def _person(role: str) -> Generator[dict[str, object]]:
    """An account of a team and its rights, by the names that the profile controller gives them."""
    account = PEOPLE[role]
    yield _object("ServiceAccount", account, TEAM)
    yield {
        **_object("RoleBinding", account, TEAM, "rbac.authorization.k8s.io/v1"),
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": f"kubeflow-{role}",
        },
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": TEAM}],
    }


def _object(kind: str, name: str, namespace: str = "", api: str = "v1") -> dict[str, object]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata}
