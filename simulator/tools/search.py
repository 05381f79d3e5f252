"""Looks for a tool on PATH and in the cache, without running anything that was run before."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from simulator.tools.cache import Cache, Found, executable, read_object
from simulator.tools.catalog import Tool, Version
from simulator.tools.folders import write_atomically

_PROBE_SECONDS = 10


class Search:
    """One look at PATH and the cache.

    `refused` tells for each tool why what PATH has does not do. The versions that programs on PATH print are
    remembered in the cache by the file's identity (path, modification time, size).
    """

    def __init__(self, cache: Cache) -> None:
        """Look on the environment's PATH and in `cache`."""
        self.refused: dict[str, list[str]] = {}
        self._cache = cache
        # Our own links on PATH are no copy of their own: the cache knows what they point to.
        own = cache.tools.resolve()
        entries = dict.fromkeys(os.environ.get("PATH", os.defpath).split(os.pathsep))
        self._directories = [
            Path(entry) for entry in entries if entry and not Path(entry).resolve().is_relative_to(own)
        ]
        self._remembered = read_object(cache.path_versions)
        self._learned = False

    def find(self, tools: Iterable[Tool]) -> dict[str, Found]:
        """Return what is there, by the tool's name."""
        found = {tool.name: one for tool in tools if (one := self._on_path(tool) or self._cache.find(tool))}
        if self._learned:
            # Only a memory: a cache that cannot be written is reported when a tool has to be put into it.
            with suppress(OSError):
                self._cache.tools.mkdir(parents=True, exist_ok=True)
                write_atomically(self._cache.path_versions, json.dumps(self._remembered, indent=1))
        return found

    def _on_path(self, tool: Tool) -> Found | None:
        reasons = self.refused[tool.name] = []
        seen: set[Path] = set()
        for directory in self._directories:
            candidate = directory / tool.programs[0]
            if not executable(candidate):
                continue
            real = candidate.resolve()
            if real in seen:
                continue
            seen.add(real)
            if refusal := self._refusal(tool, real):
                reasons.append(f"{candidate} {refusal}")
                continue
            printed = str(self._printed(tool, real))
            programs = {name: real.parent / name for name in tool.programs[1:]}
            # The first under the name it was found by: a wrapper may go by it.
            programs = {tool.programs[0]: candidate.absolute()} | programs
            return Found(tool, programs, dict.fromkeys(tool.programs, printed), "PATH")
        return None

    def _refusal(self, tool: Tool, real: Path) -> str:
        version = self._printed(tool, real)
        if version is None:
            return "does not print a version"
        if not tool.fits(version):
            return f"is version {version}, needed is {tool.accepted}"
        missing = [name for name in tool.programs[1:] if not executable(real.parent / name)]
        return f"has no {', '.join(missing)} beside it" if missing else ""

    def _printed(self, tool: Tool, real: Path) -> Version | None:
        status = real.stat()
        identity = f"{status.st_mtime_ns}:{status.st_size}:"
        remembered = str(self._remembered.get(str(real), ""))
        if not remembered.startswith(identity):
            remembered = identity + _ask(real, tool.version_arguments)
            self._remembered[str(real)] = remembered
            self._learned = True
        return Version.find(remembered.removeprefix(identity))


def _ask(program: Path, arguments: tuple[str, ...]) -> str:
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [program, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version = Version.find(done.stdout) if done.returncode == 0 else None
    return str(version or "")
