"""Which archive stands for a chart whose repository cannot be reached.

A repository is asked first. Where it does not answer, and the chart is one whose own source is in the module
of a live program, the archive that was packed from it serves: same chart, same version (simulator/programs).
Charts of any other address, an archive or a mirror that a stack names, are never replaced.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from threading import Thread

from simulator.kubernetes.charts.arguments import ChartArguments

__all__ = ["archive"]

_SECONDS = 3.0


def archive(arguments: ChartArguments, tell: Callable[[str], None]) -> Path | None:
    """Return the archive that stands for a chart, None where Helm is to find the chart by itself."""
    if not arguments.repository:
        return None
    from simulator.programs.charts import packed  # noqa: PLC0415  few charts have one

    found = packed(arguments.chart, arguments.repository, arguments.version)
    if found is None or _answers(f"{arguments.repository.rstrip('/')}/index.yaml"):
        return None
    tell(f"{arguments.repository} cannot be reached: the chart comes from its project's Go module")
    return found


def _answers(url: str) -> bool:
    """Tell whether there is anybody at an address, within a few seconds: looking a name up has no limit."""
    answers: list[bool] = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=_SECONDS):
                answers.append(True)
        except urllib.error.HTTPError as refusal:
            answers.append(refusal.code < 500)
        except (OSError, HTTPException, ValueError):
            answers.append(False)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_SECONDS)
    return any(answers)
