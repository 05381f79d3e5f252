"""The platform's own API types: what an API server demands of them, and what they may cost."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from components.kube.api_types import load_api_types
from tests.support.cluster import TestCluster
from tests.support.validation import api_type_paths, strict_errors

Object = Mapping[str, Any]

DEFINITIONS = [manifest for path in api_type_paths() for manifest in load_api_types(path)]


def test_no_two_files_bring_the_same_definition() -> None:
    names = [manifest["metadata"]["name"] for manifest in DEFINITIONS]
    assert sorted(set(names)) == sorted(names)


def test_definitions_have_no_field_that_kubernetes_does_not_know() -> None:
    assert [error for manifest in DEFINITIONS for error in strict_errors(manifest)] == []


def test_every_level_of_every_schema_is_structural() -> None:
    untyped = [
        f"{manifest['metadata']['name']}: {path}"
        for manifest in DEFINITIONS
        for version in manifest["spec"]["versions"]
        for path, schema in _levels(version["schema"]["openAPIV3Schema"], "")
        if not schema.get("type")
        and not schema.get("x-kubernetes-int-or-string")
        and not schema.get("x-kubernetes-preserve-unknown-fields")
    ]
    assert untyped == []


def test_every_column_shows_a_field_that_is_told_or_kept() -> None:
    lost = [
        f"{manifest['metadata']['name']}: {column['jsonPath']}"
        for manifest in DEFINITIONS
        for version in manifest["spec"]["versions"]
        for column in version.get("additionalPrinterColumns", ())
        if not _holds(version["schema"]["openAPIV3Schema"], column["jsonPath"])
    ]
    assert lost == []


def test_a_column_of_a_field_that_is_neither_is_found() -> None:
    status: Object = {"type": "object", "properties": {"phase": {"type": "string"}}}
    schema: Object = {"type": "object", "properties": {"status": status}}
    assert _holds(schema, ".status.phase")
    assert not _holds(schema, ".status.state")
    assert not _holds(schema, ".status.conditions[-1:].type")


def test_a_kind_with_a_status_tells_of_it() -> None:
    silent = [
        manifest["metadata"]["name"]
        for manifest in DEFINITIONS
        for version in manifest["spec"]["versions"]
        if "status" in version.get("subresources", {})
        and not _holds(version["schema"]["openAPIV3Schema"], ".status")
    ]
    assert silent == []


def test_definitions_are_no_deeper_than_protobuf_for_python_reads() -> None:
    # Its limit is 100 nested messages, three for each level of keys; an engine's message adds its own.
    assert [one["metadata"]["name"] for one in DEFINITIONS if _depth(one) > 30] == []


def test_definitions_stay_small_since_a_state_holds_them_twice() -> None:
    """Bytes of JSON as the file backend writes it."""
    sizes = {one["metadata"]["name"]: len(json.dumps(one, separators=(",", ":"))) for one in DEFINITIONS}
    assert {name: size for name, size in sizes.items() if size > 20_000} == {}
    assert sum(sizes.values()) < 230_000


@pytest.mark.engine
def test_an_api_server_serves_every_definition_and_calls_each_structural(types: TestCluster) -> None:
    found = json.loads(types.kubectl("get", "crd", "-o", "json").stdout)["items"]
    served = {one["metadata"]["name"]: one["status"]["conditions"] for one in found}
    for manifest in DEFINITIONS:
        conditions = {one["type"]: one["status"] for one in served[manifest["metadata"]["name"]]}
        assert conditions["Established"] == conditions["NamesAccepted"] == "True"
        assert conditions.get("NonStructuralSchema", "False") == "False"


def _levels(schema: Object, path: str) -> Iterator[tuple[str, Object]]:
    yield path, schema
    if "items" in schema:
        yield from _levels(schema["items"], f"{path}[]")
    if "additionalProperties" in schema:
        yield from _levels(schema["additionalProperties"], f"{path}<>")
    for name, inner in schema.get("properties", {}).items():
        yield from _levels(inner, f"{path}.{name}")


def _holds(schema: Object, json_path: str) -> bool:
    """Whether a value at the path could be in an object of the schema."""
    if json_path.startswith(".metadata."):
        return True
    for part in json_path.split("[", maxsplit=1)[0].strip(".").split("."):
        if part not in schema.get("properties", {}):
            return "x-kubernetes-preserve-unknown-fields" in schema or "additionalProperties" in schema
        schema = schema["properties"][part]
    return True


def _depth(value: object) -> int:
    """Levels of keys and lists."""
    match value:
        case dict():
            below = list(cast("dict[str, object]", value).values())
        case list():
            below = cast("list[object]", value)
        case _:
            return 0
    return 1 + max((_depth(one) for one in below), default=0)
