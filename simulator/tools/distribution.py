"""Obtains tools from the packages of Debian or Ubuntu, unpacked beside the system and never installed."""

from __future__ import annotations

import platform
import shlex
import subprocess
from pathlib import Path
from typing import TextIO

from simulator.tools.catalog import Tool, Version
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress

SOURCE = "the distribution's packages"

_TREE = "root"
_FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin")


def unpack(tool: Tool, stage: Path, log: TextIO, progress: Progress) -> dict[str, str]:
    """Put the tool's programs into `stage/bin` and return the version of each.

    Raises UnavailableError on other distributions, where a package cannot be had, or is too old.
    """
    from simulator.programs import debian  # noqa: PLC0415 (that package is made of this one)
    from simulator.programs.model import DebianPackages  # noqa: PLC0415

    source = DebianPackages(name=tool.name, version=tool.version, packages=tool.packages)
    tree = stage / _TREE
    tree.mkdir()
    debian.install(source, tree, log, progress)
    found: dict[str, str] = {}
    for name in tool.programs:
        program = next((f"{each}/{name}" for each in _FOLDERS if (tree / each / name).is_file()), None)
        if program is None:
            message = f"the packages {', '.join(tool.packages)} hold no program {name}"
            raise UnavailableError(message)
        wrapper = stage / "bin" / name
        wrapper.write_text(_wrapper(program))
        wrapper.chmod(0o755)
        found[name] = _version(tool, wrapper)
    return found


def _wrapper(program: str) -> str:
    # Its folder is moved once it is whole, and it may be called by a link. A container's life takes half a
    # dozen calls of runc: but for that link, no other process is started.
    return "\n".join(
        [
            "#!/bin/sh",
            "self=$0",
            '[ ! -L "$self" ] || self=$(readlink -f "$self")',
            f"root=${{self%/bin/*}}/{_TREE}",
            f"machine={shlex.quote(platform.machine())}-linux-gnu",
            'export LD_LIBRARY_PATH="$root/usr/lib/$machine:$root/lib/$machine"',
            f'exec "$root/{program}" "$@"',
            "",
        ]
    )


def _version(tool: Tool, program: Path) -> str:
    done = subprocess.run([program, *tool.version_arguments], capture_output=True, text=True, check=False)
    version = Version.find(done.stdout)
    if version is None or not tool.fits(Version(version.numbers)):
        printed = version or (done.stdout + done.stderr).strip() or "nothing"
        message = f"the distribution's {tool.name} is {printed}, needed is {tool.accepted}"
        raise UnavailableError(message)
    return str(Version(version.numbers))
