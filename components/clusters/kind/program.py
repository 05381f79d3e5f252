"""The program `kind`: found on PATH, or obtained once in the ways its documentation names."""

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from ...versions import Kind
from .machine import MachineError

_TIMEOUT = 120.0
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def kind() -> Path:
    """Return where kind is; downloads or builds it once where it is not on PATH.

    Raises MachineError where it can be had in no way, with what went wrong.
    """
    if found := shutil.which("kind"):
        return Path(found)
    target = _cache() / f"kind-{Kind.VERSION}"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        # Made beside it and moved, so that an interrupted download is no program.
        with tempfile.TemporaryDirectory(dir=target.parent) as directory:
            made = Path(directory) / "kind"
            tried: list[str] = []
            for way in (_download, _build):
                if not made.is_file() and (reason := way(made)):
                    tried.append(reason)
            if not made.is_file():
                raise MachineError(
                    f"kind is not on PATH and could not be obtained ({'; '.join(tried)}). Install "
                    f"{Kind.VERSION} or later from its own site"
                )
            made.chmod(0o755)
            made.replace(target)
    return target


def _download(target: Path) -> str | None:
    """Download the release's program, and return what went wrong."""
    address = Kind.PROGRAM.format(
        version=Kind.VERSION,
        system=platform.system().lower(),
        architecture=_MACHINES.get(platform.machine().lower(), platform.machine()),
    )
    try:
        with urllib.request.urlopen(f"{address}.sha256sum", timeout=_TIMEOUT) as answer:
            expected = answer.read().decode().split()[0]
        with urllib.request.urlopen(address, timeout=_TIMEOUT) as answer:
            content = answer.read()
    except (urllib.error.URLError, OSError, IndexError) as error:
        return f"download: {error}"
    if hashlib.sha256(content).hexdigest() != expected:
        return "download: its checksum is not the one of the release"
    target.write_bytes(content)
    return None


def _build(target: Path) -> str | None:
    """Build it with Go, as its documentation says, and return what went wrong."""
    if shutil.which("go") is None:
        return "build: there is no Go"
    environment = {**os.environ, "GOBIN": str(target.parent)}
    module = Kind.MODULE.format(version=Kind.VERSION)
    done = subprocess.run(
        ["go", "install", module], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        return f"build: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
    return None


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "slipway" / "kind"
