"""What a go.mod says."""

import re
from pathlib import Path


def versions(folder: Path) -> dict[str, str]:
    """The version of each library that programs of that module are compiled with: one that replaces wins."""
    text = re.sub(r"^exclude (\(.*?^\)|.*?$)", "", (folder / "go.mod").read_text(), flags=re.M | re.S)
    required = re.findall(r"^(?:require)?\s+([\w.-]+/\S+) (v\S+)", text, re.MULTILINE)
    replaced = re.findall(r"^(?:replace)?\s*\S+ => (\S+) (v\S+)$", text, re.MULTILINE)
    return dict(required) | dict(replaced)
