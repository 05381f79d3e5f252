"""The policies of the mesh and those of the network agree: neither opens what the other refuses."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.matrix.index import Index, namespace
from tests.network.evaluator import Endpoint, Network, selects
from tests.network.scene import SIDECAR, TEAMS, endpoints, network, platform, pods
from tests.support.pods import Object, below, entries

_DOMAIN = "cluster.local"


def policies(objects: list[Object], target: Endpoint) -> list[Object]:
    """The policies of the mesh that allow, and hold for a pod."""
    return [
        one
        for one in Index.of(objects).kind("AuthorizationPolicy")
        if namespace(one) == target.namespace
        and one["spec"].get("action", "ALLOW") == "ALLOW"
        and selects(below(one["spec"], "selector"), target.labels)
    ]


def named(rule: Object) -> set[str] | None:
    """The identities that a rule is for; None where it is for everybody."""
    found: list[list[str]] = [below(one, "source").get("principals", []) for one in entries(rule, "from")]
    spaces = [one["values"] for one in entries(rule, "when") if one["key"] == "source.namespace"]
    if spaces:
        return {f"{_DOMAIN}/ns/{space}/sa/" for values in spaces for space in values}
    return {one for principals in found for one in principals} if found else None


def ports_of(rule: Object) -> set[int] | None:
    """The ports that a rule opens; None for all."""
    found: list[list[str]] = [below(one, "operation").get("ports", []) for one in entries(rule, "to")]
    return {int(one) for ports in found for one in ports} if found and all(found) else None


def identity(source: Endpoint) -> str:
    return f"{_DOMAIN}/ns/{source.namespace}/sa/{source.account}" if source.meshed else ""


def admits(rule: Object, source: Endpoint, port: int) -> bool:
    """Whether there is a request from there that a rule lets in, whatever its headers and path."""
    ports, who = ports_of(rule), named(rule)
    known = who is None or any(
        identity(source) == one or (one.endswith("/") and identity(source).startswith(one)) for one in who
    )
    return known and (ports is None or port in ports)


def targets(objects: list[Object]) -> Iterator[tuple[Endpoint, int]]:
    """Each port of each pod with a sidecar, but for the sidecar's own, about which it asks nobody."""
    for pod in pods(objects):
        if pod.meshed:
            yield from ((pod, port) for port in pod.ports.values() if port not in SIDECAR.values())


def disagreements(objects: list[Object]) -> list[str]:
    there = network(objects)
    return [*_refused_by_the_mesh(objects, there), *_refused_by_the_network(objects, there)]


def _refused_by_the_mesh(objects: list[Object], there: Network) -> Iterator[str]:
    for target, port in targets(objects):
        rules = [rule for one in policies(objects, target) for rule in entries(one["spec"], "rules")]
        for source in endpoints(objects):
            # In a team's namespace the team's members decide, by the policies of those whom they take in.
            if source == target or target.namespace in TEAMS or not there.allows(source, target, port):
                continue
            if not any(admits(rule, source, port) for rule in rules):
                yield f"the network lets {source.name} to {target.name} at {port}, the mesh does not"


def _refused_by_the_network(objects: list[Object], there: Network) -> Iterator[str]:
    """The mesh knows pods by their account: of those that share one, some are to be let in."""
    for target in {pod.name: pod for pod, _ in targets(objects)}.values():
        ports = [port for port in target.ports.values() if port not in SIDECAR.values()]
        for rule in (one for policy in policies(objects, target) for one in entries(policy["spec"], "rules")):
            for who in named(rule) or ():
                sources = [one for one in endpoints(objects) if one.meshed and identity(one) == who]
                asked = [(one, port) for one in sources for port in ports_of(rule) or ports]
                if sources and not any(there.allows(one, target, port) for one, port in asked):
                    yield f"the mesh lets {sources[0].name} to {target.name}, the network does not"


@pytest.mark.parametrize("watched", [True, False])
def test_what_one_opens_the_other_does_not_refuse(watched: bool) -> None:
    assert disagreements(platform(watched=watched).objects) == []


def replaced(kind: str, name: str, spec: dict[str, Any]) -> list[Object]:
    """The platform with other fields in the specification of one object."""
    objects = platform().objects
    found = [one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    assert len(found) == 1
    return [{**one, "spec": {**one["spec"], **spec}} if one is found[0] else one for one in objects]


def test_an_opening_of_the_network_alone_is_found() -> None:
    wider = {"ports": [{"port": 3306}], "from": [{"podSelector": {"matchLabels": {"app": "ml-pipeline-ui"}}}]}
    mysql = next(one for one in platform().of("NetworkPolicy") if one["metadata"]["name"] == "mysql")
    found = disagreements(replaced("NetworkPolicy", "mysql", {"ingress": [*mysql["spec"]["ingress"], wider]}))
    assert found == ["the network lets kubeflow/ml-pipeline-ui to kubeflow/mysql at 3306, the mesh does not"]


def test_an_opening_of_the_mesh_alone_is_found() -> None:
    wider = {"from": [{"source": {"principals": [f"{_DOMAIN}/ns/kubeflow/sa/dashboard"]}}]}
    mysql = next(one for one in platform().of("AuthorizationPolicy") if one["metadata"]["name"] == "mysql")
    rules = [*mysql["spec"]["rules"], wider]
    assert disagreements(replaced("AuthorizationPolicy", "mysql", {"rules": rules})) == [
        "the mesh lets kubeflow/dashboard to kubeflow/mysql, the network does not"
    ]


def test_both_know_the_same_users_of_a_database() -> None:
    mysql = next(one for one in platform().of("NetworkPolicy") if one["metadata"]["name"] == "mysql")
    peers = [one["podSelector"] for one in mysql["spec"]["ingress"][0]["from"]]
    found = [pod for pod in pods(platform().objects) if any(selects(one, pod.labels) for one in peers)]
    users = {pod.account for pod in found}
    (rule,) = platform().get("AuthorizationPolicy", "mysql")["spec"]["rules"]
    assert named(rule) == {f"{_DOMAIN}/ns/kubeflow/sa/{user}" for user in users}
