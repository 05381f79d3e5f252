"""What a go.mod says."""

import re
from pathlib import Path


def versions(folder: Path) -> dict[str, str]:
    """The version of each library that programs of that module are compiled with: one that replaces wins."""
    text = (folder / "go.mod").read_text()
    required = re.findall(r"^(?:require)?\s+([\w.-]+/\S+) (v\S+)", text, re.MULTILINE)
    replaced = re.findall(r"^(?:replace)?\s*\S+ => (\S+) (v\S+)$", text, re.MULTILINE)
    return dict(required) | dict(replaced)
