"""The JSON schema of stack files, by which editors complete and check them.

It knows keys, types, choices and limits. What depends on several settings, or on the form of a text, is
checked by the models alone, when the stack is previewed.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from components.platform_settings import PlatformSettings
from stacks.settings import PROJECT, SECRET

SCHEMA = Path(__file__).parents[1] / "settings.schema.json"

_SECRET_NAME = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_WIDTH = 120


def schema() -> dict[str, Any]:
    """The schema of a whole stack file: its `config`, and what Pulumi itself writes beside it."""
    whole = PlatformSettings.model_json_schema(by_alias=True)
    _fill_in(whole, whole["$defs"])
    settings = cast("dict[str, Any]", _plain(whole))
    keys: Mapping[str, Any] = settings["properties"]
    encrypted = {
        "type": "object",
        "description": f"A secret: `pulumi config set --secret {PROJECT}:{SECRET}<name>`.",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
        "additionalProperties": False,
    }
    config = {
        "type": "object",
        "description": "What the stack is: docs/settings/README.md.",
        "properties": {f"{PROJECT}:{key}": value for key, value in keys.items()},
        "patternProperties": {
            f"^{PROJECT}:{SECRET}{_SECRET_NAME}$": encrypted,
            f"^(?!{PROJECT}:)[^:]+:.+$": {"description": "A setting of a provider: aws:region."},
        },
        "required": [f"{PROJECT}:{key}" for key in settings["required"]],
        "additionalProperties": False,
    }
    own = {"type": "string", "description": "Written by Pulumi."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of Slipway",
        "type": "object",
        "properties": {
            "config": config,
            **dict.fromkeys(("encryptionsalt", "encryptedkey", "secretsprovider"), own),
            "environment": {"description": "Environments of Pulumi ESC."},
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": settings["$defs"],
    }


def text() -> str:
    """The schema as its file has it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _fill_in(value: object, models: dict[str, Any]) -> None:
    """Ask for no key of a model where whoever has the model has a default for it, as Settings merges them."""
    if isinstance(value, list):
        for one in cast("list[object]", value):
            _fill_in(one, models)
    elif isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        name = str(given.get("$ref", "")).rpartition("/")[2]
        if name and given.get("default") and models[name].get("required"):
            partly = f"{name}Partly"
            models.setdefault(partly, {key: one for key, one in models[name].items() if key != "required"})
            given["$ref"] = f"#/$defs/{partly}"
        for one in list(given.values()):
            _fill_in(one, models)


def _plain(value: object, *, names: bool = False) -> object:
    """A schema as pydantic writes it, without what says nothing.

    Titles are made from names. The default of a whole model is that of its keys in one place, and another in
    another: editors would offer it as a text of many lines. `names`: whether the keys are those of settings.
    """
    if isinstance(value, list):
        return [_plain(one) for one in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, object]", value)
    if names:
        return {key: _plain(one) for key, one in given.items()}
    return {
        key: _plain(one, names=key in ("properties", "$defs"))
        for key, one in given.items()
        if not _says_nothing(key, one)
    }


def _says_nothing(key: str, value: object) -> bool:
    if key == "default" and isinstance(value, dict | list):
        return len(cast("list[object]", value)) > 0
    return key == "title"
