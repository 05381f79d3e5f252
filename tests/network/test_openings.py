"""Whoever has to be reached is, by those who need it, and by nobody else."""

import copy
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from tests.network.evaluator import Endpoint, Network
from tests.network.needs import Need, needs
from tests.network.scene import (
    API_SERVER,
    GATEWAY,
    ISTIOD,
    PROMETHEUS,
    STRANGER,
    TEAMS,
    UNUSED,
    endpoints,
    network,
    notebook,
    platform,
    run,
)
from tests.support.pods import Object, entries

# What looks like an address and is none.
NO_ADDRESS = {("kubeflow/katib-db-manager", "kubeflow/mysql"): "DB_NAME: the kind of its database"}
# Kubeflow's namespaces, those of the login, those of teams, and that of jobs that fetch models.
OURS = ("kubeflow", "kubeflow-system", "auth", "oauth2-proxy", "kserve-localmodel-jobs", *TEAMS)
DNS, DNS_PORT = Endpoint("a server of names", "kube-system", {"k8s-app": "kube-dns"}), 53

NOTEBOOK, OTHER_NOTEBOOK = notebook("team-a"), notebook("team-b")


@cache
def here(*, watched: bool = True) -> Network:
    return network(platform(watched=watched).objects)


@cache
def wanted(*, watched: bool = True) -> tuple[Need, ...]:
    found = needs(platform(watched=watched).objects, watched=watched)
    return tuple(one for one in found if (one.source.name, one.target.name) not in NO_ADDRESS)


@cache
def everybody() -> dict[str, Endpoint]:
    return {one.name: one for one in (*endpoints(platform().objects), API_SERVER)}


def refused(there: Network, these: Sequence[Need]) -> list[str]:
    return [str(one) for one in these if not there.allows(one.source, one.target, one.port)]


def who(source: Endpoint) -> str:
    """Whom a policy can tell apart: it does not know which of its pods a team calls from."""
    return source.namespace if source.namespace in TEAMS else source.name


def surplus(there: Network, *, watched: bool = True) -> list[str]:
    """What is open and nobody needs, from pods; ports that are open to everybody are the API server's."""
    known = {(who(one.source), one.target.name, one.port) for one in wanted(watched=watched)}
    spaces = {(one.source.name, one.target.namespace) for one in wanted(watched=watched)}
    found: list[str] = []
    for target in everybody().values():
        if target.namespace not in OURS:
            continue
        for port in (*target.ports.values(), UNUSED):
            if there.allows(API_SERVER, target, port):
                if (API_SERVER.name, target.name, port) not in known:
                    found.append(f"anybody reaches {target.name} at {port}")
                continue
            for source in everybody().values():
                inside = source.namespace == target.namespace and target.namespace in TEAMS
                # A team's programs are started by the team, which chooses their labels and ports.
                chosen = target.namespace in TEAMS and (source.name, target.namespace) in spaces
                needed = inside or chosen or (who(source), target.name, port) in known
                if source != target and not needed and there.allows(source, target, port):
                    found.append(f"{source.name} reaches {target.name} at {port}")
    return found


@pytest.mark.parametrize("watched", [True, False])
def test_every_address_that_anything_names_is_open_to_whoever_reads_it(watched: bool) -> None:
    assert len(wanted(watched=watched)) > 80
    assert refused(here(watched=watched), wanted(watched=watched)) == []


def test_every_exception_is_still_named() -> None:
    found = {(one.source.name, one.target.name) for one in needs(platform().objects)}
    assert set(NO_ADDRESS) <= found


@pytest.mark.parametrize("watched", [True, False])
def test_nothing_is_open_that_nobody_needs(watched: bool) -> None:
    assert surplus(here(watched=watched), watched=watched) == []


def _named(policy: Object) -> str:
    return f"{policy['metadata']['namespace']}/{policy['metadata']['name']}"


def changed(policy: str, spec: dict[str, Any]) -> Network:
    """The platform with other fields in the specification of one policy."""
    there = here()
    assert [one for one in there.policies if _named(one) == policy], policy
    written = [
        {**one, "spec": {**one["spec"], **spec}} if _named(one) == policy else one for one in there.policies
    ]
    return Network(tuple(written), there.namespaces)


def _rules() -> list[tuple[str, int, int]]:
    """Policy, rule and caller of each opening; -1 where a rule is for anyone."""
    return [
        (_named(policy), number, peer)
        for policy in here().policies
        for number, rule in enumerate(entries(policy["spec"], "ingress"))
        for peer in (range(len(rule["from"])) if "from" in rule else (-1,))
    ]


def test_each_caller_of_each_opening_is_one_that_somebody_would_miss() -> None:
    needless: list[str] = []
    rules = {_named(policy): policy["spec"].get("ingress", []) for policy in here().policies}
    for policy, number, peer in _rules():
        if policy in {f"{team}/team-isolation" for team in TEAMS} and peer == 0:
            continue  # the team itself
        left = copy.deepcopy(rules[policy])
        if peer == -1 or len(left[number]["from"]) == 1:
            del left[number]
        else:
            del left[number]["from"][peer]
        near = [one for one in wanted() if one.target.namespace == policy.partition("/")[0]]
        if not refused(changed(policy, {"ingress": left}), near):
            needless.append(f"{policy}: {rules[policy][number]} from {peer}")
    assert needless == []


def test_an_opening_that_is_missing_is_found() -> None:
    closed = changed("kubeflow/mysql", {"ingress": []})
    lost = {one.partition(" (")[0] for one in refused(closed, wanted())}
    users = ("ml-pipeline", "cache-server", "metadata-grpc-deployment", "mysql-backup", "mysql-restore")
    assert lost == {f"kubeflow/{user} reaches kubeflow/mysql at 3306" for user in users}


