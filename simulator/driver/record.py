"""What is remembered about the last run on a stack: what it was, and how it ended."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from simulator.driver.errors import DriverError
from simulator.driver.home import Home


@dataclass
class Run:
    """One run of the engine: the command, when it began (seconds since the epoch), and how it ended.

    A run that was killed has no exit status.
    """

    command: str
    started: float
    seconds: float | None = None
    status: int | None = None

    @classmethod
    def last(cls, file: Path) -> Run | None:
        """The last run, or None where there was none."""
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def __str__(self) -> str:
        """Say what it was and how it ended."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.started))
        if self.status is None or self.seconds is None:
            return f"{self.command} at {when} did not end by itself"
        how = "succeeded" if self.status == 0 else f"failed (exit status {self.status})"
        return f"{self.command} at {when} {how} after {self.seconds:.0f} s"


@contextmanager
def recorded(home: Home, command: str) -> Generator[Run]:
    """Remember a run while it lasts, and how it ended."""
    run = Run(command, time.time())
    begun = time.monotonic()
    home.record.write_text(json.dumps(asdict(run)))
    try:
        yield run
    except Exception:
        run.status = 1
        raise
    finally:
        run.seconds = time.monotonic() - begun
        if home.record.parent.is_dir():
            home.record.write_text(json.dumps(asdict(run)))


@contextmanager
def alone(home: Home) -> Generator[None]:
    """Keep a second driver off the stack. The lock of a killed one is free."""
    lock = filelock.FileLock(home.lock, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        run = Run.last(home.record)
        what = f"`make {run.command}`" if run else "another run"
        since = time.strftime("%H:%M:%S", time.localtime(run.started)) if run else "just now"
        raise DriverError(
            f"stack '{home.stack.name}' is in use: {what} works on it, since {since}. "
            "Wait for it to end, then run again"
        ) from None
    try:
        yield
    finally:
        lock.release()
