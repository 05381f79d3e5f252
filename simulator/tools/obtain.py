"""Puts missing tools into the cache: one step a tool, each way in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from simulator.tools import distribution, gobuild, official
from simulator.tools.cache import Cache, Found
from simulator.tools.catalog import Tool
from simulator.tools.errors import ToolError, UnavailableError
from simulator.tools.progress import Progress

_Way = Callable[[Tool, Path, TextIO, Progress], Mapping[str, str]]


def obtain(
    missing: Sequence[Tool], cache: Cache, refused: Mapping[str, Sequence[str]], progress: Progress
) -> dict[str, Found]:
    """Obtain each of `missing`, in order, and say how by the tool's name. The cache's lock is held.

    `refused` tells why what PATH has does not do, for the message. Raises ToolError at the first that cannot
    be had; those before it stay in the cache.
    """
    ways: dict[str, _Way] = {
        official.SOURCE: partial(official.fetch, official.Sites()),
        gobuild.SOURCE: gobuild.build,
        distribution.SOURCE: distribution.unpack,
    }
    obtained: dict[str, Found] = {}
    for step, tool in enumerate(missing, start=1):
        progress.begin(f"[{step}/{len(missing)}] {tool.name} {tool.version}")
        source, versions = _obtain(tool, ways, cache, refused.get(tool.name, ()), progress)
        progress.end(source)
        programs = {name: cache.home(tool) / "bin" / name for name in tool.programs}
        obtained[tool.name] = Found(tool, programs, versions, source, source)
    return obtained


def _obtain(
    tool: Tool, ways: Mapping[str, _Way], cache: Cache, refused: Sequence[str], progress: Progress
) -> tuple[str, Mapping[str, str]]:
    tried = [f"PATH: {reason}" for reason in refused or [f"there is no {tool.programs[0]}"]]
    log = cache.log(tool)
    with log.open("w") as output:
        for source, way in ways.items():
            if source not in _possible(tool):
                continue
            try:
                with cache.stage(tool) as stage:
                    versions = way(tool, stage, output, progress)
                    cache.sign(stage, source, versions)
            except UnavailableError as reason:
                tried.append(f"{source}: {reason}")
                print(tried[-1], file=output)
            except OSError as error:
                # The cache's own disk, most likely: another way would meet it again.
                tried.append(f"{source}: {error}")
                break
            else:
                return source, versions
    message = "\n".join(
        [
            f"{tool.name} {tool.version} cannot be obtained. Tried:",
            *(f"- {each}" for each in tried),
            f"The whole output: {log}",
            f"Correct what is said above and run again (what is finished is kept), or put {tool.programs[0]} "
            f"({tool.accepted}) on PATH.",
        ]
    )
    raise ToolError(message)


def _possible(tool: Tool) -> tuple[str, ...]:
    if tool.packages:
        return (distribution.SOURCE,)
    return (official.SOURCE, gobuild.SOURCE) if tool.official else (gobuild.SOURCE,)
