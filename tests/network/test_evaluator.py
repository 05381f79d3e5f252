"""The evaluator reads policies as Kubernetes does."""

from typing import Any

import pytest

from tests.network.evaluator import Endpoint, Network, selects

SPACES = {"shop": {"kind": "shop"}, "town": {"kind": "town"}}
DB = Endpoint("db", "shop", {"app": "db"}, {"sql": 5432})
TILL = Endpoint("till", "shop", {"app": "till"})
PASSER = Endpoint("passer", "town", {"app": "till"})
OUTSIDE = Endpoint("outside", address="192.0.2.7")
METADATA = Endpoint("metadata", address="169.254.169.254")


def policy(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 # any part of a policy
    return {"metadata": {"namespace": "shop"}, "spec": {"podSelector": {}, **spec}}


def network(*policies: dict[str, Any]) -> Network:
    return Network(policies, SPACES)


def test_a_pod_that_no_policy_selects_is_open() -> None:
    others = policy(podSelector={"matchLabels": {"app": "till"}}, policyTypes=["Ingress"])
    assert network(others).allows(PASSER, DB, 5432)
    assert not network(others).allows(PASSER, TILL, 80)


def test_a_policy_without_rules_lets_nobody_in_and_everybody_out() -> None:
    closed = network(policy(policyTypes=["Ingress"]))
    assert not closed.allows(TILL, DB, 5432)
    assert not closed.allows(OUTSIDE, DB, 5432)
    assert closed.allows(DB, PASSER, 80)


def test_policies_add_up() -> None:
    rule = {"from": [{"podSelector": {"matchLabels": {"app": "till"}}}], "ports": [{"port": 5432}]}
    both = network(policy(policyTypes=["Ingress"]), policy(ingress=[rule]))
    assert both.allows(TILL, DB, 5432)
    assert not both.allows(TILL, DB, 5433)


PEERS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"podSelector": {}}, ("till",)),
    ({"namespaceSelector": {}}, ("till", "passer")),
    ({"namespaceSelector": {"matchLabels": {"kind": "town"}}}, ("passer",)),
    ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "other"}}}, ()),
    ({"ipBlock": {"cidr": "192.0.2.0/24"}}, ("outside",)),
    ({"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.7/32"]}}, ()),
]


@pytest.mark.parametrize(("peer", "let_in"), PEERS)
def test_a_peer_is_who_it_says(peer: dict[str, Any], let_in: tuple[str, ...]) -> None:
    found = network(policy(ingress=[{"from": [peer]}]))
    assert tuple(one.name for one in (TILL, PASSER, OUTSIDE) if found.allows(one, DB, 5432)) == let_in


def test_a_port_by_its_name_is_the_one_of_the_pod() -> None:
    named = network(policy(ingress=[{"ports": [{"port": "sql"}]}]))
    assert named.allows(OUTSIDE, DB, 5432)
    assert not named.allows(OUTSIDE, DB, 80)
    assert not named.allows(OUTSIDE, TILL, 5432)


def test_a_port_is_of_one_protocol_and_may_be_a_range() -> None:
    ranged = network(policy(ingress=[{"ports": [{"port": 80, "endPort": 90, "protocol": "UDP"}]}]))
    assert ranged.allows(OUTSIDE, DB, 90, "UDP")
    assert not ranged.allows(OUTSIDE, DB, 90)
    assert not ranged.allows(OUTSIDE, DB, 91, "UDP")


def test_a_connection_has_to_be_let_out_too() -> None:
    silent = network(policy(podSelector={"matchLabels": {"app": "db"}}, policyTypes=["Egress"]))
    assert not silent.allows(DB, PASSER, 80)
    assert silent.allows(TILL, PASSER, 80)
    elsewhere = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}]}
    careful = network(policy(policyTypes=["Egress"], egress=[elsewhere]))
    assert careful.allows(DB, OUTSIDE, 443)
    assert not careful.allows(DB, METADATA, 80)


@pytest.mark.parametrize(
    ("operator", "values", "met"),
    [("In", ["db"], True), ("NotIn", ["db"], False), ("Exists", [], True), ("DoesNotExist", [], False)],
)
def test_expressions_select_too(operator: str, values: list[str], met: bool) -> None:
    selector = {"matchExpressions": [{"key": "app", "operator": operator, "values": values}]}
    assert selects(selector, DB.labels) is met
