"""What a service account may do, in its own words to the API server: SelfSubjectAccessReview by its token."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Self

import yaml

from tests.audit.server import Server

_REVIEWS = "/apis/authorization.k8s.io/v1"
EVERYWHERE = "everywhere"
_HERE = Path(__file__).parent


@dataclass(frozen=True, order=True)
class Action:
    """One thing to do, in a namespace; `everywhere` is in all of them, and for what has no namespace.

    Attributes:
        resource: as kubectl writes it: `deployments.apps/scale`, `pods/log`, or a path `/metrics`.
        name: of the one object that is meant, empty for any.
    """

    namespace: str
    verb: str
    resource: str
    name: str = ""

    def __str__(self) -> str:
        return " ".join(one for one in (self.namespace, self.verb, self.resource, self.name) if one)

    @property
    def review(self) -> Mapping[str, Any]:
        """The spec of a review that asks for it."""
        if self.resource.startswith("/"):
            return {"nonResourceAttributes": {"path": self.resource, "verb": self.verb}}
        typed, _, subresource = self.resource.partition("/")
        resource, _, group = typed.partition(".")
        place = {} if self.namespace == EVERYWHERE else {"namespace": self.namespace}
        asked = {"verb": self.verb, "group": group, "resource": resource, "subresource": subresource}
        return {"resourceAttributes": {**asked, **place, "name": self.name}}


def actions(namespace: str, lines: Iterable[str]) -> Iterator[Action]:
    """The actions of lines such as `get,list pods,services` or `update leases.coordination.k8s.io leader`."""
    for line in lines:
        verbs, resources, *name = line.split()
        for verb, resource in product(verbs.split(","), resources.split(",")):
            yield Action(namespace, verb, resource, *name)


@dataclass(frozen=True)
class Account:
    """A service account that asks for itself."""

    server: Server
    namespace: str
    name: str

    @classmethod
    def of(cls, server: Server, namespace: str, name: str) -> Self:
        """An account of the cluster that a server is the administrator of."""
        asking = server.account(namespace, name)
        assert asking.user() == f"system:serviceaccount:{namespace}:{name}"
        return cls(asking, namespace, name)

    def may(self, action: Action) -> bool:
        """Whether the server would let it."""
        said = self._review("SelfSubjectAccessReview", action.review)
        return bool(said["allowed"])

    def refused(self, asked: Iterable[Action]) -> list[Action]:
        """Those of the actions that it may not do."""
        return [one for one in asked if not self.may(one)]

    def allowed(self, asked: Iterable[Action]) -> list[Action]:
        """Those of the actions that it may do."""
        return [one for one in asked if self.may(one)]

    def rules(self, namespace: str) -> Sequence[Mapping[str, Any]]:
        """All that it may do in a namespace and in all of them, as rules of roles."""
        return self._review("SelfSubjectRulesReview", {"namespace": namespace})["resourceRules"]

    def _review(self, kind: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
        answer = self.server.create(f"{_REVIEWS}/{kind.lower()}s", body)
        assert answer.status == 201, answer
        return answer.body["status"]


def wildcards(rules: Iterable[Mapping[str, Any]]) -> set[str]:
    """The resources of rules that name all verbs, all resources or all API groups."""
    return {
        f"{','.join(rule['resources'])}.{','.join(rule['apiGroups'])}"
        for rule in rules
        if "*" in (*rule["verbs"], *rule.get("resources", []), *rule.get("apiGroups", []))
    }


def table(name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """A YAML file beside this one."""
    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))


def actions_of_programs() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By account what its program does: in each namespace, or everywhere, the lines of its actions."""
    files = sorted((_HERE / "actions").glob("*.yaml"))
    return {account: places for file in files for account, places in table(f"actions/{file.name}").items()}
