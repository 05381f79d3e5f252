"""`pulumi config set --path` works on every key, also where it takes a text for a number."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast, get_args

import pytest
import yaml
from pydantic import ValidationError

from components.clusters.choice import ClusterSettings
from components.platform_settings import PlatformSettings, platform_settings
from components.settings_base import Settings
from docs.reference.walk import models_of
from stacks.settings import load
from tests.support.project import ROOT

Path = tuple[str | int, ...]

# Texts that Pulumi takes for something else, and some that it leaves alone.
TEXTS = ("12", "0", "-3", "007", "true", "false", "1.30", "0x10", "word", "18446744073709551616")
STACKS = ("local", "aws-prod", "gcp-prod", "azure-prod", "kind")


def stored(text: str) -> str | int | bool:
    """A text as `pulumi config set --path` stores it (pulumi v3.250, resource/config/value.go, coerce)."""
    if text in ("true", "false"):
        return text == "true"
    number = re.fullmatch(r"[+-]?[0-9]+", text) and not (len(text) > 1 and text[0] == "0")
    return int(text) if number and -(2**63) <= int(text) < 2**64 else text


def written(value: object) -> str:
    """A value as one types it on the command line."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every key below which there is no other, with its value."""
    if isinstance(value, Mapping):
        for key, one in cast("Mapping[str, object]", value).items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(cast("list[object]", value)):
            yield from leaves(one, (*path, index))
    elif value is not None:
        yield path, value


def put(content: Any, path: Path, value: object) -> Any:  # noqa: ANN401 # any JSON value
    """Content with a value at a path, where lists and keys above it are made."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        found: list[Any] = list(content or [])
        found += [None] * (first + 1 - len(found))
        found[first] = put(found[first], rest, value)
        return found
    keys = cast("dict[str, Any]", content or {})
    return {**keys, first: put(keys.get(first), rest, value)}


def at(content: Any, path: Path) -> object:  # noqa: ANN401 # any JSON value
    for part in path:
        content = content[part]
    return content


def given(name: str) -> dict[str, Any]:
    """What a stack file says, by key."""
    content = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text(encoding="utf-8"))
    return {key.removeprefix("slipway:"): value for key, value in content["config"].items()}


def loaded(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the program reads, when Pulumi hands these over."""
    secret = {"slipway:secret-client-secret": "given-by-the-provider"}
    handed = {
        f"slipway:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in config.items()
    }
    given_too = secret if config.get("identity", {}).get("provider") == "oidc" else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_CONFIG", json.dumps({**handed, **given_too}))
        patch.setattr("stacks.settings.is_config_secret", given_too.__contains__)
        return load().settings.model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize("name", STACKS)
def test_every_value_of_a_stack_is_the_same_when_it_is_set_on_the_command_line(name: str) -> None:
    whole = platform_settings(given(name)).model_dump(mode="json", by_alias=True)
    typed: dict[str, Any] = {}
    for path, value in leaves(whole):
        # A list or a mapping without entries has no path: it cannot be set, only its entries.
        typed = put(typed, path, written(value) if len(path) == 1 else stored(written(value)))
    set_by_path = loaded(typed)
    assert [path for path, value in leaves(whole) if at(set_by_path, path) != value] == []


@cache
def _models() -> tuple[type[Settings], ...]:
    """Every model below the stack's."""
    found: dict[type[Settings], None] = {}
    waiting: list[type[Settings]] = [PlatformSettings, *get_args(get_args(ClusterSettings)[0])]
    while waiting:
        model = waiting.pop()
        if model not in found:
            found[model] = None
            for field in model.model_fields.values():
                waiting += models_of(field.annotation)[0]
    return tuple(found)


def _takes(model: type[Settings], key: str, value: object) -> bool:
    """Whether a key takes a value, whatever else the model asks for."""
    try:
        model.model_validate({key: value})
    except ValidationError as error:
        return not any(one["loc"][:1] == (key,) for one in error.errors(include_url=False))
    return True


@pytest.mark.parametrize("model", _models(), ids=lambda model: model.__qualname__)
def test_a_text_is_taken_by_every_key_as_if_pulumi_had_kept_it_a_text(model: type[Settings]) -> None:
    for name, field in model.model_fields.items():
        if models_of(field.annotation)[0]:
            continue
        key = field.alias or name
        for text in TEXTS:
            for wrap in (_itself, _in_a_list, _by_name):
                if _takes(model, key, wrap(text)):
                    assert _takes(model, key, wrap(stored(text))), f"{key}: {text}"


def _itself(value: object) -> object:
    return value


def _in_a_list(value: object) -> object:
    return [value]


def _by_name(value: object) -> object:
    return {"one": value}


def test_a_fraction_in_a_stack_file_is_not_taken_for_a_version() -> None:
    cluster = {**given("gcp-prod")["cluster"], "version": 1.30}
    with pytest.raises(Exception, match=r"slipway:cluster.version: found 1.3; allowed: text"):
        platform_settings({"cluster": cluster})
