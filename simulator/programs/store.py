"""The store of programs: one folder for each source and all that determines it, each put in place whole."""

from __future__ import annotations

import dataclasses
import hashlib
import platform
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from simulator.programs.model import DebianPackages, GoPrograms, PythonPackages, Source
from simulator.tools import folders
from simulator.tools.cache import Cache

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Store:
    """The folder `programs` of the project's cache: below `root`, a folder for each source, and `logs`."""

    root: Path

    @classmethod
    def default(cls) -> Store:
        """Return the store in the project's cache: see simulator.tools.cache."""
        return cls(Cache.default().root / "programs")

    def home(self, source: Source) -> Path:
        """Return where a source lies, or will: another folder for whatever would make another program."""
        digest = hashlib.sha256(repr(_determined_by(source)).encode()).hexdigest()
        return self.root / f"{source.name}-{digest[:12]}"

    def log(self, source: Source) -> Path:
        """Return the file that holds the output of obtaining a source."""
        return self.root / "logs" / f"{source.name}.log"

    def lock(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold the store for writing; `waiting` is called once where another process holds it.

        What an interrupted run left is removed first. Raises ToolError where the folder cannot be written.
        """
        return folders.lock(self.root, waiting, f"the store of programs at {self.root}")

    def stage(self, source: Source) -> AbstractContextManager[Path]:
        """Give a folder to fill; at the end it is moved into place as a whole, after an error removed."""
        return folders.stage(self.home(source))


def module(source: GoPrograms) -> Path:
    """The folder whose go.mod pins the programs."""
    return HERE / "modules" / source.name


def requirements(source: PythonPackages) -> Path:
    """The file of locked packages."""
    return HERE / "python" / f"{source.name}.txt"


def _determined_by(source: Source) -> list[object]:
    machine = (platform.machine(), sys.platform)
    if isinstance(source, GoPrograms):
        # A module may hold a small main of our own beside its go.mod.
        files = sorted(file for file in module(source).rglob("*") if file.is_file())
        return [_said(source), machine, *((file.name, file.read_bytes()) for file in files)]
    if isinstance(source, DebianPackages):
        return [_said(source), machine, _distribution()]
    return [_said(source), machine, sys.version_info[:2], requirements(source).read_bytes()]


def _said(source: Source) -> list[object]:
    """What an entry of the table says itself: what it leaves out makes no other program of it."""
    values = {field.name: getattr(source, field.name) for field in dataclasses.fields(source)}
    return [type(source).__name__, [(name, value) for name, value in values.items() if value]]


def _distribution() -> str:
    # Packages of another release of the distribution would miss its libraries.
    try:
        return Path("/etc/os-release").read_text()
    except OSError:
        return ""
