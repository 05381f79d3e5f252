"""From the files of API types to CustomResourceDefinition manifests."""

import re
from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError

from .definition import ApiType, Manifest, Version, manifest
from .schema import Fragments

_SHARED = Path(__file__).with_name("fragments.yaml")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]*")
_GROUP = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class ApiTypesError(ValueError):
    """A file of API types that cannot be read. Its text names file, kind, path, and what is allowed."""


class _Loader(yaml.CSafeLoader):
    """Refuses a key that stands twice in a mapping, and one that YAML does not read as text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            problem = f"the key '{name}' stands twice" if name in seen else ""
            if key.tag != "tag:yaml.org,2002:str":
                problem = f"the key '{name}' is not read as text; put it in quotes"
            if problem:
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


@cache
def load_api_types(path: Path) -> tuple[Manifest, ...]:
    """The CustomResourceDefinitions of a file, or of every file in a folder, in their order there.

    Fragments that the files of a folder share stand in `fragments.yaml` beside them. The result is cached and
    shared: do not change it. Raises ApiTypesError, which names file, kind and path.
    """
    if not path.is_dir():
        return _read_file(path, _read_fragments(_SHARED))
    files = sorted(path.glob("*.yaml"))
    fragments = _read_fragments(_SHARED)
    if (common := path / _SHARED.name) in files:
        files.remove(common)
        fragments = {**fragments, **_read_fragments(common)}
    return tuple(found for file in files for found in _read_file(file, fragments))


def _read_file(path: Path, shared: Fragments) -> tuple[Manifest, ...]:
    content = _mapping(path)
    fragments = {**shared, **_fragments(content.pop("fragments", {}), path)}
    defaults = content.pop("defaults", {})
    found: list[Manifest] = []
    for group, kinds in content.items():
        if not _GROUP.fullmatch(group) or not isinstance(kinds, Mapping):
            raise ApiTypesError(f"{path}: '{group}' is no API group with its kinds, fragments or defaults")
        for kind, given in cast("Mapping[str, object]", kinds).items():
            found.append(_read_kind(path, group, kind, _with(defaults, given), fragments))
    if not found:
        raise ApiTypesError(f"{path}: there is no API type in it")
    return tuple(found)


def _read_kind(path: Path, group: str, kind: str, given: object, fragments: Fragments) -> Manifest:
    if not _KIND.fullmatch(kind):
        raise ApiTypesError(f"{path}: {group}: '{kind}' is no kind: letters and digits, a capital first")
    try:
        return manifest(kind, group, ApiType.model_validate(given), fragments)
    except ValidationError as error:
        raise ApiTypesError(f"{path}: {kind}: {_first(error)}") from None
    except ValueError as error:
        raise ApiTypesError(f"{path}: {kind}: {error}") from None


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    match first["type"]:
        case "value_error":
            return first["msg"].removeprefix("Value error, ")
        case "extra_forbidden":
            model = Version if first["loc"][0] == "versions" else ApiType
            keys = ", ".join(field.alias or name for name, field in model.model_fields.items())
            return f"{place}: there is no such key; there are {keys}"
        case _:
            return f"{place}: {first['msg']}, not {first['input']!r:.80}"


def _with(defaults: object, given: object) -> object:
    if not isinstance(defaults, Mapping) or not isinstance(given, Mapping):
        return given
    return {**cast("Mapping[str, object]", defaults), **cast("Mapping[str, object]", given)}


@cache
def _read_fragments(path: Path) -> Fragments:
    return _fragments(_mapping(path), path)


def _fragments(content: object, path: Path) -> Fragments:
    if not isinstance(content, Mapping):
        raise ApiTypesError(f"{path}: fragments are a mapping of name to type, not {content!r:.80}")
    found = cast("Mapping[str, object]", content)
    for name in found:
        if not _KIND.fullmatch(name):
            raise ApiTypesError(
                f"{path}: '{name}' is no fragment's name: letters and digits, a capital first"
            )
    return found


def _mapping(path: Path) -> dict[str, object]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise ApiTypesError(f"{path}: there is no such file of API types") from None
    except yaml.YAMLError as error:
        raise ApiTypesError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise ApiTypesError(f"{path}: a file of API types is a mapping of API group to kinds")
    return cast("dict[str, object]", content)
