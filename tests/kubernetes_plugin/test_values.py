"""Property values: secrets and unknowns on the wire, paths, and when two values mean the same."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values import paths
from simulator.kubernetes.values.equality import normalize, same
from simulator.kubernetes.values.wire import UNKNOWN, Object, decode, encode

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def _secret(value: Any) -> dict[str, Any]:  # noqa: ANN401  any JSON value
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": value}


def _struct(value: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(value, struct_pb2.Struct())


def test_values_come_back_as_they_went() -> None:
    value: Object = {
        "a": 1,
        "b": 2.5,
        "c": True,
        "d": None,
        "e": [],
        "f": {},
        "g": ["x", {"h": False}],
        "i": "",
    }
    decoded = decode(encode(value))
    assert decoded.value == value
    assert [type(decoded.value[key]) for key in "abc"] == [int, float, bool]
    assert (decoded.secrets, decoded.unknown) == (None, False)


def test_secrets_are_plain_values_with_marks_beside_them() -> None:
    decoded = decode(
        _struct({"a": _secret("x"), "b": {"c": _secret({"d": 1}), "e": 2}, "f": ["y", _secret("z")]})
    )
    assert decoded.value == {"a": "x", "b": {"c": {"d": 1}, "e": 2}, "f": ["y", "z"]}
    assert decoded.secrets == {"a": True, "b": {"c": True}, "f": True}
    again = encode(decoded.value, decoded.secrets)
    assert json_format.MessageToDict(again) == {
        "a": _secret("x"),
        "b": {"c": _secret({"d": 1}), "e": 2},
        "f": _secret(["y", "z"]),
    }


def test_a_mark_stays_where_an_object_became_something_else() -> None:
    assert json_format.MessageToDict(encode({"a": "text"}, {"a": {"b": True}})) == {"a": _secret("text")}


def test_unknown_values_are_told_apart_from_texts() -> None:
    decoded = decode(_struct({"a": [_UNKNOWN], "b": "known"}))
    assert decoded.unknown
    assert decoded.value["a"][0] is UNKNOWN
    assert decode(encode(decoded.value)).value["a"][0] is UNKNOWN


def test_schema_fields_are_spelt_as_kubernetes_does_and_back() -> None:
    decoded = decode(_struct({"x_kubernetes_int_or_string": True, "x_other": 1}))
    assert decoded.value == {"x-kubernetes-int-or-string": True, "x_other": 1}
    assert json_format.MessageToDict(encode(decoded.value)) == {
        "x_kubernetes_int_or_string": True,
        "x_other": 1,
    }


def test_an_asset_is_refused() -> None:
    with pytest.raises(ValueError, match="no Kubernetes object can hold"):
        decode(_struct({"a": {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17"}}))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spec.containers[0].image", ["spec", "containers", 0, "image"]),
        ('metadata.labels["a.b/c"]', ["metadata", "labels", "a.b/c"]),
        ('data["with \\"quotes\\""]', ["data", 'with "quotes"']),
    ],
)
def test_paths_are_read_and_written(text: str, path: list[str | int]) -> None:
    assert paths.parse(text) == path
    assert paths.render(path) == text


def test_a_path_that_is_not_understood_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"'spec\[' is not understood at '\['"):
        paths.parse("spec[")


def test_a_wildcard_covers_every_step_and_what_is_below() -> None:
    assert paths.covers(paths.parse("spec.ports[*]"), ["spec", "ports", 3, "name"])
    assert not paths.covers(paths.parse("spec.ports[*]"), ["spec", "selector"])
    assert not paths.covers(paths.parse("spec.ports[0].name"), ["spec", "ports"])


@pytest.mark.parametrize(
    ("one", "other"),
    [("0.1", "100m"), ("1024Mi", "1Gi"), (1, "1"), ("1e3", "1k"), ("0.5Gi", "512Mi"), ("1500m", 1.5)],
)
def test_quantities_mean_the_same_in_any_form(one: str | float, other: str | float) -> None:
    assert same(one, other, "requests", "cpu")
    assert not same(one, other, "labels", "cpu")


@pytest.mark.parametrize(("one", "other"), [("1G", "1Gi"), ("1", "2"), ("x", "y"), (True, 1), ("1", None)])
def test_other_quantities_do_not(one: object, other: object) -> None:
    assert not same(one, other, "requests", "cpu")


def test_a_secrets_texts_are_compared_where_the_server_keeps_them() -> None:
    written = {"kind": "Secret", "stringData": {"a": "hello"}, "data": {"b": "eA=="}}
    assert normalize(written) == {"kind": "Secret", "data": {"a": "aGVsbG8=", "b": "eA=="}}
    assert normalize({"kind": "ConfigMap", "stringData": {"a": "x"}})["stringData"] == {"a": "x"}
