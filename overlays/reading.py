"""Finds overlays and reads them."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import yaml
from pydantic import ValidationError

from components.settings_base import SettingsError, duplicates
from components.settings_errors import explain

from .allowed import refused
from .model import Overlay, ReadOverlay

FILE = "overlay.yaml"
SHIPPED = Path(__file__).parent


def available(root: Path) -> dict[str, Path]:
    """The overlays that have a name, with their folders: shipped, or in `overlays/` of a project."""
    return {
        file.parent.name: file.parent
        for folder in (SHIPPED, root / "overlays")
        for file in sorted(folder.glob(f"*/{FILE}"))
    }


def read(listed: object, root: Path) -> tuple[ReadOverlay, ...]:
    """Read the overlays that a stack of the project at `root` lists, in that order.

    Raises SettingsError, which names each that does not exist, and what is wrong with each that does.
    """
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in cast("list[object]", listed)):
        raise SettingsError(f"slipway:overlays: found {listed!r}; allowed: a list of names or folders.")
    names = cast("list[str]", listed)
    found = [f"slipway:overlays: found '{name}' twice; allowed: once" for name in duplicates(names)]
    overlays: list[ReadOverlay] = []
    for name in names:
        try:
            overlays.append(_read(name, _folder(name, root), root))
        except SettingsError as error:
            found.append(str(error))
    if found:
        raise SettingsError("\n".join(found))
    return tuple(overlays)


def _folder(name: str, root: Path) -> Path:
    known = available(root)
    if "/" not in name and name in known:
        return known[name]
    if "/" in name and (root / name / FILE).is_file():
        return root / name
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise SettingsError(
        f"slipway:overlays: found '{name}', which is no overlay.{hint} Allowed: {', '.join(sorted(known))}, "
        f"or the path of a folder with {FILE}, from the project's own: ./my-overlays/one"
    )


def _read(name: str, folder: Path, root: Path) -> ReadOverlay:
    file = folder / FILE
    shown = file.relative_to(root) if file.is_relative_to(root) else Path("overlays", folder.name, FILE)
    about = f"overlay '{name}' ({shown})"
    try:
        content: object = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise SettingsError(f"{about}: is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{about}: found {content!r}; allowed: settings, override, patches.")
    try:
        overlay = Overlay.model_validate(content)
    except ValidationError as error:
        # There the keys are those of a stack file.
        lines = (line.removeprefix("slipway:") for line in str(explain(error, Overlay)).splitlines())
        raise SettingsError(_headed(about, lines)) from None
    read = ReadOverlay(name=name, file=shown, content=overlay)
    if problems := [problem for index in range(len(overlay.patches)) for problem in refused(read, index)]:
        raise SettingsError("\n".join(problems))
    return read


def _headed(about: str, lines: Iterable[str]) -> str:
    return "\n".join(f"{about}: {line}" for line in lines)
