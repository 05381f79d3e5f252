"""The tools of the local engine: Pulumi's command line, and the programs a simulated cluster consists of.

`ensure` finds each tool, or obtains it: from PATH where the version fits, from the project's own cache, from
the official release, and where that cannot be reached, by a Go build from pinned modules.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simulator.tools.cache import Cache, Found
from simulator.tools.catalog import Tool, select
from simulator.tools.errors import ToolError
from simulator.tools.search import Search

__all__ = ["ToolError", "Tools", "ensure"]


@dataclass(frozen=True)
class Tools:
    """Tools that are there.

    `directory` holds links to all their programs and is meant to be first on PATH. `sources` maps each
    program to "PATH", "cache", "official installer" or "built from Go modules"; `versions` to its version;
    `origins` maps what came from the cache to how it once got there, where that is known.
    """

    directory: Path
    sources: Mapping[str, str]
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])

    def path(self, name: str) -> Path:
        """Return the program of that name, such as `kwokctl`; raise ToolError for one not asked for."""
        if name not in self.sources:
            message = f"no tool {name} was asked for: there are {', '.join(sorted(self.sources))}"
            raise ToolError(message)
        return self.directory / name


def ensure(*, names: Collection[str] | None = None, report: Callable[[str], None] | None = None) -> Tools:
    """Find the named tools, or all of them, and obtain what is missing.

    Takes milliseconds and says nothing where everything is there; else minutes, telling its progress in lines
    to `report`, or on standard error. Processes that run at the same time wait for each other; an interrupted
    run is taken up by the next. Raises ToolError, whose message is ready for the user, where a tool cannot be
    had.
    """
    tools = select(names)
    cache = Cache.default()
    search = Search(cache)
    found = search.find(tools)
    if len(found) == len(tools):
        directory = cache.links(found.values())
        if directory.is_dir():
            return _tools(directory, found)
    return _complete(tools, cache, search, report)


def _complete(
    tools: Collection[Tool], cache: Cache, search: Search, report: Callable[[str], None] | None
) -> Tools:
    from simulator.tools.obtain import obtain  # noqa: PLC0415 (not needed when everything is there)
    from simulator.tools.progress import choose  # noqa: PLC0415

    with (
        choose(report) as progress,
        cache.lock(lambda: progress.say("waiting for another process that is obtaining tools")),
    ):
        found = search.find(tools)
        missing = [tool for tool in tools if tool.name not in found]
        found |= obtain(missing, cache, search.refused, progress)
        found = {tool.name: found[tool.name] for tool in tools}
        directory = cache.links(found.values())
        if not directory.is_dir():
            cache.link(found.values())
    return _tools(directory, found)


def _tools(directory: Path, found: Mapping[str, Found]) -> Tools:
    programs = {name: one for one in found.values() for name in one.programs}
    return Tools(
        directory=directory,
        sources={name: one.source for name, one in programs.items()},
        versions={name: one.versions[name] for name, one in programs.items()},
        origins={name: one.origin for name, one in programs.items() if one.origin},
    )