def test_an_opening_that_is_too_wide_is_found() -> None:
    assert surplus(changed("kubeflow/mysql", {"ingress": [{"ports": [{"port": 3306}]}]})) == [
        "anybody reaches kubeflow/mysql at 3306"
    ]
    same: dict[str, Any] = {"from": [{"podSelector": {}}]}
    found = surplus(changed("kubeflow/default-deny", {"ingress": [same]}))
    assert "kubeflow/dashboard reaches kubeflow/mysql at 3306" in found
    others = {
        "from": [{"namespaceSelector": {"matchLabels": {"app.kubernetes.io/part-of": "kubeflow-profile"}}}]
    }
    assert f"{OTHER_NOTEBOOK.name} reaches {NOTEBOOK.name} at 8888" in surplus(
        changed("team-a/team-isolation", {"ingress": [others]})
    )


@pytest.mark.parametrize(
    ("source", "target", "port"),
    [
        (NOTEBOOK.name, "kubeflow/mysql", 3306),
        (run("team-a").name, "kubeflow/katib-mysql", 3306),
        (NOTEBOOK.name, OTHER_NOTEBOOK.name, 8888),
        (run("team-a").name, "team-b/ml-pipeline-ui-artifact", 3000),
        (NOTEBOOK.name, "kubeflow/dashboard", 8082),
        (NOTEBOOK.name, "kubeflow/profiles-deployment", 8081),
        (NOTEBOOK.name, "kubeflow/ml-pipeline-visualizationserver", 8888),
        (NOTEBOOK.name, "auth/dex", 5556),
        ("kubeflow/dashboard", "kubeflow/mysql", 3306),
        ("kubeflow/ml-pipeline-ui", "kubeflow/mysql", 3306),
        ("kubeflow/metadata-writer", "kubeflow/mysql", 3306),
        ("kubeflow/katib-controller", "kubeflow/katib-mysql", 3306),
        ("kubeflow/mysql-backup", "kubeflow/katib-mysql", 3306),
        ("kubeflow/model-registry-ui", "kubeflow/model-registry-db", 5432),
        ("kubeflow/jupyter-web-app-deployment", NOTEBOOK.name, 8888),
        ("kubeflow/workflow-controller", "kubeflow/seaweedfs", 8333),
        (GATEWAY.name, "kubeflow/mysql", 3306),
        (GATEWAY.name, "kubeflow/ml-pipeline", 8888),
        (GATEWAY.name, "kubeflow/profiles-deployment", 8081),
        (ISTIOD.name, "oauth2-proxy/oauth2-proxy", 4180),
        (PROMETHEUS.name, "kubeflow/mysql", 3306),
        (PROMETHEUS.name, "kubeflow/dashboard", 8082),
        (STRANGER.name, "kubeflow/ml-pipeline-ui", 3000),
        (STRANGER.name, NOTEBOOK.name, 8888),
    ],
)
def test_who_has_no_business_there_is_refused(source: str, target: str, port: int) -> None:
    assert port in everybody()[target].ports.values()
    assert not here().allows(everybody()[source], everybody()[target], port)


@pytest.mark.parametrize("watched", [True, False])
def test_of_the_controllers_of_kubeflow_system_nobody_reaches_more_than_webhooks(watched: bool) -> None:
    there = here(watched=watched)
    for name in ("jobset-controller-manager", "kubeflow-trainer-controller-manager"):
        target = everybody()[f"kubeflow-system/{name}"]
        for source in everybody().values():
            open_to = {port for port in target.ports.values() if there.allows(source, target, port)}
            allowed = {9443}
            allowed |= {8443} if source == PROMETHEUS and watched else set()
            # Jobs report their progress, where that is on.
            allowed |= {10443} if source.namespace in TEAMS and "trainer" in name else set()
            assert open_to <= allowed, source.name


def test_metrics_are_for_a_monitoring_that_the_stack_knows() -> None:
    target = everybody()["kubeflow/katib-controller"]
    assert here().allows(PROMETHEUS, target, 8080)
    assert not here().allows(STRANGER, target, 8080)
    assert not here(watched=False).allows(PROMETHEUS, target, 8080)
    assert not here(watched=False).allows(PROMETHEUS, everybody()["kubeflow/dashboard"], 15020)


@pytest.mark.parametrize("name", ["mysql", "seaweedfs", "katib-mysql", "model-registry-db"])
def test_a_server_of_data_opens_no_connection_but_those_of_its_sidecar(name: str) -> None:
    server = everybody()[f"kubeflow/{name}"]
    assert here().allows(server, DNS, DNS_PORT, "UDP") is server.meshed
    assert here().allows(server, ISTIOD, 15012) is server.meshed
    others = [one for one in everybody().values() if one not in (server, API_SERVER)]
    assert not [one.name for one in others for port in (443, 8080) if here().allows(server, one, port)]
    assert not here().allows(server, Endpoint("the node's metadata", address="169.254.169.254"), 80)
    assert not here().allows(server, API_SERVER, 443)


def test_every_namespace_of_the_platform_is_closed() -> None:
    for space in OURS:
        anyone = Endpoint("a pod that nothing is said of", space, {"app": "new"}, {"http": 8080})
        assert not here().allows(STRANGER, anyone, 8080), space
        assert not here().allows(API_SERVER, anyone, 8080), space


def test_no_program_has_two_policies_and_each_namespace_is_closed_by_one() -> None:
    chosen = [(one["metadata"]["namespace"], repr(one["spec"]["podSelector"])) for one in here().policies]
    assert sorted(set(chosen)) == sorted(chosen)
