"""The pods that a program declares: those of its workloads, and those that others make of its objects."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import yaml

Object = Mapping[str, Any]

_LONG_RUNNING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_WORKLOADS = (*_LONG_RUNNING, "Job", "CronJob", "Pod")


def entries(spec: Object, key: str) -> Sequence[Object]:
    """A list of mappings, empty where there is none."""
    found: Sequence[Object] | None = spec.get(key)
    return found or ()


def below(spec: Object, key: str) -> Object:
    """A mapping, empty where there is none."""
    found: Object | None = spec.get(key)
    return found or {}


@dataclass(frozen=True)
class Container:
    """One container.

    Attributes:
        name: where it stands; see `rules.Finding`.
        spec: core/v1 Container.
        pod_security: the security context of its pod.
        long_running: it is meant to run until its pod is removed.
    """

    name: str
    spec: Object
    pod_security: Object
    long_running: bool = False


@dataclass(frozen=True)
class Pod:
    """The pod template of a workload.

    Attributes:
        name: `<namespace>/<kind>/<name>` of the workload.
        spec: core/v1 PodSpec.
    """

    name: str
    kind: str
    namespace: str
    spec: Object

    def containers(self) -> Iterator[Container]:
        """Its containers, init containers first."""
        security = below(self.spec, "securityContext")
        for group in ("initContainers", "containers", "ephemeralContainers"):
            for one in entries(self.spec, group):
                runs = self.kind in _LONG_RUNNING and (
                    group == "containers" or one.get("restartPolicy") == "Always"
                )
                yield Container(f"{self.name}/{one['name']}", one, security, runs)


def workloads(objects: Iterable[Object]) -> Iterator[Pod]:
    """The pod template of each workload among the objects."""
    for one in objects:
        kind = one["kind"]
        if kind not in _WORKLOADS:
            continue
        namespace = one["metadata"].get("namespace", "")
        spec: Object = one["spec"]
        if kind == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if kind != "Pod":
            spec = spec["template"]["spec"]
        yield Pod(f"{namespace}/{kind}/{one['metadata']['name']}", kind, namespace, spec)


@dataclass(frozen=True)
class Described:
    """What objects describe of pods that other programs make."""

    pods: tuple[Pod, ...]
    containers: tuple[Container, ...]


def described(objects: Iterable[Object]) -> Described:
    """What custom resources, and the texts of ConfigMaps as YAML or JSON, describe.

    A mapping with containers is a pod, and each that names an image a container.
    """
    pods: list[Pod] = []
    containers: list[Container] = []
    for one in objects:
        if one["kind"] in _WORKLOADS or one["kind"] == "CustomResourceDefinition":
            continue
        where = f"{one['kind']}/{one['metadata']['name']}"
        for found in _found(one.get("spec") or one.get("data"), where, {}):
            if isinstance(found, Pod):
                pods.append(found)
            else:
                containers.append(found)
    return Described(tuple(pods), tuple(containers))


def _found(value: object, where: str, security: Object) -> Iterator[Pod | Container]:
    match value:
        case dict():
            mapping = cast("dict[str, Any]", value)
            if isinstance(mapping.get("image"), str):
                yield Container(where, mapping, security)
            if isinstance(mapping.get("containers"), list):
                yield Pod(where, "Pod", "", mapping)
                security = below(mapping, "securityContext")
            for key, one in mapping.items():
                yield from _found(one, f"{where}/{key}", security)
        case list():
            for number, one in enumerate(cast("list[Any]", value)):
                yield from _found(one, f"{where}/{_title(one, number)}", security)
        case str() if "image" in value:
            try:
                text = yaml.safe_load(value)
            except yaml.YAMLError:
                return
            if isinstance(text, dict | list):
                yield from _found(cast("object", text), where, security)
        case _:
            return


def _title(one: object, number: int) -> str:
    """What tells an entry of a list from the others."""
    if isinstance(one, dict):
        entry = cast("dict[str, Any]", one)
        for key in ("name", "algorithmName", "kind"):
            if isinstance(entry.get(key), str):
                return entry[key]
    return str(number)
