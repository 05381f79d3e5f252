"""Changes an object's fields by a patch. Values may be Outputs, secret ones too, and stay what they are."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pulumi
from pulumi.output import Unknown

from .model import Operation, Patch
from .paths import DIRECTIVE, Tokens, list_key, shown

Change = Callable[[Any], Any]

# A secret as the SDK hands it to a transform (sdk/go/common/resource/sig.go).
_MARK, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


class PatchError(Exception):
    """A patch that cannot be applied to an object, and why."""


def patched(fields: Mapping[str, Any], patch: Patch, report: Callable[[str], None]) -> dict[str, Any]:
    """An object's fields with a patch applied.

    `report` is told of what could not be done and is left as it is, now or once the engine knows an Output.
    """
    result = dict(fields)
    if patch.merge is not None:
        change = patch.merge
        return cast("dict[str, Any]", _merged(result, change, (), report))
    for operation in patch.json_ or ():
        tokens = operation.tokens
        try:
            result = _operated(result, tokens, operation, report)
        except PatchError as error:
            report(str(error))
            return dict(fields)
    return result


def _within(value: Any, change: Change, report: Callable[[str], None]) -> Any:  # noqa: ANN401 - any field
    """Change a value, wherever it is wrapped up."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, pulumi.Output):
        output = cast("pulumi.Output[Any]", value)
        return output.apply(lambda known: _guarded(known, change, report))
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if fields.get(_MARK) == _SECRET:
            return {**fields, "value": change(fields["value"])}
    return change(cast("Any", value))


def _guarded(value: Any, change: Change, report: Callable[[str], None]) -> Any:  # noqa: ANN401 - any field
    try:
        return change(value)
    except PatchError as error:
        report(str(error))
        return value


def _merged(value: Any, patch: Any, path: Tokens, report: Callable[[str], None]) -> Any:  # noqa: ANN401 - any field
    """RFC 7386, and lists that have a key by that key."""

    def change(old: Any) -> Any:  # noqa: ANN401 - any field
        key = list_key(path)
        if isinstance(patch, list) and key:
            items = cast("list[Mapping[str, Any]]", patch)
            return _merged_list(cast("list[Any]", old or []), items, key, path, report)
        if not isinstance(patch, Mapping):
            return cast("Any", patch)
        result: dict[str, Any] = dict(cast("Mapping[str, Any]", old)) if isinstance(old, Mapping) else {}
        for name, below in cast("Mapping[str, Any]", patch).items():
            if below is None:
                result.pop(name, None)
            else:
                result[name] = _merged(result.get(name), below, (*path, str(name)), report)
        return result

    return _within(value, change, report)


def _merged_list(
    old: list[Any], patch: list[Mapping[str, Any]], key: str, path: Tokens, report: Callable[[str], None]
) -> list[Any]:
    result = list(old)
    for item in patch:
        at = next((index for index, one in enumerate(result) if _has(one, key, item[key])), None)
        fields = {name: value for name, value in item.items() if name != DIRECTIVE}
        if item.get(DIRECTIVE) == "delete":
            result = [one for index, one in enumerate(result) if index != at]
        elif at is None:
            result.append(_merged(None, fields, (*path, f"[{item[key]}]"), report))
        else:
            result[at] = _merged(result[at], fields, (*path, f"[{item[key]}]"), report)
    return result


def _has(item: Any, key: str, value: object) -> bool:  # noqa: ANN401 - any field
    return isinstance(item, Mapping) and cast("Mapping[str, Any]", item).get(key) == value


def _operated(
    value: Any,  # noqa: ANN401 - any field
    tokens: Tokens,
    operation: Operation,
    report: Callable[[str], None],
    path: Tokens = (),
) -> Any:  # noqa: ANN401 - any field
    """RFC 6902, one operation, on what the parts of its path that are left lead to."""
    here, rest = tokens[0], tokens[1:]

    def change(old: Any) -> Any:  # noqa: ANN401 - any field
        if rest:
            below = _operated(_child(old, here, path), rest, operation, report, (*path, here))
            return _replaced(old, here, below)
        if operation.op == "add":
            return _added(old, here, operation.value, path)
        found = _child(old, here, path)
        match operation.op:
            case "test":
                return _within(old, lambda one: _tested(one, found, operation), report)
            case "remove":
                return _removed(old, here)
            case _:
                return _replaced(old, here, operation.value)

    return _within(value, change, report)


def _tested(old: Any, found: Any, operation: Operation) -> Any:  # noqa: ANN401 - any field
    if not isinstance(found, pulumi.Output | Unknown) and found != operation.value:
        # What was found may be a secret.
        raise PatchError(f"test {operation.path}: is not {operation.value!r}")
    return old


def _child(value: Any, key: str, path: Tokens) -> Any:  # noqa: ANN401 - any field
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        if key in fields:
            return fields[key]
    elif isinstance(value, list) and key.isdecimal():
        items = cast("list[Any]", value)
        if int(key) < len(items):
            return items[int(key)]
    raise PatchError(f"there is no {shown((*path, key))}")


def _replaced(value: Any, key: str, new: Any) -> Any:  # noqa: ANN401 - any field
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [*items[: int(key)], new, *items[int(key) + 1 :]]
    return {**value, key: new}


def _removed(value: Any, key: str) -> Any:  # noqa: ANN401 - any field
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [*items[: int(key)], *items[int(key) + 1 :]]
    return {name: one for name, one in cast("Mapping[str, Any]", value).items() if name != key}


def _added(value: Any, key: str, new: Any, path: Tokens) -> Any:  # noqa: ANN401 - any field
    if isinstance(value, list):
        items = cast("list[Any]", value)
        at = len(items) if key == "-" else int(key) if key.isdecimal() else len(items) + 1
        if at > len(items):
            raise PatchError(f"there is no place {shown((*path, key))}: the list has {len(items)} items")
        return [*items[:at], new, *items[at:]]
    if isinstance(value, Mapping):
        return {**cast("Mapping[str, Any]", value), key: new}
    raise PatchError(f"there is no {shown(path)} with parts")
