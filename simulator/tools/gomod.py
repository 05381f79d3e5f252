"""What a go.mod says of the libraries that its programs are compiled with."""

from __future__ import annotations

import re
from pathlib import Path

_EXCLUDED = re.compile(r"^exclude (\(.*?^\)|.*?$)", re.MULTILINE | re.DOTALL)
_REQUIRED = re.compile(r"^(?:require)?\s+([\w.-]+/\S+) (v\S+)", re.MULTILINE)
_REPLACED = re.compile(r"^(?:replace)?\s*\S+ => (\S+) (v\S+)$", re.MULTILINE)


def versions(folder: Path) -> dict[str, str]:
    """Return the version of each library, by its module's path; one that replaces wins.

    All of them are listed there, those that are needed by others too (go.dev/ref/mod, "Lazy module loading").
    """
    text = _EXCLUDED.sub("", (folder / "go.mod").read_text())
    return dict(_REQUIRED.findall(text)) | dict(_REPLACED.findall(text))
