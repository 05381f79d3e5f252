"""`explain`: every setting of a stack as it holds, and where it comes from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from components.minimal.rules import with_presets
from components.platform_settings import PlatformSettings, platform_settings
from components.settings_base import SettingsError
from overlays.stack import layered
from simulator.driver.errors import DriverError
from simulator.driver.project import Project, Stack

_SECRET = "secret-"
_JSON, _SET = "--json", "--set"
_DEFAULT = "default"
_MINIMAL = "slipway:minimal"
_WIDTH = 160

Path = tuple[str | int, ...]


def explain(name: str, options: Sequence[str]) -> int:
    """Print settings of a stack and their origin: all of them, those below keys, or those that are set."""
    stack = Project.find().stack(name)
    keys = [option.removeprefix(f"{stack.project.name}:") for option in options if not option.startswith("-")]
    if unknown := [one for one in options if one.startswith("-") and one not in (_JSON, _SET)]:
        raise DriverError(f"unknown options: {' '.join(unknown)}; allowed: {_JSON}, {_SET}, and keys")
    below = [one for one in _values(stack) if not keys or any(_is_below(one[0], key) for key in keys)]
    if not below:
        raise DriverError(
            f"stack '{name}' has no setting {', '.join(keys)}: docs/settings/README.md lists all of them"
        )
    found = [one for one in below if _SET not in options or one[2] != _DEFAULT]
    if _JSON in options:
        print(json.dumps({key: {"value": value, "from": origin} for key, value, origin in found}, indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False).print(_table(found))
    return 0


def settings_of(stack: Stack) -> Mapping[str, object]:
    """The settings of a stack as its file has them, without secrets."""
    prefix = f"{stack.project.name}:"
    return {
        key.removeprefix(prefix): value
        for key, value in stack.config.items()
        if key.startswith(prefix) and not key.startswith(f"{prefix}{_SECRET}")
    }


def _values(stack: Stack) -> Iterator[tuple[str, object, str]]:
    """Every setting: its key, its value, and the overlay or the stack that set it; else `default`.

    What follows from `slipway:minimal` in a stack that has it comes from there.
    """
    try:
        overlaid = layered(settings_of(stack), stack.project.root)
        settings = platform_settings(overlaid.settings.values)
    except SettingsError as error:
        raise DriverError(f"the settings of stack '{stack.name}' are refused:\n{error}") from None
    with_minimal = with_presets(overlaid.settings.values)
    for path, value in _leaves(_plain(settings)):
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        # A list comes from one place as a whole; keys that its entries leave out are defaults all the same.
        if _is_written(overlaid.settings.values, path):
            origin = str(overlaid.settings.origin(path))
        else:
            origin = _MINIMAL if _is_written(with_minimal, path) else _DEFAULT
        yield text.removeprefix("."), value, origin


def _plain(settings: PlatformSettings) -> dict[str, Any]:
    return settings.model_dump(mode="json", by_alias=True)


def _is_written(values: object, path: Path) -> bool:
    """Whether there is a value at a path, or below it."""
    for part in path:
        try:
            values = cast("Any", values)[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    if isinstance(value, Mapping) and value:
        for key, one in cast("Mapping[str, object]", value).items():
            yield from _leaves(one, (*path, key))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in cast("list[object]", value)):
        for index, one in enumerate(cast("list[object]", value)):
            yield from _leaves(one, (*path, index))
    else:
        yield path, value


def _is_below(key: str, above: str) -> bool:
    return key == above or key.startswith((f"{above}.", f"{above}["))


def _table(found: Sequence[tuple[str, object, str]]) -> Table:
    table = Table(
        "setting", "value", "from", box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim"
    )
    for key, value, origin in found:
        text = value if isinstance(value, str) else json.dumps(value)
        table.add_row(key, text, origin, style="dim" if origin == _DEFAULT else "")
    return table
