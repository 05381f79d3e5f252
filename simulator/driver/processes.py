"""The processes of a stack's runs: the live engine, and what a killed one left behind.

The driver marks the engine's environment, and everything that the engine starts inherits the mark: the
language host, the program, the plugins. Plain `pulumi` in a shell that `make env` has prepared carries the
home only. The processes of a simulated cluster have a mark of their own instead, for they outlive the run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "SLIPWAY_RUN"
"""The environment variable that every process of a run carries; its value is `<home>:<stack>`."""

HOME = "SLIPWAY_HOME"
"""The environment variable with the home, which a whole shell may carry."""

_ENGINE = "pulumi"
# What an engine starts, by what stands on its command line.
_PARTS = ("pulumi-language-", "pulumi-resource-", "pulumi.dynamic", "simulator.kubernetes")
_GRACE_SECONDS = 3.0


def marked(mark: str) -> list[psutil.Process]:
    """The live processes of the runs with that mark, without this one and those it was started by."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in own and _mark(process) == mark]


def engines(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that are an engine."""
    return [process for process in processes if is_engine(process)]


def is_engine(process: psutil.Process) -> bool:
    """Whether that process is Pulumi's command line, alive."""
    with suppress(psutil.Error):
        return process.name() == _ENGINE and process.status() != psutil.STATUS_ZOMBIE
    return False


def alive_since(pid: int, since: float) -> bool:
    """Whether the process that had that id at the time `since` (seconds since the epoch) still runs.

    An id is given anew after its process has ended: then that process is younger.
    """
    try:
        process = psutil.Process(pid)
        # The kernel's start of a process is accurate to a hundredth of a second, after a change of clock
        # less.
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= since + 2
    except psutil.Error:
        return False


def orphans(home: Path, mark: str) -> list[psutil.Process]:
    """What is left of killed runs: processes of a run that have no live engine above them.

    Those that plain `pulumi` left do not tell their stack: any stack of that home may have started them.
    """
    found = marked(mark)
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            environment = process.environ()
            if environment.get(HOME) == str(home) and MARK not in environment and _is_part(process):
                found.append(process)
    return [process for process in found if not is_engine(process) and not _has_engine(process)]


def end(processes: Iterable[psutil.Process]) -> None:
    """End processes, politely first, and wait until they are gone."""
    asked = list(processes)
    for process in asked:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(asked, timeout=_GRACE_SECONDS)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=_GRACE_SECONDS)


def describe(process: psutil.Process) -> str:
    """Name a process for a message."""
    with suppress(psutil.Error):
        return f"{process.name()} (process {process.pid})"
    return f"process {process.pid}"


def listening(processes: Iterable[psutil.Process]) -> set[int]:
    """The TCP ports that those processes listen on."""
    ports: set[int] = set()
    for process in processes:
        with suppress(psutil.Error):
            ports.update(
                connection.laddr.port
                for connection in process.net_connections(kind="tcp")
                if connection.status == psutil.CONN_LISTEN
            )
    return ports


def _mark(process: psutil.Process) -> str | None:
    with suppress(psutil.Error, OSError):
        return process.environ().get(MARK)
    return None


def _is_part(process: psutil.Process) -> bool:
    line = process.cmdline()
    return any(part in argument for argument in line[:4] for part in _PARTS)


def _has_engine(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any(is_engine(parent) for parent in process.parents())
    return False
