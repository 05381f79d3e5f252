"""What a live container sees of this machine: programs and libraries, read only, and nothing else.

The machine's folders are mounted aside, and the root of an image leads to them by links: what is mounted over
/usr itself would hide what an image has there, such as a /usr/sbin/sshd.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

STORE = "/opt/slipway-store"
"""Where the store of programs is mounted in a container; images lead to it by `/opt/slipway/<source>`."""

ASIDE = "/opt/slipway-machine"
"""Where the machine's folders are mounted in a container."""

# Without /etc, where keys and passwords are: only what programs and libraries look up.
_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ssl", "/etc/alternatives")


def mounts(store: Path) -> Mapping[str, Path]:
    """Return what is mounted into every container, read only: the machine's folder by the path there."""
    found = {f"{ASIDE}{folder}": folder for folder in map(Path, _FOLDERS) if _is_real(folder)}
    python = python_home()
    if not any(python.is_relative_to(folder) for folder in found.values()):
        found[str(python)] = python
    return {**found, STORE: store}


def links(own: Collection[str]) -> Mapping[str, str]:
    """Return the links of a container's root.

    Where this machine's /bin is a part of /usr, so is a container's. A folder in which an image has paths of
    its `own`, absolute ones, is one of the container's, with a link for each entry that the machine has.
    """
    found: dict[str, str] = {}
    for folder in map(Path, _FOLDERS):
        if folder.is_symlink():
            found[str(folder)] = str(folder.readlink())
        elif folder.is_dir():
            found |= _opened(folder, {resolved(path) for path in own})
    return found


def resolved(path: str) -> str:
    """Return where a path of a container is, where its first folder is a link: /bin/sh is /usr/bin/sh."""
    first, _, rest = path.removeprefix("/").partition("/")
    folder = Path(f"/{first}")
    if rest and str(folder) in _FOLDERS and folder.is_symlink():
        return posixpath.join("/", folder.readlink(), rest)
    return path


def python_home() -> Path:
    """The installation of the Python that runs this project."""
    return Path(sys.base_prefix).resolve()


def _opened(folder: Path, own: Collection[str]) -> Mapping[str, str]:
    inside = {path for path in own if path.startswith(f"{folder}/")}
    if not inside:
        return {str(folder): f"{ASIDE}{folder}"}
    found: dict[str, str] = {}
    for entry in sorted(folder.iterdir()):
        if str(entry) not in inside:
            found |= _opened(entry, inside) if _is_real(entry) else {str(entry): f"{ASIDE}{entry}"}
    return found


def _is_real(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink()
