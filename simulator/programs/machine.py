"""What a live container sees of this machine: programs and libraries, read only, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

STORE = "/opt/slipway-store"
"""Where the store of programs is mounted in a container; images lead to it by `/opt/slipway/<source>`."""

# Without /etc, where keys and passwords are: only what programs and libraries look up.
_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ssl", "/etc/alternatives")


def mounts(store: Path) -> Mapping[str, Path]:
    """Return what is mounted into every container, read only: the machine's folder by the path there."""
    found = {name: Path(name) for name in _FOLDERS if Path(name).is_dir() and not Path(name).is_symlink()}
    python = python_home()
    if not any(python.is_relative_to(folder) for folder in found.values()):
        found[str(python)] = python
    return {**found, STORE: store}


def links() -> Mapping[str, str]:
    """Return the links of a container's root: as on this machine, where /bin may be a part of /usr."""
    return {name: str(Path(name).readlink()) for name in _FOLDERS if Path(name).is_symlink()}


def python_home() -> Path:
    """The installation of the Python that runs this project."""
    return Path(sys.base_prefix).resolve()
