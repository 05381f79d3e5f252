"""A cloud resource's inputs, held against what the cloud's own SDK declares.

pyright holds typed arguments against the same declarations. This also reaches what is written as a dict, and
what is computed: the values as they arrive at the provider's plugin.
"""

import enum
import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast

import pulumi

from simulator.kubernetes.values.wire import UNKNOWN
from tests.clouds.declared import Fields, alternatives, declared, fields, is_arguments

# Pulumi's wire format (sdk/go/common/resource/sig.go, plugin/rpc.go): what marks a value that is more than
# JSON, the marks of secrets and of outputs, and the strings that stand for what is not known yet.
_MARK = "4dabf18193072939515e22adb298388d"
_WRAPPED = ("1b47061264138c4ac30d75fd1eb44270", "d0e6a833031e9bbcd3f4e8bde6ca49a4")
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

_FILES = (pulumi.Asset, pulumi.Archive)


def wrong_inputs(token: str, inputs: Mapping[str, Any]) -> list[str]:
    """What is wrong with a resource's inputs, none where they are right: each names its path and the reason.

    Unknown inputs, required ones that are missing, and values of the wrong type, at any depth; values outside
    an enumeration where the SDK declares one. Raises NoSuchTypeError.
    """
    declaration = declared(token).inputs
    if token.startswith("pulumi:providers:"):
        inputs = {key: _from_json(value) for key, value in inputs.items() if key != "version"}
    return list(_object(inputs, declaration, ""))


def _from_json(value: object) -> object:
    """A setting of a provider, which travels as text whatever its type."""
    value = plain(value)
    if isinstance(value, str) and value[:1] in "[{tf":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def plain(value: object) -> object:
    """A value without what marks it as secret or as an output; None stands for one that is not known yet."""
    while isinstance(value, Mapping):
        given = cast("Mapping[str, Any]", value)
        if given.get(_MARK) not in _WRAPPED:
            return given
        value = given.get("value")
    return None if value is UNKNOWN or value == _UNKNOWN else value


def _object(value: Mapping[str, Any], declaration: Fields, path: str) -> Iterator[str]:
    for name in sorted(declaration.required):
        if value.get(name) is None:
            yield f"{_at(path, name)}: required, and missing"
    for name, inner in value.items():
        if name in declaration.types:
            yield from _value(inner, declaration.types[name], _at(path, name))
        elif not name.startswith("__"):
            similar = get_close_matches(name, declaration.types, n=3) or sorted(declaration.types)
            yield f"{_at(path, name)}: no such input; there are {', '.join(similar)}"


def _value(value: object, expected: object, path: str) -> Iterator[str]:
    value = plain(value)
    if value is None:
        return
    choices = alternatives(expected)
    if values := _enumerated(choices):
        if value not in values:
            yield f"{path}: {value!r} is none of {', '.join(map(repr, values))}"
        return
    found = [list(_one(value, choice, path)) for choice in choices]
    if all(found):
        yield from min(found, key=len)


def _one(value: object, expected: object, path: str) -> Iterator[str]:
    origin, inner = typing.get_origin(expected), typing.get_args(expected)
    if expected is Any or expected is object:
        return
    wanted = _shape(expected, origin)
    if wanted and not isinstance(value, wanted):
        yield _wrong(path, value, "a list" if wanted is list else "an object")
    elif is_arguments(expected):
        yield from _object(cast("Mapping[str, Any]", value), fields(expected), path)
    elif wanted is Mapping:
        for name, one in cast("Mapping[str, Any]", value).items():
            yield from _value(one, inner[1], _at(path, name))
    elif wanted is list:
        for index, one in enumerate(cast("list[object]", value)):
            yield from _value(one, inner[0], f"{path}[{index}]")
    elif isinstance(expected, type) and not _fits(value, expected):
        yield _wrong(path, value, _NAMES.get(expected, expected.__name__))


def _shape(expected: object, origin: object) -> type | None:
    if is_arguments(expected) or origin is Mapping or origin is dict:
        return Mapping
    return list if origin is Sequence or origin is list else None


def _enumerated(choices: Sequence[object]) -> list[object]:
    """The values of an enumeration; one that the SDK also lets be any text is held against its values."""
    kinds = [one for one in choices if isinstance(one, type) and issubclass(one, enum.Enum)]
    if all(one is str or isinstance(one, enum.EnumMeta) for one in choices):
        return [member.value for kind in kinds for member in kind]
    return []


_NAMES: Mapping[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def _fits(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if kind is int:
        # Numbers are floating point on the wire.
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if kind is float:
        return isinstance(value, int | float)
    if kind in _FILES:
        return isinstance(value, _FILES)
    return isinstance(value, kind)


def _wrong(path: str, value: object, wanted: str) -> str:
    return f"{path}: {value!r:.60} is not {wanted}"


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
