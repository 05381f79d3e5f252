"""Pulumi's property values on the wire (protobuf Struct) as plain Python values, and back.

Two things have no plain form. A secret is an object with a signature around its value: here the value is
plain and a tree of marks beside it says where secrets are. An unknown value is one of a few fixed strings:
here it is `UNKNOWN`. Both formats: Pulumi's sdk/go/common/resource/plugin/rpc.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from google.protobuf import struct_pb2

__all__ = [
    "SIGNATURE_KEY",
    "UNKNOWN",
    "Decoded",
    "Marks",
    "Object",
    "decode",
    "encode",
    "marks_within",
    "plain",
    "seal",
]

Object: TypeAlias = dict[str, Any]
"""A JSON object: a Kubernetes object or a part of one."""

Marks: TypeAlias = "Literal[True] | dict[str, Marks]"
"""Where secrets are: True for a value that is secret as a whole, else the keys under which some are."""

SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"

_UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # a list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
_UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

# Python's generated types spell these schema fields with underscores, Kubernetes with dashes.
_DASHED = {
    name.replace("-", "_"): name
    for name in (
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    )
}
_UNDERSCORED = {dashed: underscored for underscored, dashed in _DASHED.items()}


class _Unknown:
    """A value that is known only once something else has been created."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = _Unknown()


class _Secret:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:  # noqa: ANN401  any JSON value
        self.value = value


@dataclass(frozen=True)
class Decoded:
    """A property map: its plain value, where secrets are in it, and whether something in it is unknown."""

    value: Object
    secrets: Marks | None = None
    unknown: bool = False


class _Decoder:
    """Reads one Struct, and notes what it met."""

    def __init__(self) -> None:
        self.secret = False
        self.unknown = False

    def object(self, struct: struct_pb2.Struct) -> Any:  # noqa: ANN401  a secret may stand for an object
        fields = struct.fields
        if SIGNATURE_KEY in fields:
            signature = fields[SIGNATURE_KEY].string_value
            if signature == SECRET_SIGNATURE:
                self.secret = True
                return _Secret(self.value(fields["value"]))
            message = f"a value of a kind that no Kubernetes object can hold (signature {signature})"
            raise ValueError(message)
        return {_DASHED.get(key, key): self.value(value) for key, value in fields.items()}

    def value(self, value: struct_pb2.Value) -> Any:  # noqa: ANN401, PLR0911  any JSON value
        kind = value.WhichOneof("kind")
        if kind == "string_value":
            text = value.string_value
            if text in _UNKNOWNS:
                self.unknown = True
                return UNKNOWN
            return text
        if kind == "struct_value":
            return self.object(value.struct_value)
        if kind == "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        if kind == "list_value":
            return [self.value(item) for item in value.list_value.values]
        if kind == "bool_value":
            return value.bool_value
        return None


def decode(struct: struct_pb2.Struct) -> Decoded:
    """Read a property map. Raises ValueError for assets, archives and resource references."""
    decoder = _Decoder()
    tree = decoder.object(struct)
    if not decoder.secret:
        return Decoded(tree, None, decoder.unknown)
    value, marks = _split(tree)
    return Decoded(value, marks, decoder.unknown)


def plain(value: struct_pb2.Value) -> Any:  # noqa: ANN401  any JSON value
    """Read one property without regard to whether it is secret."""
    return _split(_Decoder().value(value))[0]


def _split(tree: Any) -> tuple[Any, Marks | None]:  # noqa: ANN401  any JSON value
    """Take secrets out of their wrapping; in a list one secret makes all of it secret, for items may move."""
    if isinstance(tree, _Secret):
        return _split(tree.value)[0], True
    if isinstance(tree, dict):
        value: Object = {}
        marks: dict[str, Marks] = {}
        for key, item in cast("Object", tree).items():
            value[key], mark = _split(item)
            if mark is not None:
                marks[key] = mark
        return value, marks or None
    if isinstance(tree, list):
        pairs = [_split(item) for item in cast("list[Any]", tree)]
        return [item for item, _ in pairs], True if any(mark is not None for _, mark in pairs) else None
    return tree, None


def encode(value: Object, secrets: Marks | None = None) -> struct_pb2.Struct:
    """Write a property map with its secrets marked."""
    struct = struct_pb2.Struct()
    _fill(struct, value, secrets)
    return struct


def seal(value: struct_pb2.Value) -> None:
    """Mark one property as secret, in place."""
    if SIGNATURE_KEY in value.struct_value.fields:
        return
    inner = struct_pb2.Value()
    inner.CopyFrom(value)
    fields = value.struct_value.fields
    fields.clear()
    fields[SIGNATURE_KEY].string_value = SECRET_SIGNATURE
    fields["value"].CopyFrom(inner)


def marks_within(value: Any, secrets: Marks | None) -> list[Any]:  # noqa: ANN401  any JSON value
    """Return every scalar that is marked as secret."""
    if secrets is None:
        return []
    if secrets is True:
        return _scalars(value)
    if isinstance(value, dict):
        found: list[Any] = []
        for key, mark in secrets.items():
            found += marks_within(cast("Object", value).get(key), mark)
        return found
    return _scalars(value)


def _scalars(value: Any) -> list[Any]:  # noqa: ANN401  any JSON value
    if isinstance(value, dict):
        return [leaf for item in cast("Object", value).values() for leaf in _scalars(item)]
    if isinstance(value, list):
        return [leaf for item in cast("list[Any]", value) for leaf in _scalars(item)]
    return [] if value is None else [value]


def _fill(struct: struct_pb2.Struct, value: Object, secrets: Marks | None) -> None:
    fields = struct.fields
    marks = secrets if isinstance(secrets, dict) else {}
    for key, item in value.items():
        target = fields[_UNDERSCORED.get(key, key)]
        mark = marks.get(key)
        if mark is None:
            _put(target, item, None)
        elif mark is True or not isinstance(item, dict):
            wrapper = target.struct_value.fields
            wrapper[SIGNATURE_KEY].string_value = SECRET_SIGNATURE
            _put(wrapper["value"], item, None)
        else:
            _put(target, cast("Object", item), mark)


def _put(target: struct_pb2.Value, value: Any, secrets: Marks | None) -> None:  # noqa: ANN401  any JSON value
    if isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        _fill(target.struct_value, cast("Object", value), secrets)
    elif isinstance(value, list):
        target.list_value.SetInParent()
        values = target.list_value.values
        for item in cast("list[Any]", value):
            _put(values.add(), item, None)
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    else:
        target.string_value = _UNKNOWN_STRING
