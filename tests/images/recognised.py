"""Finds names of images wherever they stand, by how they look and what they stand under.

It knows no list of images. A text is taken apart at blanks, quotes, commas and equals signs; JSON and YAML in
one is read like the object around it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import yaml

Found = Mapping[str, frozenset[str]]
"""Where each image stands, by its name."""

_NAME = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"@sha256:[0-9a-f]{64}"
# With a slash any tag will do; without one it has to look like a version, for `mysql:3306` is an address.
_IMAGE = re.compile(
    rf"(?:[a-z0-9][a-z0-9.-]*(?::[0-9]+)?/)?(?:{_NAME}/)+{_NAME}(?::{_TAG}(?:{_DIGEST})?|{_DIGEST})"
    rf"|{_NAME}:v?[0-9]+(?:\.[0-9]+)+(?:-[\w.-]+)?(?:{_DIGEST})?"
    rf"|{_NAME}(?::{_TAG})?{_DIGEST}"
)
_UNDER = re.compile(r"(?:^|[a-z_.-])image$", re.IGNORECASE)
_BREAKS = re.compile(r"""[\s"'`,;=()<>\[\]{}|]+""")
# A port, and what YAML and JSON in a text may be of no more than.
_PORT = re.compile(r".*:[0-9]{2,5}$")


def images_in(objects: Sequence[Mapping[str, Any]]) -> Found:
    """Every image that objects name."""
    found: dict[str, set[str]] = {}
    for one in objects:
        where = f"{one['kind']}/{one['metadata']['name']}"
        for name, path in _of(one, ""):
            found.setdefault(name, set()).add(f"{where}{path}")
    return {name: frozenset(places) for name, places in found.items()}


def _of(value: object, path: str, key: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield from ((name, path) for name in _in_text(value, path, key))
        case Mapping():
            for below, one in cast("Mapping[str, object]", value).items():
                yield from _of(one, f"{path}.{below}", str(below))
            # A variable has its name beside its value.
            named = cast("Mapping[str, object]", value)
            if "name" in named and isinstance(named.get("value"), str):
                yield from _of(named["value"], f"{path}.value", str(named["name"]))
        case list() | tuple():
            for index, one in enumerate(cast("Sequence[object]", value)):
                yield from _of(one, f"{path}[{index}]", key)
        case _:
            pass


def _in_text(text: str, path: str, key: str) -> Iterator[str]:
    if inner := _parsed(text):
        yield from (name for name, _ in _of(inner, path))
        return
    if _UNDER.search(key) and text and not any(sign in text for sign in "$ {"):
        yield text
    for word in _BREAKS.split(text):
        if _IMAGE.fullmatch(word) and not _PORT.fullmatch(word.rpartition("/")[2]):
            yield word


def _parsed(text: str) -> object:
    """What a text holds as JSON or YAML, where that is more than a text."""
    if "\n" not in text and not text.startswith(("{", "[")):
        return None
    for read in (json.loads, yaml.safe_load):
        try:
            found: object = read(text)
        except (ValueError, yaml.YAMLError):
            continue
        if isinstance(found, Mapping | list) and found:
            return cast("object", found)
    return None
