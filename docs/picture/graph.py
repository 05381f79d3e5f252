"""The platform as a graph, read off the objects that the program declares.

A node is a component of the program; an edge is a reference that one component's objects have to another's.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tests.matrix.index import Index, name, namespace, programs_texts
from tests.support.pods import Object, below, entries
from tests.support.render import Rendered

Flow = Literal["calls", "stores", "reads", "creates"]

# What a controller makes for people in their namespaces, the most telling first.
_MADE = (
    ("", "namespaces", "Namespaces"),
    ("apps", "statefulsets", "StatefulSets"),
    ("apps", "deployments", "Deployments"),
    ("batch", "jobs", "Jobs"),
    ("jobset.x-k8s.io", "jobsets", "JobSets"),
    ("", "pods", "Pods"),
)


@dataclass(frozen=True)
class Node:
    """A component.

    Attributes:
        name: what the program calls it. kind: its type, such as `Katib` or `MySQL`.
        paths: what the gateway leads to it. types: kinds of the API types that it brings.
        makes: kinds of what its controllers create in any namespace.
        certified: its webhooks have a certificate of cert-manager's.
    """

    name: str
    kind: str
    paths: tuple[str, ...]
    types: tuple[str, ...]
    makes: tuple[str, ...]
    certified: bool


@dataclass(frozen=True, order=True)
class Edge:
    """A reference.

    Attributes:
        start, end: names of components. flow: what goes from the one to the other.
        about: the Services or API types that the first one names.
    """

    start: str
    end: str
    flow: Flow
    about: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Components and what flows between them."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]


# Jobs that copy every server at night are no part of how the platform works.
_PASSING = ("Backups",)


def graph(rendered: Rendered) -> Graph:
    """Read it off what was declared."""
    index = Index.of(rendered.objects)
    owner = _Owners(rendered)
    kinds = {one: kind for one, kind in sorted(owner.components().items()) if kind not in _PASSING}
    nodes = {one: _node(one, kind, index, owner) for one, kind in kinds.items()}
    stores = {one for one, node in nodes.items() if node.kind in ("MySQL", "PostgreSQL", "SeaweedFS")}
    edges = sorted([*_calls(index, owner, stores), *_uses(index, owner)])
    return Graph(nodes, tuple(edge for edge in edges if edge.start in nodes))


class _Owners:
    """Which component each object belongs to."""

    def __init__(self, rendered: Rendered) -> None:
        self._urns = rendered.parents

    def of(self, one: Object) -> str:
        return self.at(one["kind"], namespace(one), name(one))

    def at(self, kind: str, where: str, called: str) -> str:
        return self._urns.get(f"{kind}/{where}/{called}", "").rpartition("::")[2]

    def components(self) -> dict[str, str]:
        """Name and kind of all."""
        parts = [urn.split("::") for urn in self._urns.values()]
        return {part[-1]: part[-2].rpartition(":")[2] for part in parts}


def _node(this: str, kind: str, index: Index, owner: _Owners) -> Node:
    mine = [one for one in index.objects if owner.of(one) == this]
    routes = [one for one in mine if one["kind"] == "VirtualService" and one["spec"].get("gateways")]
    accounts = {(namespace(one), name(one)) for one in mine if one["kind"] == "ServiceAccount"}
    creatable = {
        (group, resource) for group, resource, verb in _rights(index, accounts) if verb in ("create", "*")
    }
    return Node(
        name=this,
        kind=kind,
        paths=tuple(sorted({path for one in routes for path in _paths(one)})),
        types=tuple(sorted(one["spec"]["names"]["kind"] for one in mine if one["kind"] == _TYPE)),
        makes=tuple(title for group, resource, title in _MADE if (group, resource) in creatable),
        certified=any(one["kind"] == "Certificate" for one in mine),
    )


_TYPE = "CustomResourceDefinition"


def _paths(route: Object) -> Iterator[str]:
    for http in entries(route["spec"], "http"):
        for match in entries(http, "match"):
            path = below(match, "uri").get("prefix") or below(match, "uri").get("exact")
            if path:
                yield path if path == "/" else path.rstrip("/")


def _rights(index: Index, accounts: set[tuple[str, str]]) -> set[tuple[str, str, str]]:
    """API group, resource and verb of all that accounts may do in every namespace."""
    found: set[tuple[str, str, str]] = set()
    for binding in index.kind("ClusterRoleBinding"):
        subjects = entries(binding, "subjects")
        if not any((one.get("namespace", ""), one["name"]) in accounts for one in subjects):
            continue
        role = index.by_name.get(("ClusterRole", "", binding["roleRef"]["name"]), {})
        for rule in entries(role, "rules"):
            found |= {
                (group, resource, verb)
                for group in rule.get("apiGroups", [])
                for resource in rule.get("resources", [])
                for verb in rule["verbs"]
            }
    return found


def _calls(index: Index, owner: _Owners, stores: set[str]) -> Iterator[Edge]:
    """Components whose programs know the Service of another by its address."""
    services = {(namespace(one), name(one)): owner.of(one) for one in index.kind("Service")}
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for reader, where, text in programs_texts(index):
        start = _reader(reader, where, owner)
        for (place, called), end in services.items():
            if start != end and _named(text, called, place):
                found[start, end].add(called)
    for (start, end), about in found.items():
        yield Edge(start, end, "stores" if end in stores else "calls", tuple(sorted(about)))


def _reader(title: str, where: str, owner: _Owners) -> str:
    """The component of a text of `programs_texts`."""
    if title.startswith("ConfigMap/"):
        return owner.at("ConfigMap", where, title.partition("/")[2])
    place, kind, called, _ = title.split("/")
    return owner.at(kind, place, called)


def _named(text: str, service: str, place: str) -> bool:
    """Whether a text has the full address of a Service; a bare name may mean something else."""
    return any(
        f"{before}{service}.{place}{after}" in f" {text} "
        for before in (" ", "/", "@", '"', "=", "(")
        for after in (" ", ".svc", ":", "/", '"', ")")
    )


def _uses(index: Index, owner: _Owners) -> Iterator[Edge]:
    """Components that may read or create objects of a type that another brings."""
    types = {
        (one["spec"]["group"], one["spec"]["names"]["plural"]): (owner.of(one), one["spec"]["names"]["kind"])
        for one in index.kind(_TYPE)
    }
    found: dict[tuple[str, str, Flow], set[str]] = defaultdict(set)
    accounts: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in index.kind("ServiceAccount"):
        accounts[owner.of(one)].add((namespace(one), name(one)))
    for start, its in accounts.items():
        rights = _rights(index, its)
        for (group, plural), (end, kind) in types.items():
            verbs = {verb for one, resource, verb in rights if one == group and resource in (plural, "*")}
            if verbs and start != end:
                found[start, end, "creates" if verbs & {"create", "*"} else "reads"].add(kind)
    for (start, end, flow), kinds in found.items():
        yield Edge(start, end, flow, tuple(sorted(kinds)))
