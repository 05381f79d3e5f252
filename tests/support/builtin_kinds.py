"""Kubernetes' own kinds, held against the typed arguments of Pulumi's SDK."""

import importlib
import inspect
import types
import typing
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import pulumi

# The SDK keeps wire names and types of its argument classes where its own serializer finds them, and offers
# no other way to them.
from pulumi import _types as sdk_types  # pyright: ignore[reportPrivateUsage]
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

Object = Mapping[str, Any]

# A status is written by controllers, and these classes leave it out.
_NOT_OF_THE_SDK = frozenset({"status"})
# A quantity may be written as a number, whatever the SDK says.
_QUANTITIES = frozenset({"limits", "requests", "capacity", "hard", "sizeLimit", "divisor"})


def builtin_errors(obj: Object) -> list[str]:
    """What is wrong with an object of one of Kubernetes' own kinds."""
    api_version, kind = str(obj.get("apiVersion", "")), str(obj.get("kind", ""))
    arguments = _arguments(api_version, kind)
    if arguments is None:
        return [f'no matches for kind "{kind}" in version "{api_version}"']
    fields = {name: value for name, value in obj.items() if name not in _NOT_OF_THE_SDK}
    return list(_object_errors(fields, arguments, ""))


def metadata_errors(metadata: object) -> list[str]:
    """What is wrong with an object's metadata."""
    return list(_errors(metadata, ObjectMetaArgs, "metadata"))


@cache
def _arguments(api_version: str, kind: str) -> type | None:
    group, _, version = api_version.rpartition("/")
    package = group.partition(".")[0] or "core"
    if group.count(".") and not group.endswith(".k8s.io"):
        return None
    try:
        module = importlib.import_module(f"pulumi_kubernetes.{package}.{version}.{kind}")
    except ModuleNotFoundError:
        return None
    return getattr(module, f"{kind}InitArgs", None)


@cache
def _fields(arguments: type) -> tuple[Mapping[str, object], frozenset[str]]:
    """The fields of an argument class by their names on the wire, and those that are required."""
    names = sdk_types.input_type_py_to_pulumi_names(arguments)
    types_ = sdk_types.input_type_types(arguments)
    # The SDK has underscores in the names of a schema's extensions, where Kubernetes has dashes.
    fields = {name.replace("_", "-") if name.startswith("x_") else name: of for name, of in types_.items()}
    parameters = inspect.signature(arguments.__init__).parameters.values()
    needed = (one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty)
    return fields, frozenset(names[name] for name in needed)


def _errors(value: object, expected: object, path: str) -> Iterator[str]:
    expected = _plain(expected)
    if value is None or expected is Any or expected is object:
        return
    origin, inner = typing.get_origin(expected), typing.get_args(expected)
    if origin in (typing.Union, types.UnionType):
        if not any(not list(_errors(value, one, path)) for one in inner):
            yield _wrong(path, value)
    elif isinstance(expected, type) and sdk_types.is_input_type(expected):
        yield from _of(value, Mapping, path) or _object_errors(cast("Object", value), expected, path)
    elif origin in (Sequence, list):
        yield from _of(value, list, path) or _item_errors(cast("list[object]", value), inner[0], path)
    elif origin in (Mapping, dict):
        yield from _of(value, Mapping, path) or _value_errors(cast("Object", value), inner[1], path)
    elif isinstance(expected, type) and not _fits(value, expected):
        yield _wrong(path, value)


def _object_errors(value: Object, arguments: type, path: str) -> Iterator[str]:
    fields, required = _fields(arguments)
    for name in sorted(required - value.keys()):
        yield f"{_at(path, name)}: Required value"
    for name, inner in value.items():
        if name not in fields:
            yield f'unknown field "{_at(path, name)}"'
        elif not (name in _QUANTITIES and _is_quantity(inner)):
            yield from _errors(inner, fields[name], _at(path, name))


def _item_errors(value: Sequence[object], item: object, path: str) -> Iterator[str]:
    for index, one in enumerate(value):
        yield from _errors(one, item, f"{path}[{index}]")


def _value_errors(value: Object, expected: object, path: str) -> Iterator[str]:
    for name, one in value.items():
        yield from _errors(one, expected, _at(path, name))


def _of(value: object, kind: type, path: str) -> list[str]:
    return [] if isinstance(value, kind) else [_wrong(path, value)]


def _plain(expected: object) -> object:
    """A type without the awaitables and outputs that an input may be, and without None."""
    if typing.get_origin(expected) in (typing.Union, types.UnionType):
        outer = (Awaitable, pulumi.Output)
        plain = [
            one
            for one in typing.get_args(expected)
            if one is not type(None) and typing.get_origin(one) not in outer
        ]
        return plain[0] if len(plain) == 1 else typing.Union[tuple(plain)]  # noqa: UP007
    return expected


def is_integer(value: object) -> bool:
    """Whether a value is a whole number, be it held as an int or as a float."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )


def _fits(value: object, kind: type) -> bool:
    if kind is int:
        return is_integer(value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind)


def _is_quantity(value: object) -> bool:
    values = cast("Object", value).values() if isinstance(value, Mapping) else [value]
    return all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in values)


def _wrong(path: str, value: object) -> str:
    return f"{path}: Invalid value: {type(value).__name__} {value!r:.60}"


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
