"""A cloud's cluster by itself under Pulumi's mocks: every resource, its inputs, and what it waits for."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi.runtime
import yaml
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.rpc import deserialize_properties

from components.contracts import Cluster

STACKS = Path(__file__).parents[2] / "stacks"

Told = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]
"""What a cloud says of a resource beside its inputs, from its type, name and inputs."""

Answer = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""What a cloud answers when the program asks it something, from the function's token and arguments."""


def stack_settings(stack: str) -> dict[str, Any]:
    """What a stack file says of its cluster."""
    text = (STACKS / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["config"]["slipway:cluster"]


@dataclass(frozen=True, kw_only=True)
class Made:
    """One resource with its inputs; what it waits for and whom it belongs to, by `type name`."""

    token: str
    name: str
    inputs: Mapping[str, Any]
    waits: frozenset[str]
    parent: str
    provider: str
    ignored: tuple[str, ...]
    protected: bool = False

    @property
    def key(self) -> str:
        """Type and name."""
        return f"{self.token} {self.name}"

    def json(self, key: str) -> Any:  # noqa: ANN401 - whatever the document holds
        """An input that is a JSON document."""
        return json.loads(self.inputs[key])


@dataclass
class Graph:
    """What a program declared, in that order, with the contract that it offers."""

    made: list[Made] = field(default_factory=list[Made])
    contracts: list[Cluster] = field(default_factory=list[Cluster])
    told: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def contract(self) -> Cluster:
        """The cluster as components see it."""
        return self.contracts[0]

    def of(self, token: str) -> list[Made]:
        """The resources of a type; the end of its name is enough: `NodeGroup`."""
        return [one for one in self.made if one.token == token or one.token.endswith(f":{token}")]

    def one(self, token: str, name: str = "") -> Made:
        """The one resource of a type whose name ends so."""
        found = [one for one in self.of(token) if one.name.endswith(name)]
        assert len(found) == 1, f"{len(found)} of {token} {name}: {[one.name for one in self.of(token)]}"
        return found[0]

    def before(self, made: Made) -> set[str]:
        """All that is made before a resource, hence removed after it, by `type name`."""
        known = {one.key: one for one in self.made}
        found: set[str] = set()
        waiting = [made.key]
        while waiting:
            one = known[waiting.pop()]
            new = {*one.waits, *([one.provider] if one.provider else [])} - found
            found |= new
            waiting += new
        return found


class _Mocks(pulumi.runtime.Mocks):
    def __init__(self, told: Told, answer: Answer | None) -> None:
        self._told = told
        self._answer = answer

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = cast("dict[str, Any]", args.inputs)  # pyright: ignore[reportUnknownMemberType] # untyped there
        return f"{args.name}-id", {**inputs, **self._told(str(args.typ), args.name, inputs)}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        assert self._answer, f"the program asks a provider: {args.token}"
        asked = cast("dict[str, Any]", args.args)  # pyright: ignore[reportUnknownMemberType] # untyped there
        return self._answer(str(args.token), asked), []


class _Monitor(MockMonitor):
    """The engine of the mocks; keeps what each resource waits for, which mocks are not told."""

    def __init__(self, mocks: pulumi.runtime.Mocks, graph: Graph) -> None:
        super().__init__(mocks)
        self._graph = graph
        self._keys: dict[str, str] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - untyped, and named so, there
        made = super().RegisterResource(request)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        one = Made(
            token=str(request.type),
            name=str(request.name),
            inputs=cast("dict[str, Any]", deserialize_properties(request.object)),
            waits=frozenset(self._keys[urn] for urn in request.dependencies if urn in self._keys),
            parent=self._keys.get(request.parent, ""),
            provider=self._keys.get(str(request.provider).rpartition("::")[0], ""),
            ignored=tuple(request.ignoreChanges),
            protected=bool(request.protect),
        )
        self._keys[made.urn] = one.key
        self._graph.made.append(one)
        return made


def declare(build: Callable[[], Cluster], told: Told, answer: Answer | None = None) -> Graph:
    """Run a function that declares a cluster, and show what it declares.

    Where `answer` is left out, a program that asks the cloud something fails.

    `told` of the graph has what the contract knows only in the end: the kubeconfig, and what the cloud says.
    """
    graph = Graph()
    mocks = _Mocks(told, answer)
    pulumi.runtime.set_mocks(
        mocks, project="slipway", stack="test", preview=False, monitor=_Monitor(mocks, graph)
    )

    def program() -> pulumi.Output[None]:
        contract = build()
        graph.contracts.append(contract)
        found = {"kubeconfig": contract.kubeconfig, **(vars(contract.cloud) if contract.cloud else {})}
        return pulumi.Output.from_input(found).apply(graph.told.update)

    pulumi.runtime.test(program)()  # pyright: ignore[reportUnknownMemberType] # untyped there
    return graph
