"""Runs the whole program under Pulumi's mocks and shows the objects that would reach Kubernetes."""

import gc
import json
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import pulumi
import pulumi.runtime
import pulumi_kubernetes as k8s
import yaml
from pulumi.runtime.mocks import MockMonitor

from components.components_settings import NEEDS, ComponentsSettings
from components.contracts import Capabilities, Cluster, NodePool
from components.platform import deploy, deploy_on
from components.platform_settings import PlatformSettings, platform_settings
from tests.support.own_images import own_images

Object = Mapping[str, Any]

MINIMAL = """
cluster:
  provider: simulated
  nodePools:
    - {name: system, count: 2, cpu: "8", memory: 32Gi}
    - {name: gpu, count: 1, cpu: "96", memory: 1Ti, accelerator: {model: NVIDIA H100 80GB HBM3, count: 8}}
"""
"""A stack with a simulated cluster and every default."""


@dataclass
class Rendered:
    """What a program declared.

    Attributes:
        objects: Kubernetes objects as they would be applied, in the order of their creation.
        outputs: the stack's outputs, resolved.
        waits: by `Kind/name` of each object the objects that the engine is told to make before it.
        parents: by `Kind/namespace/name` of each object the URN of the component that it belongs to.
    """

    objects: list[Object] = field(default_factory=list[Object])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    waits: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    parents: dict[str, str] = field(default_factory=dict[str, str])

    def get(self, kind: str, name: str) -> Object:
        """The one object of that kind and name."""
        found = [one for one in self.of(kind) if one["metadata"]["name"] == name]
        assert len(found) == 1, f"{len(found)} objects {kind} {name}; there are {sorted(self.names(kind))}"
        return found[0]

    def of(self, kind: str) -> list[Object]:
        """All objects of a kind."""
        return [one for one in self.objects if one["kind"] == kind]

    def names(self, kind: str) -> set[str]:
        """The names of all objects of a kind."""
        return {one["metadata"]["name"] for one in self.of(kind)}

    def before(self, kind: str, name: str) -> set[str]:
        """`Kind/name` of all that has to be there before an object, however the program orders them."""
        found: set[str] = set()
        waiting = [f"{kind}/{name}"]
        while waiting:
            waiting += self.waits.get(waiting.pop(), frozenset()) - found
            found.update(waiting)
        return found


_TOLD = ("kubeconfig", "value")


# The mark of a value in Pulumi's wire format, and that of a secret (sdk/go/common/resource/sig.go).
_MARK, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


def _unmarked(value: object) -> object:
    """A value as it reaches Kubernetes, where nothing marks what is secret."""
    match value:
        case dict():
            keys = cast("dict[str, object]", value)
            if keys.get(_MARK) == _SECRET:
                return _unmarked(keys["value"])
            return {key: _unmarked(one) for key, one in keys.items()}
        case list():
            return [_unmarked(one) for one in cast("list[object]", value)]
        case _:
            return value


class Recorder(pulumi.runtime.Mocks):
    """Mocks that keep every Kubernetes object they are asked to create."""

    def __init__(self, rendered: Rendered) -> None:
        self._rendered = rendered

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        token = str(args.typ)
        inputs = cast("dict[str, Any]", args.inputs)  # pyright: ignore[reportUnknownMemberType] # untyped there
        if token.startswith("kubernetes:") and "kind" in inputs:
            self._rendered.objects.append(cast("dict[str, Any]", _unmarked(inputs)))
        elif token.startswith("pulumi-python:dynamic"):
            # What only the engine learns is asked for as None: told here by whose it is, and the key.
            told = {key: f"{key}-of-{args.name}" for key in _TOLD if inputs.get(key) is None}
            inputs = {**inputs, **told}
        return f"{args.name}-id", inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"the program asks a provider: {args.token}")


