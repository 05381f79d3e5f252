"""API types as resources of a Pulumi program."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi.runtime
import pytest

from components.kube.api_types import ApiTypesError, api_types, load_api_types

_FILE = """
example.org:
  Door:
    versions: {v2: stored, v1: served}
    conversion: {service: hook, namespace: doors, path: /convert, ca_from: doors/hook}
    schema:
      spec*:
        locks[by name]: {name*: string, x_axis: int-or-string, open_apiv3_schema: string}
  Window: {versions: v1, schema: open}
"""


@dataclass(frozen=True)
class _Created:
    type: str
    name: str
    inputs: dict[str, Any]


class _Recorder(pulumi.runtime.Mocks):
    def __init__(self) -> None:
        self.created: list[_Created] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = cast("dict[str, Any]", args.inputs)  # pyright: ignore[reportUnknownMemberType] # untyped there
        self.created.append(_Created(str(args.typ), args.name, inputs))
        return args.name, inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"a provider is asked: {args.token}")


Program = Callable[[pulumi.Resource], Sequence[pulumi.Resource]]


def _run(program: Program) -> tuple[list[_Created], list[str]]:
    """What a program creates below a component, and the URNs of what it returns."""
    recorder = _Recorder()
    urns: list[str] = []
    pulumi.runtime.set_mocks(recorder, preview=False)

    def run() -> pulumi.Output[None]:
        made = program(pulumi.ComponentResource("test:index:Parent", "parent"))
        return pulumi.Output.all(*(one.urn for one in made)).apply(urns.extend)

    pulumi.runtime.test(run)()  # pyright: ignore[reportUnknownMemberType] # untyped there
    # What does not depend on each other is registered in any order.
    created = sorted(recorder.created, key=lambda one: one.name)
    return [one for one in created if one.type.startswith("kubernetes:")], urns


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "api_types.yaml"
    path.write_text(_FILE, encoding="utf-8")
    return path


def test_each_type_is_a_resource_of_its_own_named_as_kubernetes_names_it(file: Path) -> None:
    created, urns = _run(lambda parent: api_types(file, parent=parent))
    assert {one.type for one in created} == {"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"}
    assert [one.name for one in created] == ["doors.example.org", "windows.example.org"]
    assert [urn.rpartition("::")[2] for urn in urns] == ["doors.example.org", "windows.example.org"]


def test_what_reaches_kubernetes_is_the_manifest_to_the_letter(file: Path) -> None:
    created, _ = _run(lambda parent: api_types(file, parent=parent))
    for one, manifest in zip(created, load_api_types(file), strict=True):
        assert one.inputs == manifest


def test_where_no_webhook_can_answer_none_is_declared(file: Path) -> None:
    created, _ = _run(lambda parent: api_types(file, parent=parent, webhooks=False))
    assert created[0].inputs["metadata"] == {"name": "doors.example.org"}
    assert "conversion" not in created[0].inputs["spec"]
    assert "conversion" in load_api_types(file)[0]["spec"]


def test_a_mistake_is_told_before_anything_is_created(file: Path) -> None:
    file.write_text(_FILE.replace("schema: open", "schema: opn"), encoding="utf-8")
    with pytest.raises(ApiTypesError, match="Window: the root: there is no type 'opn'"):
        _run(lambda parent: api_types(file, parent=parent))
