"""Our API types against what upstream deploys."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from .comparison import Difference, heads, own_definitions, reference_definitions, schemas

_REVIEWED = Path(__file__).with_name("differences.yaml")

# No part of it is deployed: what metacontroller did for a team is declared, and the second generation of
# notebooks is not offered.
_LEFT_OUT = {
    "compositecontrollers.metacontroller.k8s.io",
    "controllerrevisions.metacontroller.k8s.io",
    "decoratorcontrollers.metacontroller.k8s.io",
    "workspacekinds.kubeflow.org",
    "workspaces.kubeflow.org",
}

# Upstream's Dex makes all of its types but one by itself, for which it holds the right to make any.
_MADE_BY_PROGRAMS = {
    f"{plural}.dex.coreos.com"
    for plural in (
        "authrequests",
        "connectors",
        "devicerequests",
        "devicetokens",
        "oauth2clients",
        "offlinesessionses",
        "passwords",
        "refreshtokens",
        "signingkeies",
    )
}


def test_every_api_type_of_the_reference_is_there() -> None:
    own = own_definitions(addons=True).keys() | own_definitions(addons=False).keys()
    assert set(reference_definitions()) - own == _LEFT_OUT
    assert own_definitions(addons=False).keys() - set(reference_definitions()) == _MADE_BY_PROGRAMS


def test_every_difference_is_reviewed_and_has_its_reason() -> None:
    unreviewed = [str(one) for one in _differences() if not any(_covers(line, one) for line in _reviewed())]
    assert unreviewed == []


def test_every_reviewed_difference_is_still_one() -> None:
    stale = [line for line in _reviewed() if not any(_covers(line, one) for one in _differences())]
    assert stale == []


def test_each_reason_is_a_sentence() -> None:
    entries: list[dict[str, Any]] = yaml.safe_load(_REVIEWED.read_text(encoding="utf-8"))
    assert [entry for entry in entries if not entry["reason"].rstrip().endswith(".")] == []


@pytest.mark.parametrize(
    "part", ["plural", "kind", "shortNames", "scope", "served", "storage", "subresources"]
)
def test_tables_of_add_ons_hold_the_kinds_as_upstream_names_them(part: str) -> None:
    found = [
        str(one)
        for name, own in own_definitions(addons=True).items()
        if name in reference_definitions()
        for one in heads(own, reference_definitions()[name])
        if one.path.endswith(f"{part})")
    ]
    assert found == []


def test_a_changed_field_is_found() -> None:
    own = own_definitions(addons=False)["tensorboards.tensorboard.kubeflow.org"]
    version = own["versions"][0]
    spec = {"type": "object", "properties": {"logpath": {"type": "string"}}}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    changed = {**own, "versions": [{**version, "schema": schema}]}
    found = {
        str(one)
        for one in schemas(changed, reference_definitions()[f"{own['names']['plural']}.{own['group']}"])
    }
    assert found == {
        "added Tensorboard.spec.logpath: string",
        "missing Tensorboard.spec.logspath: string required",
        *(f"missing Tensorboard.status{rest}" for rest in _TENSORBOARD_STATUS),
    }


_TENSORBOARD_STATUS = (
    ": object",
    ".conditions: array required",
    ".conditions[]: object",
    ".conditions[].deploymentState: string required",
    ".conditions[].lastProbeTime: string",
    ".readyReplicas: integer required",
)


@cache
def _differences() -> tuple[Difference, ...]:
    return tuple(
        one
        for name, own in own_definitions(addons=False).items()
        if name not in _MADE_BY_PROGRAMS
        for differences in (heads, schemas)
        for one in differences(own, reference_definitions()[name])
    )


@cache
def _reviewed() -> tuple[tuple[str, str], ...]:
    def lines() -> Iterator[tuple[str, str]]:
        for entry in yaml.safe_load(_REVIEWED.read_text(encoding="utf-8")):
            for sort in entry.keys() - {"reason"}:
                for path in entry[sort]:
                    yield sort, path

    return tuple(lines())


def _covers(line: tuple[str, str], difference: Difference) -> bool:
    sort, pattern = line
    expression = re.escape(pattern).replace(r"\*", r"[^.]*")
    return sort == difference.sort and bool(re.fullmatch(expression, difference.path))
