"""Projects with overlays of their own, for plain tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def overlay(root: Path, name: str, content: Mapping[str, Any] | str) -> None:
    """Write an overlay of the project at `root`."""
    folder = root / "overlays" / name
    folder.mkdir(parents=True)
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (folder / "overlay.yaml").write_text(text)
