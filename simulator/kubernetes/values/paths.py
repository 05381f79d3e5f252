"""Pulumi's property paths: `spec.containers[0].image`, `metadata.labels["a/b"]`, `spec.ports[*].name`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.wire import Object

__all__ = ["Path", "covers", "get", "parse", "remove", "render", "replace"]

Path: TypeAlias = Sequence[str | int]

_STEP = re.compile(r"""\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\[\]]+))""")


def parse(text: str) -> Path:
    """Read a path; raises RefusedError for one that is not understood."""
    steps: list[str | int] = []
    rest = text
    while rest:
        found = _STEP.match(rest)
        if found is None:
            message = f"property path {text!r} is not understood at {rest!r}"
            raise RefusedError(message)
        quoted, index, name = found.groups()
        if index is not None:
            steps.append("*" if index == "*" else int(index))
        else:
            steps.append(name if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        rest = rest[found.end() :]
    return steps


def render(path: Path) -> str:
    """Write a path as Pulumi's engine reads it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.search(r'[."\[\]]', step):
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
        else:
            text += f".{step}" if text else step
    return text


def covers(path: Path, other: Path) -> bool:
    """Tell whether a path, in which `*` stands for any step, is that of a value or of one around it."""
    pairs = zip(path, other, strict=False)
    return len(path) <= len(other) and all(one in {"*", two} for one, two in pairs)


def get(value: Any, path: Path) -> Any:  # noqa: ANN401  any JSON value
    """Return what stands at a path, None where there is nothing."""
    for step in path:
        if isinstance(step, int):
            items = cast("list[Any]", value) if isinstance(value, list) else []
            value = items[step] if step < len(items) else None
        else:
            value = cast("Object", value).get(step) if isinstance(value, dict) else None
    return value


def replace(value: Object, path: Path, new: Any) -> Object:  # noqa: ANN401  any JSON value
    """Return a copy in which another value stands at a path, if the path leads through objects and lists."""
    return cast("Object", _changed(value, path, lambda parent, step: {**parent, step: new}))


def remove(value: Object, path: Path) -> Object:
    """Return a copy without what stands at a path."""
    return _changed(
        value, path, lambda parent, step: {key: item for key, item in parent.items() if key != step}
    )


def _changed(value: Any, path: Path, change: Callable[[Object, str], Object]) -> Any:  # noqa: ANN401  any JSON value
    step, *rest = path
    if isinstance(value, dict) and isinstance(step, str):
        parent = cast("Object", value)
        if not rest:
            return change(parent, step)
        return {**parent, step: _changed(parent.get(step), rest, change)} if step in parent else parent
    if isinstance(value, list) and isinstance(step, int) and step < len(cast("list[Any]", value)) and rest:
        items = list(cast("list[Any]", value))
        items[step] = _changed(items[step], rest, change)
        return items
    return cast("Any", value)