class _Monitor(MockMonitor):
    """The engine of the mocks; keeps what each object waits for, which the mocks themselves are not told."""

    def __init__(self, mocks: pulumi.runtime.Mocks, rendered: Rendered) -> None:
        super().__init__(mocks)
        self._rendered = rendered
        self._objects: dict[str, str] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - untyped, and named so, there
        made = super().RegisterResource(request)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        # A chart has no kind: it stays one resource here, whatever it would render.
        if str(request.type).startswith("kubernetes:") and "kind" in request.object:
            given = request.object
            key = f"{given['kind']}/{given['metadata']['name']}"
            self._objects[made.urn] = key
            metadata = given["metadata"]
            # A protobuf Struct has no get.
            place = metadata["namespace"] if "namespace" in metadata else ""  # noqa: SIM401
            self._rendered.parents[f"{given['kind']}/{place}/{metadata['name']}"] = str(request.parent)
            known = (self._objects.get(urn) for urn in request.dependencies)
            self._rendered.waits[key] = frozenset(one for one in known if one)
        return made


def render(
    settings: str | Mapping[str, Any] = MINIMAL, *, webhooks: bool = False, **components: Mapping[str, Any]
) -> Rendered:
    """Run the program on settings: YAML or a mapping, as below `slipway:` in a stack file.

    `components` are laid over `components:` of the settings; then only they and what they need are on, since
    most tests look at one component: render(notebooks={"culling": {"enabled": True}}). With `dashboard` among
    them all stay on, for its menu shows them. What is rendered is shared and must not be changed. With
    `webhooks` the cluster is one whose API server reaches webhooks in pods.
    Raises SettingsError where the settings are refused.
    """
    given = yaml.safe_load(settings) if isinstance(settings, str) else dict(settings)
    if components:
        written = given.get("components", {})
        others = {} if "dashboard" in components else _others_off({*components, *written})
        given["components"] = {**others, **written, **components}
    return _rendered(json.dumps(given, sort_keys=True), webhooks)


def _others_off(named: set[str]) -> dict[str, dict[str, bool]]:
    """All components off but those that are named and those that they need."""
    wanted = named.union(*(NEEDS.get(one, ()) for one in named))
    return {name: {"enabled": False} for name in ComponentsSettings().enabled() if name not in wanted}


@cache
def _rendered(given: str, webhooks: bool) -> Rendered:
    checked = platform_settings(json.loads(given))
    rendered = Rendered()

    def program() -> pulumi.Output[None]:
        def keep(values: Mapping[str, Any]) -> None:
            rendered.outputs.update(values)

        told = _told(checked, webhooks=webhooks)
        return pulumi.Output.from_input(dict(told)).apply(keep)

    run(program, rendered)
    return rendered


def _told(checked: PlatformSettings, *, webhooks: bool) -> Mapping[str, object]:
    if webhooks:
        return deploy_on(mocked_cluster(mirror=checked.images.mirror), checked)
    return deploy(checked, stack="test")


def run(program: Callable[[], object], rendered: Rendered) -> None:
    """Run a function that declares resources, under mocks, until all of it is done."""
    recorder = Recorder(rendered)
    pulumi.runtime.set_mocks(
        recorder, project="slipway", stack="test", preview=False, monitor=_Monitor(recorder, rendered)
    )
    with _unobserved():
        pulumi.runtime.test(program)()  # pyright: ignore[reportUnknownMemberType] # untyped there


@contextmanager
def _unobserved() -> Generator[None]:
    """Leave out what takes a third of the time and serves nobody here.

    That is looking for garbage among what is still in use, and the whole call stack of every resource, which
    the engine would show beside errors.
    """
    collects = gc.isenabled()
    gc.disable()
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        del sys.tracebacklimit
        if collects:
            gc.enable()


def mocked_cluster(*, node_pools: tuple[NodePool, ...] = (), mirror: str | None = None) -> Cluster:
    """A cluster that can do all but run charts, which bring objects of their own."""
    return Cluster(
        name="test",
        kubeconfig=pulumi.Output.from_input("kubeconfig-of-a-mock"),
        provider=k8s.Provider("cluster", kubeconfig="kubeconfig-of-a-mock"),
        node_pools=node_pools
        or (NodePool(name="system", min_nodes=2, max_nodes=2, cpu="8", memory="32Gi", labels={"pool": "a"}),),
        storage_class="standard",
        capabilities=Capabilities(images=own_images(mirror), load_balancer=True, serves_pages=True),
    )
