"""How our definition of an API type differs from the reference's."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from components.kube.api_types import load_api_types
from tests.support.validation import api_type_paths

from .facts import Fact, of_reference, of_schema

Object = Mapping[str, Any]

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference"


@dataclass(frozen=True)
class Difference:
    """A difference: `open`, `added`, `missing` or `changed`, and the path it stands at, kind first."""

    sort: str
    path: str
    detail: str = ""

    def __str__(self) -> str:
        """The difference in one line."""
        return f"{self.sort} {self.path}{': ' if self.detail else ''}{self.detail}"


@cache
def reference_definitions() -> Mapping[str, Object]:
    """The reference's definitions by name. Skips the test where the reference is not at hand."""
    if not REFERENCE.is_dir():
        pytest.skip("the reference of what upstream deploys is not beside this repository")
    return {
        one["name"]: one
        for file in sorted(REFERENCE.glob("*.json"))
        for one in _objects(file)
        if one.get("kind") == "CustomResourceDefinition"
    }


@cache
def own_definitions(*, addons: bool) -> Mapping[str, Object]:
    """Our definitions by name: those of other projects' add-ons, or those of Kubeflow's components."""
    return {
        manifest["metadata"]["name"]: manifest["spec"]
        for path in api_type_paths()
        if ("addons" in path.parts) == addons
        for manifest in load_api_types(path)
    }


def heads(own: Object, reference: Object) -> Iterator[Difference]:
    """Differences in names, scope and conversion, and in what each version is and offers, but for schemas."""
    kind = own["names"]["kind"]
    for name in sorted(own["names"].keys() | reference["names"].keys()):
        ours, theirs = own["names"].get(name), reference["names"].get(name)
        if ours != theirs and not (theirs is None and name == "listKind"):
            yield Difference("changed", f"{kind}({name})", f"{ours}, not {theirs}")
    if own["scope"] != reference["scope"]:
        yield Difference("changed", f"{kind}(scope)", f"{own['scope']}, not {reference['scope']}")
    strategy = own.get("conversion", {}).get("strategy", "None")
    if strategy != (reference["conversion"] or "None"):
        yield Difference("changed", f"{kind}(conversion)", f"{strategy}, not {reference['conversion']}")
    ours, theirs = _versions(own, "additionalPrinterColumns"), _versions(reference, "printerColumns")
    for version in sorted(ours.keys() | theirs.keys()):
        for part in ("served", "storage", "subresources", "columns"):
            one, other = ours.get(version, {}).get(part), theirs.get(version, {}).get(part)
            if one != other:
                yield Difference("changed", f"{kind}({version} {part})", f"{one}, not {other}")


def schemas(own: Object, reference: Object) -> Iterator[Difference]:
    """Differences in the fields of all versions, each told once."""
    found: dict[Difference, None] = {}
    theirs = {version["name"]: version for version in reference["versions"]}
    for version in own["versions"]:
        if version["name"] in theirs:
            ours = of_schema(version["schema"]["openAPIV3Schema"])
            for one in _fields(own["names"]["kind"], ours, of_reference(theirs[version["name"]]["schema"])):
                found[one] = None
    yield from found


def _fields(kind: str, ours: Mapping[str, Fact], theirs: Mapping[str, Fact]) -> Iterator[Difference]:
    for path, fact in ours.items():
        at = f"{kind}.{path}" if path else kind
        if path not in theirs:
            if not _above(path, theirs, told=False):
                yield Difference("added", at, str(fact))
        elif fact.told != theirs[path].told and not (fact.type == "any" and fact.open):
            yield Difference("changed", at, f"{fact}, not {theirs[path]}")
        if path in theirs and fact.open and not theirs[path].open:
            yield Difference("open", at)
    for path in theirs.keys() - ours.keys():
        if not _above(path, ours, told=True):
            yield Difference("missing", f"{kind}.{path}", str(theirs[path]))


def _above(path: str, facts: Mapping[str, Fact], *, told: bool) -> bool:
    """Whether something above `path` is open (or, of the reference, goes no deeper)."""
    above = (facts[name] for name in _parents(path) if name in facts)
    return any(fact.open or not (told or fact.deeper) for fact in above)


def _parents(path: str) -> Iterator[str]:
    yield ""
    for end, character in enumerate(path):
        if character in ".[<":
            yield path[:end]


def _versions(definition: Object, columns: str) -> dict[str, Object]:
    versions: list[Object] = definition["versions"]
    return {
        version["name"]: {
            "served": version["served"],
            "storage": version["storage"],
            "subresources": version.get("subresources") or {},
            "columns": [_column(column) for column in version.get(columns) or ()],
        }
        for version in versions
    }


def _column(column: Object) -> tuple[str, str, str]:
    return column["name"], column["type"], column["jsonPath"]


def _objects(file: Path) -> list[Object]:
    content: object = json.loads(file.read_text(encoding="utf-8"))
    return cast("list[Object]", content) if isinstance(content, list) else []
