"""Reads the stack's settings: the only place that knows pulumi.Config."""

import json
from collections.abc import Iterable

import pulumi
from pulumi.runtime import is_config_secret
from pulumi.runtime.config import get_config_env

from components.platform_settings import PlatformSettings, platform_settings
from components.settings_base import SettingsError
from components.settings_errors import unknown

PROJECT = "slipway"


def load() -> PlatformSettings:
    """Read and check every setting of this stack, before anything is declared.

    Raises SettingsError, which names each key that is wrong, what was found and what is allowed.
    """
    return platform_settings(_given())


def headed(text: str) -> str:
    """What is wrong with the settings, under the name of the stack."""
    lines = text.splitlines()
    stack = pulumi.get_stack()
    if len(lines) == 1:
        return f"the settings of stack '{stack}' are refused: {text}"
    listed = "\n".join(f"  - {line}" for line in lines)
    return f"the settings of stack '{stack}' are refused in {len(lines)} places:\n{listed}"


def _given() -> dict[str, object]:
    config = pulumi.Config(PROJECT)
    known = [field.alias or name for name, field in PlatformSettings.model_fields.items()]
    given: dict[str, object] = {}
    for name in _names():
        if name not in known:
            raise SettingsError(unknown([name], known))
        if is_config_secret(f"{PROJECT}:{name}"):
            raise SettingsError(
                f"{PROJECT}:{name}: holds a secret value, and Pulumi would hand all of it to the program as "
                "plain text. A secret belongs in a key of its own."
            )
        text = config.require(name)
        try:
            given[name] = json.loads(text)
        except json.JSONDecodeError:
            given[name] = text
    return given


def _names() -> Iterable[str]:
    """The keys of this project; those of providers (`aws:region`) are theirs to check."""
    keys = (key.replace(f"{PROJECT}:config:", f"{PROJECT}:") for key in get_config_env())
    return [key.removeprefix(f"{PROJECT}:") for key in keys if key.startswith(f"{PROJECT}:")]
