"""Signals on their way to the engine."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Collection
from types import FrameType
from typing import Any, Self

_HANDLED = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


class OneSignal:
    """While it is entered, the engine decides when this process ends.

    The first of the signals that are passed on reaches the engine as an interrupt, upon which it finishes
    what is under way and saves its state. A second one would make it drop everything, and is kept from it.
    """

    def __init__(self, passed_on: Collection[int] = _HANDLED) -> None:
        """Handle Ctrl-C, termination and hang-up, and pass on those named."""
        self._passed_on = frozenset(passed_on)
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = False
        self._came = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Take over the signals."""
        for number in _HANDLED:
            before = signal.getsignal(number)
            # What `nohup` or a shell has set to be ignored stays so, for the engine too.
            if before != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def pass_to(self, process: subprocess.Popen[bytes]) -> None:
        """Pass signals on to that process, one that came meanwhile too."""
        self._process = process
        if self._asked:
            process.send_signal(signal.SIGINT)

    @property
    def came(self) -> bool:
        """Whether one of the signals came, passed on or not."""
        return self._came

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._came = True
        if number not in self._passed_on:
            return
        if self._asked:
            print("still waiting for what is under way", file=sys.stderr, flush=True)
            return
        self._asked = True
        print("stopping: what is under way is finished first", file=sys.stderr, flush=True)
        if self._process:
            self._process.send_signal(signal.SIGINT)
