"""The annotation `pulumi.com/waitFor`: what its expressions select and wait for."""

from __future__ import annotations

import pytest

from simulator.kubernetes import readiness
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.readiness import jsonpath
from simulator.kubernetes.values.objects import Type
from simulator.kubernetes.values.wire import Object
from tests.kubernetes_plugin.objects import config_map


class Alone:
    """An object without any others around it."""

    def owned_by(self, kind: Type, uid: object) -> list[Object]:
        return []

    def named(self, kind: Type, name: str) -> Object | None:
        return None


def _ready(value: Object) -> bool:
    rule = readiness.choose(value)
    assert rule is not None
    return rule.judge(value, Alone()).ready


STATUS: Object = {"phase": "Ok", "n": 2, "on": True, "conditions": []}


@pytest.mark.parametrize(
    ("expression", "ready"),
    [
        ("jsonpath={.status.phase}=Ok", True),
        ("jsonpath={$.status.phase}", True),
        ("jsonpath={.status.phase}=Bad", False),
        ("jsonpath={.status.n}=2", True),
        ("jsonpath={.status.on}=true", True),
        ("jsonpath={.status.missing}", False),
        ("jsonpath={.status['phase']}=Ok", True),
        ("condition=Ready", False),
        ('["jsonpath={.status.n}=2", "jsonpath={.status.phase}=Ok"]', True),
        ('["jsonpath={.status.n}=2", "jsonpath={.status.phase}=Bad"]', False),
    ],
)
def test_expressions_say_what_is_waited_for(expression: str, ready: bool) -> None:
    value = {**config_map("c", "n", waitFor=expression), "status": STATUS}
    assert _ready(value) == ready
    value["metadata"]["generation"] = 2
    assert not _ready({**value, "status": {**STATUS, "observedGeneration": 1}}), "of an older version"


def test_a_condition_may_be_waited_for_by_its_status() -> None:
    value = config_map("c", "n", waitFor="condition=Paused=False")
    for status, ready in (("True", False), ("false", True)):
        conditions = [{"type": "paused", "status": status}]
        assert _ready({**value, "status": {"conditions": conditions}}) == ready


def test_paths_select_by_name_index_wildcard_and_filter() -> None:
    value = {"a": [{"t": "x", "v": 1}, {"t": "y", "v": 2}], "b": {"c d": 3}}
    for text, found in {
        "$.a[0].v": [1],
        ".a[-1].v": [2],
        ".a[*].v": [1, 2],
        ".a[5]": [],
        ".b['c d']": [3],
        '.a[?(@.t=="y")].v': [2],
        ".a[?@.t!='y'].v": [1],
        ".a[?(@.w)]": [],
        ".b.*": [3],
    }.items():
        assert jsonpath.parse(text).find(value) == found, text
    for text in ("", ".a[0:1]", "..v", ".a[?(@.t=='x' && @.v==1)]", "a"):
        with pytest.raises(RefusedError, match="JSONPath"):
            jsonpath.parse(text)
