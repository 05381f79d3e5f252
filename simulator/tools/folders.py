"""Folders of a cache, each put in place whole: what an interrupted run leaves is never taken for finished."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from simulator.tools.errors import ToolError

_PARTIAL = ".partial-"


def _partial(final: Path) -> Path:
    """Name a new path beside `final`, of which nobody takes what is there for finished."""
    return final.with_name(f"{_PARTIAL}{final.name}-{os.urandom(8).hex()}")


def write_atomically(path: Path, text: str) -> None:
    """Write `text` so that a reader finds the old content or the new one, never a part."""
    beside = _partial(path)
    beside.write_text(text)
    beside.replace(path)


@contextmanager
def lock(folder: Path, waiting: Callable[[], None], what: str) -> Generator[None]:
    """Hold a cache for writing, made with its `logs` first; `waiting` is called once where another holds it.

    What an interrupted run left is removed. Raises ToolError, which names `what` the folder is, where it
    cannot be written.
    """
    import filelock  # noqa: PLC0415 (only needed when something is missing)

    try:
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        held = filelock.FileLock(folder / "lock")
        try:
            held.acquire(timeout=0)
        except filelock.Timeout:
            waiting()
            held.acquire()
    except OSError as error:
        message = f"{what} cannot be written: {error}. Set SLIPWAY_CACHE to a folder that can."
        raise ToolError(message) from error
    try:
        for leftover in folder.glob(f"{_PARTIAL}*"):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)
        yield
    finally:
        held.release()


@contextmanager
def stage(final: Path) -> Generator[Path]:
    """Give a folder to fill; at the end it is moved to `final` as a whole, after an error removed.

    What is there already lacks something, for else nobody would make it anew, and gives way.
    """
    beside = _partial(final)
    beside.mkdir(mode=0o755)
    try:
        yield beside
        if final.exists():
            broken = _partial(final)
            final.rename(broken)
            shutil.rmtree(broken, ignore_errors=True)
        beside.rename(final)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
