"""The control group that holds all pods of a live node, in whichever versions the machine has."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_SECONDS = 5.0
_POLL = 0.02


def existing(name: str) -> Sequence[Path]:
    """Return the groups of that name: one for each hierarchy of version 1, one of version 2."""
    return sorted(path for path in (_ROOT / name, *_ROOT.glob(f"*/{name}")) if path.is_dir())


def make(name: str) -> None:
    """Make the groups of that name: the kubelet counts what is in those that it finds when it starts."""
    if (_ROOT / "cgroup.controllers").exists():
        (_ROOT / name).mkdir(exist_ok=True)
        return
    for hierarchy in _ROOT.iterdir():
        # Some are links to others; the one of version 2 beside them has no controllers.
        if hierarchy.is_dir() and not hierarchy.is_symlink() and (hierarchy / "tasks").exists():
            (hierarchy / name).mkdir(exist_ok=True)


def remove(name: str) -> None:
    """Remove the groups of that name and all below them, whose processes have ended or just end."""
    deadline = time.monotonic() + _SECONDS
    while left := existing(name):
        for group in left:
            _remove(group)
        if time.monotonic() > deadline:
            break
        if existing(name):
            time.sleep(_POLL)


def _remove(group: Path) -> None:
    # A group's files are the kernel's and go with it: only folders are removed, the deepest first.
    folders = sorted((path for path in group.rglob("*") if path.is_dir()), key=lambda path: -len(path.parts))
    for folder in (*folders, group):
        with suppress(OSError):
            folder.rmdir()
