"""What a real API server would say of an object, said without one.

Its words are the server's: `spec.pvc: Required value`, `unknown field "spec.pcv"`. Rules in CEL are left to
the server; everything else of a schema is checked here, and names and types of the fields of Kubernetes' own
kinds. A whole number counts as an integer however Python holds it: Pulumi's mocks make floats of all.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import components
from components.kube.api_types import load_api_types

from .builtin_kinds import builtin_errors, is_integer, metadata_errors

Object = Mapping[str, Any]
Schema = Mapping[str, Any]

_SERVER_OWNED = frozenset({"apiVersion", "kind", "metadata"})
_JSON_NAMES = {"bool": "boolean", "int": "integer", "float": "number", "str": "string", "list": "array"}
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def strict_errors(obj: Object) -> list[str]:
    """What is wrong with an object, none for one that is right: unknown, missing and mistyped fields.

    Kinds of the platform's own API types are held against their schemas, Kubernetes' own kinds against the
    typed arguments of Pulumi's SDK, which are made from the same API definitions. A kind that is neither is
    an error.
    """
    api_version, kind = str(obj.get("apiVersion", "")), str(obj.get("kind", ""))
    schema = platform_schemas().get((api_version, kind))
    if schema is not None:
        return schema_errors(obj, schema)
    return builtin_errors(obj)


def schema_errors(obj: Object, schema: Schema) -> list[str]:
    """What is wrong with an object of a custom kind by the structural schema of its version."""
    fields = {name: value for name, value in obj.items() if name not in _SERVER_OWNED}
    return metadata_errors(obj.get("metadata", {})) + list(_errors(fields, schema, ""))


@cache
def platform_schemas() -> Mapping[tuple[str, str], Schema]:
    """The schemas of every kind that a component or add-on brings, by apiVersion and kind."""
    return {
        (f"{spec['group']}/{version['name']}", spec["names"]["kind"]): version["schema"]["openAPIV3Schema"]
        for path in api_type_paths()
        for spec in (manifest["spec"] for manifest in load_api_types(path))
        for version in spec["versions"]
    }


@cache
def api_type_paths() -> tuple[Path, ...]:
    """Every file and folder of API types under components/, but Istio's stand-ins without a mesh."""
    root = Path(components.__path__[0])
    files = [path for path in root.rglob("api_types.yaml") if path.parent.name != "api_types"]
    folders = [path for path in root.rglob("api_types") if path.is_dir() and path.parent.name != "kube"]
    return tuple(sorted(path for path in files + folders if path.parent.name != "minimal"))


def _errors(value: object, schema: Schema, path: str) -> Iterator[str]:
    if value is None:
        if not schema.get("nullable") and "default" not in schema and "type" in schema:
            yield f'{path}: Invalid value: "null"'
        return
    if schema.get("x-kubernetes-int-or-string"):
        if not isinstance(value, str) and not is_integer(value):
            yield f"{path}: Invalid value: {_name_of(value)}"
        return
    kind = schema.get("type")
    if kind == "array" and isinstance(value, Mapping):
        # The server looks for unknown fields first, and a list has none that are known.
        for name in cast("Object", value):
            yield f'unknown field "{_at(path, name)}"'
        return
    if kind and not _is(value, kind):
        wanted = f"{path} in body must be of type {kind}"
        yield f'{path}: Invalid value: "{_name_of(value)}": {wanted}: "{_name_of(value)}"'
        return
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(f'"{choice}"' for choice in schema["enum"])
        yield f'{path}: Unsupported value: "{value}": supported values: {choices}'
    if isinstance(value, Mapping):
        yield from _object_errors(cast("Object", value), schema, path)
    elif isinstance(value, list) and "items" in schema:
        yield from _list_errors(cast("list[object]", value), schema, path)
    else:
        yield from _scalar_errors(cast("str | float", value), schema, path)


def _object_errors(value: Object, schema: Schema, path: str) -> Iterator[str]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    others: Schema | None = schema.get("additionalProperties")
    for name in schema.get("required", ()):
        if name not in value and "default" not in properties[name]:
            yield f"{_at(path, name)}: Required value"
    for name, inner in value.items():
        if name in properties:
            yield from _errors(inner, properties[name], _at(path, name))
        elif others is not None:
            yield from _errors(inner, others, _at(path, name))
        elif not schema.get("x-kubernetes-preserve-unknown-fields"):
            yield f'unknown field "{_at(path, name)}"'
    yield from _bounds(len(value), schema, path, "minProperties", "maxProperties")


def _list_errors(value: Sequence[object], schema: Schema, path: str) -> Iterator[str]:
    yield from _bounds(len(value), schema, path, "minItems", "maxItems")
    keys = schema.get("x-kubernetes-list-map-keys", ())
    seen: list[object] = []
    for index, item in enumerate(value):
        yield from _errors(item, schema["items"], f"{path}[{index}]")
        key = item
        if keys and isinstance(item, Mapping):
            fields = cast("Object", item)
            defaults = {name: inner.get("default") for name, inner in schema["items"]["properties"].items()}
            key = [fields.get(name, defaults.get(name)) for name in keys]
        if schema.get("x-kubernetes-list-type") in ("map", "set") and key in seen:
            yield f"{path}[{index}]: Duplicate value"
        seen.append(key)


def _scalar_errors(value: str | float, schema: Schema, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield from _bounds(value, schema, path, "minimum", "maximum")
        return
    yield from _bounds(len(value), schema, path, "minLength", "maxLength")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f'{path}: Invalid value: "{value}"'
    meets = _FORMATS.get(schema.get("format", ""))
    if meets and not meets(value):
        yield f'{path}: Invalid value: "{value}": {path} in body must be of type {schema["format"]}'


def _bounds(value: float, schema: Schema, path: str, least: str, most: str) -> Iterator[str]:
    if value > schema.get(most, value):
        yield f"{path}: {'Too many' if most == 'maxItems' else 'Invalid value'}"
    if value < schema.get(least, value):
        yield f"{path}: Invalid value"


def _date_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return bool(_DATE_TIME.fullmatch(value))


def _base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return True


_FORMATS: Mapping[str, Callable[[str], bool]] = {"date-time": _date_time, "byte": _base64}


def _is(value: object, kind: str) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return is_integer(value)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, Mapping)


def _name_of(value: object) -> str:
    return _JSON_NAMES.get(type(value).__name__, "object")


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
