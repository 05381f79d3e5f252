"""Which resources a chart's objects become, and what the stand-in does not do with a chart."""

import asyncio
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from simulator.kubernetes.access import builtin
from simulator.kubernetes.charts.arguments import ChartArguments
from simulator.kubernetes.charts.ordering import Member, members
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.objects import Type
from simulator.kubernetes.values.wire import UNKNOWN, Object, encode
from simulator.programs import charts


def thing(kind: str, name: str, api_version: str = "v1", **more: Any) -> Object:  # noqa: ANN401
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **more}}


def crd(kind: str, scope: str) -> Object:
    spec = {"group": "example.org", "names": {"kind": kind}, "scope": scope}
    name = f"{kind.lower()}s.example.org"
    return {**thing("CustomResourceDefinition", name, "apiextensions.k8s.io/v1"), "spec": spec}


async def scope(kind: Type) -> bool | None:
    return builtin.scope(kind)


def made_of(objects: Sequence[Object], *, skip_await: bool = False) -> list[Member]:
    return asyncio.run(members(objects, "own", scope, skip_await=skip_await))


def names(found: Sequence[Member]) -> list[str]:
    return [member.name("chart") for member in found]


def test_objects_are_named_after_their_chart_and_have_its_namespace() -> None:
    found = made_of([thing("ConfigMap", "a"), thing("ConfigMap", "b", namespace="other"), thing("Node", "c")])
    assert names(found) == ["chart:own/a", "chart:other/b", "chart:c"]
    assert found[0].value["metadata"]["namespace"] == "own"


def test_types_have_the_names_that_the_sdk_gives_them() -> None:
    found = made_of([thing("ConfigMap", "a"), thing("Deployment", "b", "apps/v1")])
    assert [each.token for each in found] == ["kubernetes:core/v1:ConfigMap", "kubernetes:apps/v1:Deployment"]


def test_an_object_comes_after_its_namespace_and_its_api_type() -> None:
    objects = [
        thing("Issue", "i", "example.org/v1"),
        thing("Planet", "p", "example.org/v1"),
        crd("Issue", "Namespaced"),
        crd("Planet", "Cluster"),
        thing("Namespace", "own"),
    ]
    found = made_of(objects)
    ordered = names(found)
    needs = {ordered[at]: [ordered[other] for other in each.after] for at, each in enumerate(found)}
    assert needs["chart:own/i"] == ["chart:issues.example.org", "chart:own"]
    assert needs["chart:p"] == ["chart:planets.example.org"]
    assert all(other < at for at, each in enumerate(found) for other in each.after)


def test_lists_are_taken_apart() -> None:
    nested = {"apiVersion": "v1", "kind": "List", "items": [thing("ConfigMap", "a"), thing("Secret", "b")]}
    assert names(made_of([nested])) == ["chart:own/a", "chart:own/b"]


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"without kind, metadata\.name"):
        made_of([{"apiVersion": "v1", "metadata": {}}])


def test_a_chart_that_is_not_waited_for_says_so_on_each_object() -> None:
    kept = thing("ConfigMap", "a", annotations={"helm.sh/resource-policy": "keep"})
    (found,) = made_of([kept], skip_await=True)
    assert found.value["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"
    assert found.kept


def test_a_chart_that_is_not_known_yet_has_no_arguments() -> None:
    assert ChartArguments.read("c", encode({"chart": "x", "values": {"a": UNKNOWN}})) is None


def test_a_chart_is_its_own_release_unless_it_says_otherwise() -> None:
    plain = ChartArguments.read("c", encode({"chart": "x"}))
    named = ChartArguments.read("c", encode({"chart": "x", "name": "n", "resourcePrefix": ""}))
    assert plain is not None
    assert named is not None
    assert (plain.release, plain.prefix) == ("c", "c")
    assert (named.release, named.prefix) == ("n", "")


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"valueYamlFiles": ["a"]}, "valueYamlFiles"),
        ({"postRenderer": {"command": "sed"}}, "postRenderer"),
        ({"repositoryOpts": {"repo": "https://example.org", "password": "p"}}, "password"),
    ],
)
def test_what_the_stand_in_does_not_know_is_refused_by_name(inputs: Object, named: str) -> None:
    with pytest.raises(RefusedError, match=named):
        ChartArguments.read("c", encode({"chart": "x", **inputs}))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "example"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.template.yaml").write_text(
        "apiVersion: v2\nname: example\nversion: v0.0.0\nappVersion: x\n"
    )
    (folder / "templates" / "a.yaml").write_text("a: 1\n")
    return folder


def test_a_chart_is_packed_with_the_version_of_its_release(source: Path, tmp_path: Path) -> None:
    charts.pack(source, tmp_path / "one.tgz", "1.2.3")
    with tarfile.open(tmp_path / "one.tgz") as archive:
        assert archive.getnames() == ["example/Chart.yaml", "example/templates/a.yaml"]
        description = archive.extractfile("example/Chart.yaml")
        assert description is not None
        assert b"\nversion: v1.2.3\nappVersion: v1.2.3\n" in description.read()


def test_a_chart_is_packed_the_same_each_time(source: Path, tmp_path: Path) -> None:
    for name in ("one.tgz", "two.tgz"):
        charts.pack(source, tmp_path / name, "1.2.3")
    assert (tmp_path / "one.tgz").read_bytes() == (tmp_path / "two.tgz").read_bytes()


def test_a_folder_without_a_description_is_no_chart(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"Chart\.yaml"):
        charts.pack(tmp_path, tmp_path / "one.tgz", "1.2.3")


def test_only_the_very_chart_and_version_of_a_repository_has_an_archive() -> None:
    assert charts.packed("cert-manager", "https://example.org", "v1.20.3") is None
    assert charts.packed("other", "https://charts.jetstack.io", "v1.20.3") is None
