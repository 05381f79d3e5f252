"""Each service account may do what its program does, and none may do what would give it the cluster.

The accounts ask for themselves, with tokens that the API server issues for them.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.audit.conftest import ELSEWHERE, PEOPLE, TEAM
from tests.audit.rights import EVERYWHERE, Account, Action, actions, actions_of_programs, table, wildcards
from tests.audit.server import Server
from tests.support.cluster import TestCluster
from tests.support.everything import everything

pytestmark = pytest.mark.engine

ACTIONS = actions_of_programs()
FORBIDDEN: Mapping[str, Mapping[str, Sequence[str]]] = table("forbidden.yaml")["forbidden"]
EXCEPTIONS: Sequence[Mapping[str, Any]] = table("forbidden.yaml")["exceptions"]
WILDCARDS: Sequence[Mapping[str, Any]] = table("forbidden.yaml")["wildcards"]
RBAC = "rbac.authorization.k8s.io"


def listed(places: Mapping[str, Sequence[str]]) -> list[Action]:
    return [one for namespace, lines in places.items() for one in actions(namespace, lines)]


def forbidden_to(account: Account) -> set[str]:
    """What of the list of forbidden things an account may do any part of."""
    return {name for name, places in FORBIDDEN.items() if account.allowed(listed(places))}


@pytest.fixture(scope="module")
def accounts(server: Server) -> Mapping[str, Account]:
    """Every account of the platform, and the two of a team, by `<namespace>/<name>`."""
    made = [one["metadata"] for one in everything().of("ServiceAccount")]
    places = [(one["namespace"], one["name"]) for one in made] + [(TEAM, name) for name in PEOPLE.values()]
    return {"/".join(place): Account.of(server, *place) for place in places}


def test_every_account_stands_in_the_table() -> None:
    made = [one["metadata"] for one in everything().of("ServiceAccount")]
    assert {f"{one['namespace']}/{one['name']}" for one in made} == set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_account_may_do_what_its_program_does(accounts: Mapping[str, Account], name: str) -> None:
    assert accounts[name].refused(listed(ACTIONS[name])) == []


def test_an_account_without_rights_has_those_of_everybody_only(
    accounts: Mapping[str, Account], server: Server
) -> None:
    def rules(account: Account) -> list[str]:
        return sorted(map(str, account.rules("kubeflow")))

    anybody = rules(Account.of(server, ELSEWHERE, "default"))
    silent = [name for name, places in ACTIONS.items() if not places]
    assert len(silent) > 5
    assert [name for name in silent if rules(accounts[name]) != anybody] == []
    assert rules(accounts["kubeflow/dashboard"]) != anybody


def test_no_account_may_do_what_is_forbidden_unless_it_is_an_exception(
    accounts: Mapping[str, Account],
) -> None:
    found = {(name, thing) for name, one in accounts.items() for thing in forbidden_to(one)}
    reasons = {(entry["of"], thing) for entry in EXCEPTIONS for thing in entry["may"]}
    unnamed = sorted(one for one in found if not any(_covers(reason, one) for reason in reasons))
    stale = sorted(reason for reason in reasons if not any(_covers(reason, one) for one in found))
    assert (unnamed, stale) == ([], [])


def test_no_account_has_a_rule_of_wildcards_unless_it_is_an_exception(
    accounts: Mapping[str, Account],
) -> None:
    found = {
        (name, rule)
        for name, one in accounts.items()
        for namespace in (one.namespace, ELSEWHERE)
        for rule in wildcards(one.rules(namespace))
    }
    reasons = {(entry["of"], rule) for entry in WILDCARDS for rule in entry["rules"]}
    unnamed = sorted(one for one in found if not any(_matches(reason, one) for reason in reasons))
    stale = sorted(reason for reason in reasons if not any(_matches(reason, one) for one in found))
    assert (unnamed, stale) == ([], [])


def _covers(reason: tuple[str, str], found: tuple[str, str]) -> bool:
    return fnmatchcase(found[0], reason[0]) and found[1] == reason[1]


def _matches(reason: tuple[str, str], found: tuple[str, str]) -> bool:
    return fnmatchcase(found[0], reason[0]) and fnmatchcase(found[1], reason[1])


def test_every_exception_names_what_is_forbidden_and_its_reason() -> None:
    for entry in EXCEPTIONS:
        assert set(entry) == {"of", "may", "reason"}
        assert set(entry["may"]) <= set(FORBIDDEN), entry
    for entry in (*EXCEPTIONS, *WILDCARDS):
        assert len(entry["reason"]) > 40, entry


def test_members_of_a_team_have_rights_in_it_and_nowhere_else(accounts: Mapping[str, Account]) -> None:
    work = ["create,delete notebooks.kubeflow.org,experiments.kubeflow.org,trainjobs.trainer.kubeflow.org"]
    look = ["get,list notebooks.kubeflow.org,experiments.kubeflow.org,trainjobs.trainer.kubeflow.org"]
    editor, viewer = (accounts[f"{TEAM}/{PEOPLE[role]}"] for role in ("edit", "view"))
    assert editor.refused(actions(TEAM, work + look)) == []
    assert viewer.refused(actions(TEAM, look)) == []
    assert viewer.allowed(actions(TEAM, work)) == []
    for one in (editor, viewer):
        assert one.allowed(actions(ELSEWHERE, work + look)) == []
    grants = [f"create,update,patch,delete rolebindings.{RBAC},roles.{RBAC}", "impersonate serviceaccounts"]
    assert editor.allowed(actions(TEAM, grants)) == []


@pytest.fixture
def altered(audited: TestCluster, server: Server, request: pytest.FixtureRequest) -> Iterator[Account]:
    """An account with the rules of Katib's controller, changed as the test's parameter says."""
    rules = copy.deepcopy(everything().get("ClusterRole", "katib-controller")["rules"])
    role, name = {"kind": "ClusterRole", "name": "altered"}, {"name": "altered"}
    account = {"kind": "ServiceAccount", "name": "altered", "namespace": ELSEWHERE}
    api = {"apiVersion": f"{RBAC}/v1"}
    audited.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**name, "namespace": ELSEWHERE}},
        {**api, "kind": "ClusterRole", "metadata": name, "rules": request.param(rules)},
        {
            **api,
            "kind": "ClusterRoleBinding",
            "metadata": name,
            "roleRef": {"apiGroup": RBAC, **role},
            "subjects": [account],
        },
    )
    yield Account.of(server, ELSEWHERE, "altered")
    audited.kubectl("delete", "clusterrolebinding,clusterrole", "altered")


def without_deployments(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in rules if "deployments" not in one["resources"]]


@pytest.mark.parametrize("altered", [without_deployments], indirect=True)
def test_a_role_that_lost_a_rule_is_found(altered: Account) -> None:
    everywhere = {EVERYWHERE: ACTIONS["kubeflow/katib-controller"][EVERYWHERE]}
    refused = altered.refused(listed(everywhere))
    assert {one.resource for one in refused} == {"deployments.apps"}


def widened(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    more: list[dict[str, Any]] = [
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]},
        {"apiGroups": [RBAC], "resources": ["clusterroles"], "verbs": ["escalate"]},
        {"apiGroups": ["example.com"], "resources": ["*"], "verbs": ["get"]},
    ]
    return rules + more


@pytest.mark.parametrize("altered", [widened], indirect=True)
def test_a_role_that_was_widened_is_found(altered: Account, accounts: Mapping[str, Account]) -> None:
    before = accounts["kubeflow/katib-controller"]
    assert forbidden_to(altered) - forbidden_to(before) == {"get-into-pods", "escalate"}
    assert wildcards(altered.rules(ELSEWHERE)) - wildcards(before.rules(ELSEWHERE)) == {"*.example.com"}


def all_rights(_: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"nonResourceURLs": ["*"], "verbs": ["*"]},
    ]


@pytest.mark.parametrize("altered", [all_rights], indirect=True)
def test_an_administrator_may_do_all_that_is_forbidden(altered: Account) -> None:
    assert forbidden_to(altered) == set(FORBIDDEN)
