"""Says what is being obtained, how far it is and how long it has taken."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self

SECONDS_BETWEEN_LINES = 30.0


class Progress(Protocol):
    """One step after the other, each begun, told about, and ended."""

    def __enter__(self) -> Self:
        """Start showing."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop showing; an unfinished step stays unfinished."""
        ...

    def say(self, text: str) -> None:
        """Show a line that belongs to no step."""
        ...

    def begin(self, title: str) -> None:
        """Begin a step, such as `[2/8] etcd 3.6.8`."""
        ...

    def detail(self, text: str) -> None:
        """Say what the step is doing now; called as often as there is news."""
        ...

    def end(self, how: str, seconds: float | None = None) -> None:
        """End the step, saying how it was done and how long it took: `seconds`, or since it began here."""
        ...


def elapsed(seconds: float) -> str:
    """Say a duration as people do: `9 s`, `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def choose(report: Callable[[str], None] | None) -> Progress:
    """Choose lines to `report` where that is given, else a live line or plain lines on standard error."""
    if report is not None:
        return Lines(report)
    if sys.stderr.isatty():
        return Live()
    return Lines(lambda line: print(line, file=sys.stderr, flush=True))


class Lines:
    """Plain lines: one at the start and the end of a step, and one every half minute in between."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Give each line to `write`."""
        self._write = write
        self._title = ""
        self._detail = ""
        self._started = 0.0
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Nothing is shown before the first step."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """End the lines in between."""
        self._stop()

    def say(self, text: str) -> None:
        """Write the line."""
        self._write(text)

    def begin(self, title: str) -> None:
        """Write the title."""
        self._title, self._detail, self._started = title, "", time.monotonic()
        self._write(title)
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, args=(self._ended,), daemon=True)
        self._ticker.start()

    def detail(self, text: str) -> None:
        """Keep it for the next line in between."""
        self._detail = text

    def end(self, how: str, seconds: float | None = None) -> None:
        """Write how long the step took."""
        self._stop()
        self._write(_ended(self._title, how, self._started, seconds))

    def _tick(self, ended: threading.Event) -> None:
        while not ended.wait(SECONDS_BETWEEN_LINES):
            so_far = elapsed(time.monotonic() - self._started)
            self._write(f"{self._title}: {self._detail or 'working'}, {so_far} so far")

    def _stop(self) -> None:
        self._ended.set()
        if self._ticker is not None:
            self._ticker.join()


class Unseen(Lines):
    """Nothing: of a step beside the one that is shown."""

    def __init__(self) -> None:
        """Give no line to anybody."""
        super().__init__(lambda _: None)


class Live:
    """One line on a terminal that moves: step, detail, time so far; a finished step leaves a line behind."""

    def __init__(self) -> None:
        """Show on standard error."""
        from rich.console import Console  # noqa: PLC0415 (only needed when something is missing)
        from rich.progress import Progress as Bar  # noqa: PLC0415
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        detail = TextColumn("[dim]{task.fields[detail]}", markup=True)
        self._console = Console(stderr=True, highlight=False)
        self._bar = Bar(*columns, detail, console=self._console, transient=True)
        self._stack = ExitStack()
        self._title = ""
        self._started = 0.0
        self._step = self._bar.add_task("", visible=False, detail="")

    def __enter__(self) -> Self:
        """Take the terminal's last line."""
        self._stack.enter_context(self._bar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Give the line back."""
        self._stack.close()

    def say(self, text: str) -> None:
        """Print the line above."""
        self._console.print(text, markup=False)

    def begin(self, title: str) -> None:
        """Start the step's clock."""
        self._title, self._started = title, time.monotonic()
        self._bar.reset(self._step, description=_plain(title), visible=True, detail="")

    def detail(self, text: str) -> None:
        """Show it beside the time."""
        self._bar.update(self._step, detail=_plain(text))

    def end(self, how: str, seconds: float | None = None) -> None:
        """Leave a line that says how long the step took."""
        self._bar.update(self._step, visible=False)
        self.say(_ended(self._title, how, self._started, seconds))


def _ended(title: str, how: str, started: float, seconds: float | None) -> str:
    taken = time.monotonic() - started if seconds is None else seconds
    return f"{title}: {how} in {elapsed(taken)}"


def _plain(text: str) -> str:
    from rich.markup import escape  # noqa: PLC0415

    return escape(text)
