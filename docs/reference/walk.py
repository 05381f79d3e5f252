"""Every setting with its key, what it may be, its default and what it is, read from the models."""

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from components.kube.settings import Compute, Placement
from components.settings_base import Settings

SHAPES: Mapping[type[Settings], str] = {Compute: "compute", Placement: "placement"}
"""Models that stand in many places: told once, on a page of their own."""

_WORDS: Mapping[object, str] = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_UNSET = object()


@dataclass(frozen=True)
class Row:
    """One setting.

    Attributes:
        key: below its page's own: `server.replicas`, `nodePools[].name`, `<team>.owner`.
        may_be: type and limits, in words. default: as YAML has it; empty where it has to be given.
        text: what it is.
    """

    key: str
    may_be: str
    default: str
    text: str


def rows(model: type[Settings], default: Settings | None = None, prefix: str = "") -> Iterator[Row]:
    """The settings of a model, those of models inside it too; `default` is the owner's."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        if prefix.endswith(f"({field.alias or name}: {_only(field)})."):
            continue
        value = getattr(default, name) if default is not None else _default(field)
        yield from _field(key, field, value)


def _field(key: str, field: FieldInfo, default: object) -> Iterator[Row]:
    inside, marks = models_of(field.annotation)
    below = [one for one in inside if one not in SHAPES]
    whole = Row(key, may_be(field), _shown(default), _text(field, inside))
    if not below:
        yield whole
        return
    direct = marks == ""
    if not direct or len(below) > 1 or default in (None, _UNSET):
        yield whole
    for one in below:
        known = default if direct and isinstance(default, one) else None
        name = _choice(one) if len(below) > 1 else ""
        yield from rows(one, known, f"{key}{marks}{name}.")


def models_of(annotation: object) -> tuple[list[type[Settings]], str]:
    """The models that a value is or holds, and how its key goes on: nothing, `[]` in a list, `.<name>`."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation], ""
    held, mark = _held(cast("object", annotation))
    found = [models_of(one) for one in held]
    below = next((more for inside, more in found if inside), "")
    return [one for inside, _ in found for one in inside], f"{mark}{below}"


def may_be(field: FieldInfo) -> str:
    """What a setting may be, in words, with its limits."""
    words = _type(field.annotation)
    low = next((f"from {one.ge}" for one in field.metadata if isinstance(one, Ge)), "")
    low = low or next((f"above {one.gt}" for one in field.metadata if isinstance(one, Gt)), "")
    high = next((f"to {one.le}" for one in field.metadata if isinstance(one, Le)), "")
    high = high or next((f"below {one.lt}" for one in field.metadata if isinstance(one, Lt)), "")
    pattern = next((one.pattern for one in field.metadata if getattr(one, "pattern", None)), None)
    limits = " ".join(part for part in (low, high) if part)
    return ", ".join(part for part in (words, limits, f"like `{pattern}`" if pattern else "") if part)


def _type(annotation: object) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return f"[{SHAPES[annotation]}](shapes.md#{SHAPES[annotation]})" if annotation in SHAPES else "keys"
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{one}`" for one in get_args(annotation))
    held, mark = _held(cast("object", annotation))
    words = " or ".join(dict.fromkeys(_type(one) for one in held))
    return {"[]": f"list of {words}", ".<name>": f"{words} by name"}.get(mark, words) or _word(
        cast("object", annotation)
    )


def _held(annotation: object) -> tuple[tuple[object, ...], str]:
    """What an annotation holds, and by which mark in a key: its alternatives, its entries, its values."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return arguments[:1], ""
    if origin in (Union, types.UnionType):
        return tuple(one for one in arguments if one is not type(None)), ""
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return arguments[1:], ".<name>"
    if isinstance(origin, type) and issubclass(origin, Sequence | frozenset):
        return arguments[:1], "[]"
    return (), ""


def _word(annotation: object) -> str:
    return _WORDS.get(annotation, "any")


def _default(field: FieldInfo) -> object:
    if field.is_required():
        return _UNSET
    return field.get_default(call_default_factory=True, validated_data={})


def _text(field: FieldInfo, inside: Sequence[type[Settings]]) -> str:
    if field.description:
        return field.description
    return (inside[0].__doc__ or "").strip().split("\n")[0] if inside else ""


def _shown(value: object) -> str:
    if isinstance(value, Settings):
        value = value.model_dump(by_alias=True, exclude_none=True)
    if isinstance(value, Mapping):
        return _mapping(cast("Mapping[str, object]", value))
    if isinstance(value, tuple | list | frozenset):
        return _list([*cast("Sequence[object]", value)])
    if isinstance(value, bool):
        return str(value).lower()
    return {_UNSET: "", None: "unset", "": "empty"}.get(cast("Any", value), str(value))


def _mapping(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {_shown(one)}" for key, one in values.items()) or "none"


def _list(values: Sequence[object]) -> str:
    if any(isinstance(one, Settings | Mapping) for one in values):
        return f"{len(values)}, see below"
    return ", ".join(_shown(one) for one in values) or "none"


def _only(field: FieldInfo) -> str:
    """The one value that a field can have; empty where there are several."""
    values = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return str(values[0]) if len(values) == 1 else ""


def _choice(model: type[Settings]) -> str:
    """What tells a model among several, by the key that always has one value in it."""
    for name, field in model.model_fields.items():
        if only := _only(field):
            return f"({field.alias or name}: {only})"
    return f"({model.__name__.removesuffix('Settings')})"
