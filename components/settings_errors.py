"""What is wrong with a stack's settings, in words for the person who wrote them."""

import difflib
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .settings_base import SettingsError

Location = Sequence[str | int]

_ALLOWED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "mapping_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}


_LIMITS = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}


def explain(error: ValidationError, model: type[BaseModel]) -> SettingsError:
    """One error for everything that is wrong: for each place the key, what was found, what is allowed."""
    lines = [_line(item, model) for item in error.errors(include_url=False)]
    return SettingsError("\n".join(dict.fromkeys(lines)))


def key(location: Location) -> str:
    """The key as `pulumi config set --path` takes it: `cluster.nodePools[1].count`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return f"slipway:{text.removeprefix('.')}" if text else "slipway"


def unknown(location: Location, allowed: Iterable[str]) -> str:
    """The message for a key that nothing reads."""
    known = sorted(allowed)
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"{key(location)}: unknown key.{hint} Allowed here: {', '.join(known) or 'no key'}."


def _line(item: ErrorDetails, model: type[BaseModel]) -> str:
    location, kind = _written(model, item["loc"]), item["type"]
    if kind == "extra_forbidden":
        return unknown(location, _keys(model, item["loc"][:-1]))
    context = item.get("ctx") or {}
    if kind == "value_error":
        # Raised by a validator of ours: its text says what was found and what is allowed.
        text = _sentence(str(context.get("error", item["msg"])))
        return f"{key(location)}: {text}" if location else text
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _choice(location, context)
    if kind == "missing":
        return f"{key(location)}: is missing; it is required."
    return f"{key(location)}: found {_shown(item['input'])}; {_allowed(kind, context, item['msg'])}"


def _choice(location: Location, context: Mapping[str, Any]) -> str:
    """The message for a model of which there are several, told apart by one of their keys."""
    name = key((*location, str(context["discriminator"]).strip("'")))
    if "tag" not in context:
        return f"{name}: is missing; it is required."
    return f"{name}: found {_shown(context['tag'])}; allowed: {context['expected_tags']}."


def _allowed(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind in _ALLOWED:
        return f"allowed: {_ALLOWED[kind]}."
    if kind == "literal_error":
        return f"allowed: {context['expected']}."
    if kind == "string_pattern_mismatch":
        return f"allowed: text that matches {context['pattern']}."
    for name, words in _LIMITS.items():
        if name in context:
            return f"allowed: {words} {context[name]}."
    return _sentence(message)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _shown(value: object) -> str:
    match value:
        case str():
            text = f"'{value}'"
        case bool():
            text = str(value).lower()
        case None:
            text = "nothing"
        case Mapping():
            text = "keys with values"
        case list() | tuple():
            text = "a list"
        case _:
            text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _keys(model: type[BaseModel], location: Location) -> list[str]:
    """The keys that the model at a location, as pydantic gives it, knows."""
    current: object = model
    for part in location:
        current = _chosen(current, part) or _below(current, part)
    for candidate in _alternatives(current):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return [field.alias or name for name, field in candidate.model_fields.items()]
    return []


def _written(model: type[BaseModel], location: Location) -> Location:
    """A location without what pydantic puts in for a model chosen among several, which no stack file has."""
    current: object = model
    written: list[str | int] = []
    for part in location:
        chosen = _chosen(current, part)
        if chosen is None:
            written.append(part)
            current = _below(current, part)
        else:
            current = chosen
    return written


def _chosen(annotation: object, part: str | int) -> type[BaseModel] | None:
    """The model among several that says of one of its keys that it is always `part`."""
    models = [
        candidate
        for candidate in _alternatives(annotation)
        if isinstance(candidate, type) and issubclass(candidate, BaseModel)
    ]
    for candidate in models if len(models) > 1 else []:
        if any(get_args(field.annotation) == (part,) for field in candidate.model_fields.values()):
            return candidate
    return None


def _below(annotation: object, part: str | int) -> object:
    for candidate in _alternatives(annotation):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            for name, field in candidate.model_fields.items():
                if part in (field.alias, name):
                    return field.annotation
        arguments = get_args(candidate)
        if arguments and isinstance(part, int):
            return arguments[0]
        if len(arguments) == 2 and get_origin(candidate) is not None:
            return arguments[1]
    return None


def _alternatives(annotation: object) -> tuple[object, ...]:
    """What a value may be: the members of a union, also of one inside another."""
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        members = cast("tuple[object, ...]", get_args(annotation))
        return tuple(one for member in members for one in _alternatives(member))
    return (annotation,)
