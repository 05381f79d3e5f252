"""The facts of what upstream deploys, and what is rendered here, in a form in which they compare."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Object = Mapping[str, Any]

FOLDER = Path(__file__).parents[2].parent / "shared" / "reference"
_HASH = re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{10}$")
"""The suffix of names that kustomize generates."""


def available() -> bool:
    """Whether the facts are on this machine."""
    return FOLDER.is_dir()


def upstream(file: str) -> dict[str, Object]:
    """Upstream's objects by `Kind/name`; API types are compared by tests of their own."""
    objects = json.loads((FOLDER / f"{file}.json").read_text(encoding="utf-8"))
    return {
        f"{one['kind']}/{plain(one['name'])}": one
        for one in objects
        if one["kind"] != "CustomResourceDefinition"
    }


def ours(objects: Iterable[Object]) -> dict[str, Object]:
    """Rendered objects by `Kind/name`."""
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in objects}


def plain(name: str) -> str:
    """A name without a generated suffix."""
    return _HASH.sub("", name)


def rights(role: Object) -> set[tuple[str, str, str]]:
    """Each single right of a role: API group, resource, verb."""
    rules: list[Mapping[str, list[str]]] = role.get("rules") or []
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule.get("apiGroups", [""])
        for resource in [*rule.get("resources", []), *rule.get("nonResourceURLs", [])]
        for verb in rule["verbs"]
    }


def granted(right: tuple[str, str, str], by: set[tuple[str, str, str]]) -> bool:
    """Whether rights, some of them with wildcards, contain this one."""
    return any(all(mine in (one, "*") for one, mine in zip(right, theirs, strict=True)) for theirs in by)


def subjects(binding: Object) -> set[tuple[str, str, str]]:
    """Who a binding is for: kind, namespace, name."""
    found: list[Mapping[str, str]] = binding.get("subjects") or []
    return {(one["kind"], one.get("namespace", ""), one["name"]) for one in found}
