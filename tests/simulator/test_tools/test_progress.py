from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading

import pytest

from simulator.tools import progress
from simulator.tools.progress import Lines, elapsed

from .toolchain import Machine


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (9.0, "9 s"), (60.0, "1 min 0 s"), (200.6, "3 min 21 s")]
)
def test_a_duration_is_said_in_minutes_and_seconds(seconds: float, said: str) -> None:
    assert elapsed(seconds) == said


def test_a_long_step_says_between_what_it_does_and_how_long_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.001)
    said: list[str] = []
    enough = threading.Event()

    def write(line: str) -> None:
        said.append(line)
        if "packages compiled" in line:
            enough.set()

    with Lines(write) as lines:
        lines.begin("[1/2] etcd 3.6.8")
        lines.detail("412 packages compiled")
        assert enough.wait(60)
        lines.end("built from Go modules")
    assert "[1/2] etcd 3.6.8: 412 packages compiled, 0 s so far" in said
    count = len(said)
    assert said[-1].startswith("[1/2] etcd 3.6.8: built from Go modules in ")
    assert len(said) == count


def test_a_terminal_shows_the_step_while_it_runs_and_keeps_a_line_of_it(machine: Machine) -> None:
    machine.install_go()
    machine.hold("etcd")
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "simulator.tools", "etcd"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "120"},
    ) as process:
        os.close(terminal)
        shown = ""
        while "packages compiled" not in shown:
            shown += os.read(controller, 4096).decode(errors="replace")
        assert "[1/1] etcd 3.6.8" in shown
        machine.go_on("etcd")
        while "built from Go modules in" not in shown:
            shown += os.read(controller, 4096).decode(errors="replace")
        assert process.wait(60) == 0
    os.close(controller)


def test_without_a_terminal_each_step_is_a_plain_line(machine: Machine) -> None:
    machine.install_go()
    _, _, errors = machine.run("etcd")
    assert errors.startswith("[1/1] etcd 3.6.8\n[1/1] etcd 3.6.8: built from Go modules in ")
    assert "\x1b" not in errors
