"""The part of JSONPath (RFC 9535) that is used to wait for a field.

Names, quoted names, indexes, wildcards, and filters that compare one path with a literal or test that it is
there: `$.status.conditions[?(@.type=="Ready")].status`. Anything else is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, cast

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.wire import Object

__all__ = ["Path", "parse"]

Step: TypeAlias = Callable[[Any], Iterator[Any]]

_NAME = re.compile(r"\.([A-Za-z_\u0080-\uffff][\w\-\u0080-\uffff]*)")
_WILDCARD = re.compile(r"\.\*|\[\s*\*\s*\]")
_INDEX = re.compile(r"\[\s*(-?\d+)\s*\]")
_QUOTED = re.compile(r"""\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]""")
_FILTER = re.compile(
    r"""\[\s*\?\s*\(?\s*@(?P<path>(?:\.[\w\-]+|\[\s*(?:'[^']*'|"[^"]*")\s*\])+)\s*"""
    r"""(?:(?P<test>==|!=)\s*(?P<literal>'[^']*'|"[^"]*"|-?\d+(?:\.\d+)?|true|false|null))?\s*\)?\s*\]"""
)


class Path:
    """A path into a value."""

    def __init__(self, text: str, steps: list[Step]) -> None:
        self.text = text
        self._steps = steps

    def find(self, value: Any) -> list[Any]:  # noqa: ANN401  any JSON value
        """Return what stands at the path, in order."""
        found = [value]
        for step in self._steps:
            found = [item for each in found for item in step(each)]
        return found


def parse(text: str) -> Path:
    """Read a path, with or without the leading `$`. Raises RefusedError with what is not understood."""
    rest = text.strip().removeprefix("$")
    steps: list[Step] = []
    while rest:
        step, length = _step(rest)
        if step is None:
            message = f"JSONPath {text!r} is not understood at {rest!r}"
            raise RefusedError(message)
        steps.append(step)
        rest = rest[length:]
    if not steps:
        message = f"JSONPath {text!r} selects nothing"
        raise RefusedError(message)
    return Path(text, steps)


def _step(rest: str) -> tuple[Step | None, int]:
    if found := _NAME.match(rest):
        return _key(found.group(1)), found.end()
    if found := _WILDCARD.match(rest):
        return _all, found.end()
    if found := _INDEX.match(rest):
        return _at(int(found.group(1))), found.end()
    if found := _QUOTED.match(rest):
        return _key(_unquote(found.group(0).strip("[] "))), found.end()
    if found := _FILTER.match(rest):
        return _filter(found.group("path"), found.group("test"), found.group("literal")), found.end()
    return None, 0


def _key(name: str) -> Step:
    def step(value: Any) -> Iterator[Any]:  # noqa: ANN401
        if isinstance(value, dict) and name in value:
            yield cast("Object", value)[name]

    return step


def _at(index: int) -> Step:
    def step(value: Any) -> Iterator[Any]:  # noqa: ANN401
        if isinstance(value, list):
            items = cast("list[Any]", value)
            if -len(items) <= index < len(items):
                yield items[index]

    return step


def _all(value: Any) -> Iterator[Any]:  # noqa: ANN401
    if isinstance(value, dict):
        yield from cast("Object", value).values()
    elif isinstance(value, list):
        yield from cast("list[Any]", value)


def _filter(path: str, test: str | None, literal: str | None) -> Step:
    inner = parse(path)
    wanted = None if literal is None else _literal(literal)

    def chosen(item: Any) -> bool:  # noqa: ANN401
        found = inner.find(item)
        if test is None:
            return bool(found)
        return (bool(found) and found[0] == wanted) == (test == "==")

    return lambda value: (item for item in _all(value) if chosen(item))


def _literal(text: str) -> Any:  # noqa: ANN401  any scalar
    return _unquote(text) if text[0] in "'\"" else json.loads(text)


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])
