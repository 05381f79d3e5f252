"""Runs a command to its end and says how long it took and how much memory its processes held together."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_INTERVAL = 0.5
_MEBI = 1024 * 1024


class CommandError(Exception):
    """A measured command that did not succeed; its text is the end of what it printed."""


@dataclass(frozen=True)
class Figure:
    """One run: wall-clock seconds, and the peak of its processes' resident memory together, in MiB."""

    seconds: float
    memory: float


def run(command: Sequence[str], *, directory: Path, environment: Mapping[str, str]) -> Figure:
    """Run a command and measure it. Raises CommandError where its exit status is not 0.

    Memory is the sum over the command and all its descendants, sampled twice a second, for looking takes time
    from what is measured; pages that processes share are counted for each. Processes that detach themselves,
    as a simulated cluster's do, are not counted.
    """
    begun = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        sampler = _Sampler(process.pid)
        sampler.start()
        output, _ = process.communicate()
        seconds = time.monotonic() - begun
        sampler.stop()
    if process.returncode:
        raise CommandError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-4000:]}")
    return Figure(seconds=seconds, memory=sampler.peak / _MEBI)


class _Sampler(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(_INTERVAL):
            self.peak = max(self.peak, _resident(self._pid))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _resident(pid: int) -> int:
    total = 0
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error):
                total += process.memory_info().rss
    return total
