"""The table of programs that run on a live cluster, for docs/live.md."""

from __future__ import annotations

from pathlib import Path

from simulator.programs import images, projects
from simulator.programs.model import DebianPackages, GoPrograms, Image, PythonPackages

PAGE = Path(__file__).parents[1] / "live.md"
_BEGIN, _END = "<!-- programs: written by `make reference` -->\n", "<!-- end of programs -->\n"


def text() -> str:
    """Return the page with its table made anew. Raises ValueError where the page has no place for it."""
    page = PAGE.read_text(encoding="utf-8")
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has no lines {_BEGIN.strip()} and {_END.strip()}")
    return f"{before}{begin}\n{_table()}\n{end}{after}"


def _table() -> str:
    lines = ["| project | image | what runs | from |", "|---|---|---|---|"]
    lines += [_row(project, image) for project in projects() for image in images((project,)).values()]
    return "\n".join([*lines, ""])


def _row(project: str, image: Image) -> str:
    runs = image.version if image.differs else "the same version"
    return f"| `{project}` | `{image.image}` | {runs} | {_origin(image)} |"


def _origin(image: Image) -> str:
    kinds = {GoPrograms: "Go modules", PythonPackages: "Python packages", DebianPackages: "the distribution"}
    found = dict.fromkeys(kinds[type(source)] for source in image.sources)
    return ", ".join(found) or "this machine"
