"""The cache of tools: one folder per tool and version, each put in place whole.

Below `<cache>/tools`: `<tool>-<version>/bin/` with the tool's programs and `origin.json`, `bin-<digest>/`
with links to one set of programs, `logs/`, `path-versions.json`, and `lock`. Whatever is called `.partial-*`
was left by an interrupted run. Everything but `path-versions.json` is written under the lock.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from simulator.tools import folders
from simulator.tools.catalog import Tool

_ORIGIN = "origin.json"


@dataclass(frozen=True)
class Found:
    """A tool that is there.

    `programs` maps each program's name to its file, `versions` to its version. `source` says where the tool
    was found ("PATH", "cache") or how this run obtained it; `origin` how it once came into the cache, if that
    is known.
    """

    tool: Tool
    programs: Mapping[str, Path]
    versions: Mapping[str, str]
    source: str
    origin: str = ""


def executable(path: Path) -> bool:
    """Whether there is a file at `path` that can be run."""
    return path.is_file() and os.access(path, os.X_OK)


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object at `path`; empty where there is none or it cannot be read."""
    try:
        value: object = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


class Cache:
    """The project's cache of tools in one folder, which is made when something is written."""

    def __init__(self, root: Path) -> None:
        """Use `root`, the folder that SLIPWAY_CACHE names."""
        self.root = root
        self.tools = root / "tools"
        self.logs = self.tools / "logs"
        self.path_versions = self.tools / "path-versions.json"

    @classmethod
    def default(cls) -> Cache:
        """Return the cache in SLIPWAY_CACHE, else XDG_CACHE_HOME/slipway, else ~/.cache/slipway."""
        if own := os.environ.get("SLIPWAY_CACHE"):
            return cls(Path(own).expanduser().absolute())
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        return cls(Path(base).expanduser().absolute() / "slipway")

    def home(self, tool: Tool) -> Path:
        """Return the folder of that tool at its pinned version."""
        return self.tools / f"{tool.name}-{tool.version}"

    def log(self, tool: Tool) -> Path:
        """Return the file that holds the output of obtaining that tool."""
        return self.logs / f"{tool.name}-{tool.version}.log"

    def find(self, tool: Tool) -> Found | None:
        """Return the tool in the cache, or None where one of its programs is missing."""
        home = self.home(tool)
        programs = {name: home / "bin" / name for name in tool.programs}
        if not all(map(executable, programs.values())):
            return None
        origin = read_object(home / _ORIGIN)
        versions = dict.fromkeys(tool.programs, tool.version) | origin.get("versions", {})
        return Found(tool, programs, versions, "cache", str(origin.get("source", "")))

    def lock(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold the cache for writing; `waiting` is called once where another process holds it.

        Leftovers of an interrupted run are removed first. Raises ToolError where the folder cannot be
        written.
        """
        return folders.lock(self.tools, waiting, f"the cache of tools at {self.root}")

    @contextmanager
    def stage(self, tool: Tool) -> Generator[Path]:
        """Give a folder to fill; at the end it is moved into place as a whole, after an error removed."""
        with folders.stage(self.home(tool)) as stage:
            (stage / "bin").mkdir()
            yield stage

    def sign(self, stage: Path, source: str, versions: Mapping[str, str]) -> None:
        """Note in a staged folder how the tool was obtained, and the versions of its programs."""
        (stage / _ORIGIN).write_text(json.dumps({"source": source, "versions": dict(versions)}))

    def links(self, found: Iterable[Found]) -> Path:
        """Name the folder of links to these programs, by what it holds; it need not be there."""
        targets = _targets(found)
        digest = hashlib.sha256(json.dumps(sorted(targets.items())).encode()).hexdigest()
        return self.tools / f"bin-{digest[:12]}"

    def link(self, found: Iterable[Found]) -> Path:
        """Make the folder of links to these programs."""
        found = tuple(found)
        directory = self.links(found)
        with folders.stage(directory) as stage:
            for name, target in _targets(found).items():
                (stage / name).symlink_to(target)
        return directory


def _targets(found: Iterable[Found]) -> dict[str, str]:
    return {name: str(path) for one in found for name, path in one.programs.items()}
