"""What NetworkPolicies let through, as Kubernetes defines it (networking/v1 NetworkPolicySpec).

A pod that no policy of a direction selects is open in it. One that is selected takes what any of its policies
allows, and nothing else. A connection has to be let out at one end and in at the other. What passes between a
pod and its node is not asked about.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.support.pods import Object, below, entries

Labels = Mapping[str, str]
Direction = Literal["Ingress", "Egress"]


@dataclass(frozen=True)
class Endpoint:
    """One end of a connection: a pod, or whatever has an address outside of the cluster's network.

    Attributes:
        name: what a person calls it.
        namespace: of a pod; empty for what is none.
        ports: numbers of the pod's ports by their names.
        annotations: of the pod. account: its service account.
        meshed: it has a sidecar, and by it the account's identity.
        address: of what is no pod.
    """

    name: str
    namespace: str = ""
    labels: Labels = field(default_factory=dict[str, str], hash=False)
    ports: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)
    annotations: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    account: str = "default"
    meshed: bool = False
    address: str = ""


@dataclass(frozen=True)
class Asked:
    """The port that a connection is for."""

    target: Endpoint
    port: int
    protocol: str


@dataclass(frozen=True)
class Network:
    """Policies, and the labels of namespaces by their names."""

    policies: tuple[Object, ...]
    namespaces: Mapping[str, Labels]

    def allows(self, source: Endpoint, target: Endpoint, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection is let out at its source and in at its target."""
        asked = Asked(target, port, protocol)
        return self._passes("Egress", asked, source, target) and self._passes(
            "Ingress", asked, target, source
        )

    def _passes(self, way: Direction, asked: Asked, held: Endpoint, other: Endpoint) -> bool:
        mine = [one for one in self.policies if held.namespace and self._holds(one, way, held)]
        return not mine or any(
            _has_port(rule, asked) and self._has_peer(policy, rule, way, other)
            for policy in mine
            for rule in entries(policy["spec"], way.lower())
        )

    def _holds(self, policy: Object, way: Direction, pod: Endpoint) -> bool:
        spec = policy["spec"]
        types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
        return (
            way in types
            and policy["metadata"]["namespace"] == pod.namespace
            and selects(spec["podSelector"], pod.labels)
        )

    def _has_peer(self, policy: Object, rule: Object, way: Direction, other: Endpoint) -> bool:
        peers = entries(rule, "from" if way == "Ingress" else "to")
        return not peers or any(self._is(peer, policy["metadata"]["namespace"], other) for peer in peers)

    def _is(self, peer: Object, home: str, other: Endpoint) -> bool:
        if "ipBlock" in peer:
            return bool(other.address) and _within(peer["ipBlock"], other.address)
        if not other.namespace:
            return False
        if "namespaceSelector" in peer:
            there = selects(peer["namespaceSelector"], self.namespaces.get(other.namespace, {}))
        else:
            there = other.namespace == home
        return there and selects(below(peer, "podSelector"), other.labels)


def selects(selector: Object, labels: Labels) -> bool:
    """Whether a label selector (meta/v1 LabelSelector) selects labels; an empty one selects all."""
    return below(selector, "matchLabels").items() <= labels.items() and all(
        _meets(one, labels) for one in entries(selector, "matchExpressions")
    )


def _meets(expression: Object, labels: Labels) -> bool:
    found = labels.get(expression["key"])
    match expression["operator"]:
        case "In":
            return found in expression["values"]
        case "NotIn":
            return found not in expression["values"]
        case "Exists":
            return found is not None
        case "DoesNotExist":
            return found is None
        case other:
            raise AssertionError(f"no operator of label selectors: {other}")


def _has_port(rule: Object, asked: Asked) -> bool:
    ports = entries(rule, "ports")
    return not ports or any(_is_port(one, asked) for one in ports)


def _is_port(given: Object, asked: Asked) -> bool:
    if given.get("protocol", "TCP") != asked.protocol:
        return False
    named = given.get("port")
    if named is None:
        return True
    if isinstance(named, str):
        return asked.target.ports.get(named) == asked.port
    return int(named) <= asked.port <= int(given.get("endPort", named))


def _within(block: Object, address: str) -> bool:
    where = ipaddress.ip_address(address)

    def among(ranges: Iterable[str]) -> bool:
        return any(where in ipaddress.ip_network(one) for one in ranges)

    return among([block["cidr"]]) and not among(block.get("except", []))
