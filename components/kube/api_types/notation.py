"""The words of the notation: what a field's key says, and what a type written as one string says.

A key is a name, then `[...]` for each list or `<...>` for each map that it is, then `*` where it is required
and `?` where null is allowed:

    image*                   a required field
    args[]                   a list
    conditions[by type]      a list merged by that key; `[by name+port]` by two
    scopes[set]              a list without duplicates, merged as a set; `[atomic]` is replaced as a whole
    rules[min 1, max 16]*    a required list of 1 to 16
    labels<>                 a map from strings

A type is the name of a basic type or of a fragment, then what limits it, what it may be, what it is else:

    string    int32(min 1, max 100)    string of Never|Always = "Never"    boolean = false    EnvVar
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

Schema = dict[str, Any]

_PRESERVE = {"x-kubernetes-preserve-unknown-fields": True}
_INT_OR_STRING = {"x-kubernetes-int-or-string": True}

BASIC_TYPES: Mapping[str, Schema] = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "double": {"type": "number", "format": "double"},
    "date-time": {"type": "string", "format": "date-time"},
    "byte": {"type": "string", "format": "byte"},
    "int-or-string": _INT_OR_STRING,
    "quantity": _INT_OR_STRING,
    "any": _PRESERVE,
    "open": {"type": "object", **_PRESERVE},
}
"""Basic types and their schemas. `open` is an object with whatever fields, `any` whatever value."""

_KEY = re.compile(
    r"(?P<name>[^\[\]<>*?()]*)(?P<shape>(\[[^\]]*\]|<[^>]*>)*)(?P<required>\*?)(?P<nullable>\??)"
)
_SHAPE = re.compile(r"\[[^\]]*\]|<[^>]*>")
_LIMIT = re.compile(r"(?P<word>min|max) (?P<value>-?\d+)")
_TYPE = re.compile(
    r"(?P<name>[A-Za-z][\w-]*)(\((?P<limits>[^)]*)\))?( of (?P<choices>.*?))?( = (?P<default>.*))?", re.DOTALL
)

_LIMIT_FIELDS = {
    "string": ("minLength", "maxLength"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "array": ("minItems", "maxItems"),
    "map": ("minProperties", "maxProperties"),
}


class NotationError(ValueError):
    """A word that the notation does not know. Its text names what was found and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A field's key, read. `shapes` are its lists and maps from the outermost inwards, brackets included."""

    name: str
    shapes: tuple[str, ...]
    required: bool
    nullable: bool


@dataclass(frozen=True, kw_only=True)
class TypeWord:
    """A type written as one string, read: basic type or fragment, and what is laid over its schema."""

    name: str
    limits: str
    choices: tuple[str, ...]
    default: str | None


@cache
def read_key(text: str) -> Key:
    """Reads a field's key; raises NotationError where it is none."""
    found = _KEY.fullmatch(text)
    if not found:
        raise NotationError(f"'{text}' is no key: a name, then '[...]' or '<...>', then '*', then '?'")
    return Key(
        name=found["name"],
        shapes=tuple(_SHAPE.findall(found["shape"])),
        required=bool(found["required"]),
        nullable=bool(found["nullable"]),
    )


@cache
def read_type(text: str) -> TypeWord:
    """Reads a type written as one string; raises NotationError where it is none."""
    found = _TYPE.fullmatch(text)
    if not found:
        raise NotationError(
            f"'{text}' is no type: a name, then '(min n, max n)', then 'of a|b', then '= default' as JSON"
        )
    choices = found["choices"]
    return TypeWord(
        name=found["name"],
        limits=found["limits"] or "",
        choices=() if choices is None else tuple(choices.split("|")),
        default=found["default"],
    )


def limits(text: str, kind: str) -> Schema:
    """The schema fields of `min n, max n` for `kind` (a schema type, or `map`), none for an empty text."""
    if not text:
        return {}
    if kind not in _LIMIT_FIELDS:
        raise NotationError(f"'{text}' limits {kind}, which has no limits; {', '.join(_LIMIT_FIELDS)} have")
    schema: Schema = {}
    for part in text.split(","):
        found = _LIMIT.fullmatch(part.strip())
        if not found:
            raise NotationError(f"'{part.strip()}' is no limit: 'min n' or 'max n'")
        schema[_LIMIT_FIELDS[kind][found["word"] == "max"]] = int(found["value"])
    return schema


def over(word: TypeWord, base: Schema) -> Schema:
    """`base` with the limits, choices and default of `word` laid over it."""
    if not (word.limits or word.choices or word.default is not None):
        return base
    schema = {**base, **limits(word.limits, base.get("type", word.name))}
    if word.choices:
        schema["enum"] = [_choice(choice, base) for choice in word.choices]
    if word.default is not None:
        try:
            schema["default"] = json.loads(word.default)
        except json.JSONDecodeError as error:
            raise NotationError(f"the default {word.default} is not JSON: write strings in quotes") from error
    return schema


def listed(shape: str, items: Schema) -> Schema:
    """The schema of one list or map, `[...]` or `<...>`, of `items`."""
    inner = shape[1:-1].strip()
    if shape.startswith("<"):
        return {"type": "object", "additionalProperties": items, **limits(inner, "map")}
    schema: Schema = {"type": "array", "items": items}
    parts = [part.strip() for part in inner.split(",")] if inner else []
    if parts and parts[0].startswith("by "):
        schema["x-kubernetes-list-type"] = "map"
        schema["x-kubernetes-list-map-keys"] = parts.pop(0).removeprefix("by ").split("+")
    elif parts and parts[0] in ("set", "atomic"):
        schema["x-kubernetes-list-type"] = parts.pop(0)
    try:
        return schema | limits(", ".join(parts), "array")
    except NotationError as error:
        raise NotationError(f"{shape}: {error}, 'by key+key', 'set' or 'atomic' first") from None


def _choice(text: str, base: Schema) -> str | int:
    if base.get("type") != "integer":
        return text
    try:
        return int(text)
    except ValueError:
        raise NotationError(f"the choice '{text}' is no integer") from None
