"""The objects of one rendering, by what others know them by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from tests.support.pods import Object, Pod, below, entries, workloads

CLUSTER_WIDE = ""


@dataclass(frozen=True)
class Index:
    """Objects by kind, namespace and name; see `of`."""

    objects: tuple[Object, ...]
    by_name: Mapping[tuple[str, str, str], Object]

    @classmethod
    def of(cls, objects: Iterable[Object]) -> "Index":
        """An index of all of them."""
        known = tuple(objects)
        return cls(known, {(one["kind"], namespace(one), name(one)): one for one in known})

    def has(self, kind: str, where: str, called: str) -> bool:
        """Whether that object is there."""
        return (kind, where, called) in self.by_name

    def kind(self, *kinds: str) -> Iterator[Object]:
        """All objects of these kinds."""
        return (one for one in self.objects if one["kind"] in kinds)

    def pods(self) -> Iterator[Pod]:
        """The pod template of each workload."""
        return workloads(self.objects)

    def pod_labels(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Namespace and labels of each workload's pods."""
        for one in self.kind("Deployment", "StatefulSet", "DaemonSet"):
            yield namespace(one), below(one["spec"]["template"]["metadata"], "labels")

    def certificate_secrets(self) -> set[tuple[str, str]]:
        """Namespace and name of each Secret that cert-manager makes."""
        return {(namespace(one), one["spec"]["secretName"]) for one in self.kind("Certificate")}


def name(one: Object) -> str:
    """An object's name."""
    return one["metadata"]["name"]


def namespace(one: Object) -> str:
    """An object's namespace; CLUSTER_WIDE where it has none."""
    return one["metadata"].get("namespace", CLUSTER_WIDE)


def title(one: Object) -> str:
    """What a person calls an object."""
    return f"{one['kind']}/{name(one)}"


def texts(value: object) -> Iterator[str]:
    """Every text in a value, however deep."""
    match value:
        case str():
            yield value
        case dict():
            for one in cast("dict[str, Any]", value).values():
                yield from texts(one)
        case list():
            for one in cast("list[Any]", value):
                yield from texts(one)
        case _:
            return


def programs_texts(index: Index) -> Iterator[tuple[str, str, str]]:
    """Title, namespace and text of all that a program reads: arguments, variables, probes, configuration."""
    for pod in index.pods():
        for container in pod.containers():
            spec = container.spec
            given = [
                spec.get(key)
                for key in ("command", "args", "livenessProbe", "readinessProbe", "startupProbe")
            ]
            values = [one.get("value") for one in entries(spec, "env")]
            yield from ((container.name, pod.namespace, text) for text in texts([*given, *values]))
    for one in index.kind("ConfigMap"):
        yield from ((title(one), namespace(one), text) for text in texts(one.get("data")))
