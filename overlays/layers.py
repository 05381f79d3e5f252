"""Settings from several places laid over each other, and where each value came from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from components.settings_base import SettingsError, merged

KeyPath = tuple[str, ...]
"""Keys from the top: ("components", "dashboard", "replicas")."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a value came from. `overlay` and `file` say which overlay it was."""

    layer: Literal["default", "overlay", "stack"]
    overlay: str = ""
    file: Path | None = None

    def __str__(self) -> str:
        return f"overlay '{self.overlay}'" if self.layer == "overlay" else self.layer


DEFAULT = Origin(layer="default")
STACK = Origin(layer="stack")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Settings from one place. `override` says which may differ from a layer before: all, or these keys."""

    origin: Origin
    values: Mapping[str, object]
    override: bool | tuple[str, ...] = False

    def overrides(self, path: KeyPath) -> bool:
        """Whether it knowingly differs at a path."""
        if isinstance(self.override, bool):
            return self.override
        text = ".".join(path)
        return any(text == key or text.startswith(f"{key}.") for key in self.override)


@dataclass(frozen=True, kw_only=True)
class Layered:
    """The settings of a stack as they are validated.

    Attributes:
        values: overlays and stack, laid over each other; defaults are not among them.
        origins: by the path of each value where it came from. A list is one value.
        layers: what it was made from, lowest first.
    """

    values: Mapping[str, object]
    origins: Mapping[KeyPath, Origin] = field(default_factory=dict[KeyPath, Origin])
    layers: tuple[Layer, ...] = ()

    def origin(self, path: Sequence[str | int]) -> Origin:
        """Where the value at a path came from; a default where nobody set it."""
        wanted = tuple(str(part) for part in path)
        return next((found for at, found in self.origins.items() if wanted[: len(at)] == at), DEFAULT)

    def told(self, text: str) -> str:
        """A message about settings, saying of each key in it which overlay it comes from, if one."""
        return "\n".join(self._attributed(line) for line in text.splitlines())

    def _attributed(self, line: str) -> str:
        found = _KEY.match(line)
        if found is None:
            return line
        path = tuple(part for part in re.split(r"[.\[\]]+", found[1]) if part)
        # Above a value that somebody set, everybody who set one below it may have to do with it.
        origins = [origin for at, origin in self.origins.items() if at[: len(path)] == path]
        names = dict.fromkeys(
            f"overlay '{origin.overlay}' ({origin.file})"
            for origin in [self.origin(path), *origins]
            if origin.layer == "overlay"
        )
        return f"{line.rstrip('.')}. Set by {', '.join(names)}." if names else line


_KEY = re.compile(r"slipway:([^\s:]+): ")


def lay(layers: Sequence[Layer]) -> Layered:
    """Lay settings over each other, the later over the earlier: keys are merged, all else is replaced.

    Raises SettingsError where two overlays set one key to different values, the later does not say that it
    overrides it, and the stack does not decide.
    """
    values: dict[str, object] = {}
    origins: dict[KeyPath, Origin] = {}
    found: list[str] = []
    decided = [path for layer in layers if layer.origin == STACK for path, _ in leaves(layer.values)]
    for layer in layers:
        for path, value in leaves(layer.values):
            for other in [other for other in origins if _touch(path, other)]:
                before = _at(values, other)
                differs = other != path or before != value
                free = layer.origin == STACK or layer.overrides(path)
                if differs and not free and not any(_touch(path, one) for one in decided):
                    found.append(
                        f"slipway:{'.'.join(path)}: {origins[other]} sets {_shown(before)}, {layer.origin} "
                        f"{_shown(value)}; allowed: one of them, a value in the stack, or `override: "
                        f"[{'.'.join(path)}]` in {layer.origin.file}"
                    )
                del origins[other]
            origins[path] = layer.origin
        values = merged(values, layer.values)
    if found:
        raise SettingsError("\n".join(found))
    return Layered(values=values, origins=origins, layers=tuple(layers))


def leaves(values: Mapping[str, object], path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Every value that is no mapping, with its path."""
    for name, value in values.items():
        at = (*path, str(name))
        if isinstance(value, Mapping):
            yield from leaves(cast("Mapping[str, object]", value), at)
        else:
            yield at, value


def _touch(one: KeyPath, other: KeyPath) -> bool:
    """Whether setting one changes the other: the same key, or one inside the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _at(values: Mapping[str, object], path: KeyPath) -> object:
    *above, last = path
    for part in above:
        values = cast("Mapping[str, object]", values[part])
    return values[last]


def _shown(value: object) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
