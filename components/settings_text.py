"""Texts that look like numbers or like true and false, as Pulumi stores them."""

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Union, cast, get_args, get_origin


def as_text(value: object, annotation: object) -> object:
    """Return a value in which whole numbers and booleans are text wherever a setting is text.

    `pulumi config set --path` stores `true`, `false` and whole numbers without their quotes (pulumi v3.250,
    sdk/go/common/resource/config/value.go, coerceObject). Fractions stay as they are: 1.30 would become 1.3.
    """
    if isinstance(value, bool | int):
        return _written(value) if _is_text(annotation) else value
    if isinstance(value, Mapping):
        inside = _inside(annotation, Mapping, 1)
        keys = cast("Mapping[object, object]", value)
        return keys if inside is None else {key: as_text(one, inside) for key, one in keys.items()}
    if isinstance(value, list | tuple):
        inside = _inside(annotation, Sequence, 0)
        entries = cast("Sequence[object]", value)
        return entries if inside is None else [as_text(one, inside) for one in entries]
    return value


def _written(value: bool | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_text(annotation: object) -> bool:
    """Whether text is allowed, and neither numbers nor booleans are."""
    kinds = [kind for one in _alternatives(annotation) for kind in _kinds(one)]
    return str in kinds and not any(one in kinds for one in (bool, int, float))


def _kinds(annotation: object) -> list[object]:
    if get_origin(annotation) is Literal:
        return [type(one) for one in get_args(annotation)]
    return [annotation]


def _inside(annotation: object, kind: type, index: int) -> object | None:
    """What a mapping holds, or a list; None where the setting is neither."""
    for one in _alternatives(annotation):
        origin, arguments = get_origin(one), get_args(one)
        if isinstance(origin, type) and issubclass(origin, kind) and len(arguments) > index:
            return arguments[index]
    return None


def _alternatives(annotation: object) -> list[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [one for member in get_args(annotation) for one in _alternatives(member)]
    return [annotation]
