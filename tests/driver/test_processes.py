"""Which processes count as left behind: those of runs whose engine is gone, and nobody else's."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from simulator.driver import recovery
from simulator.driver.errors import DriverError
from simulator.driver.home import Home
from simulator.driver.processes import HOME, MARK
from tests.support.scripted import scripted

Start = Callable[..., subprocess.Popen[bytes]]

SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def start() -> Generator[Start]:
    """Start a program with variables of its own; what still runs at the end is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*command: str | Path, **variables: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command or (sys.executable, "-c", SLEEP), env={**os.environ, **variables})
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def test_what_a_killed_run_left_is_ended(home: Home, start: Start, said: list[str]) -> None:
    left = start(**{MARK: home.mark})
    recovery.clear(home, said.append)
    assert ended(left)
    assert "ended what a killed run left running: python" in said[0]


def test_what_ignores_a_polite_signal_is_ended_too(home: Home, start: Start, said: list[str]) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True)\n"
    left = start(sys.executable, "-c", f"{stubborn}time.sleep(60)", **{MARK: home.mark})
    recovery.clear(home, said.append)
    assert ended(left)


def test_processes_of_another_stack_or_home_are_left_alone(home: Home, start: Start, said: list[str]) -> None:
    others = [start(**{MARK: f"{home.root}:other"}), start(**{MARK: "/elsewhere:local"}), start()]
    recovery.clear(home, said.append)
    assert not any(map(ended, others))
    assert said == []


def test_processes_of_a_simulated_cluster_outlive_the_run(home: Home, start: Start, said: list[str]) -> None:
    server = start(SLIPWAY_CLUSTER=str(home.cluster))
    recovery.clear(home, said.append)
    assert not ended(server)


def test_a_plugin_that_plain_pulumi_left_is_ended_and_the_shell_it_ran_in_is_not(
    home: Home, start: Start, tmp_path: Path, said: list[str]
) -> None:
    plugin = scripted(tmp_path, "pulumi-resource-kubernetes", SLEEP)
    left = start(plugin.path, **{HOME: str(home.root)})
    shell = start(**{HOME: str(home.root)})
    recovery.clear(home, said.append)
    assert ended(left)
    assert not ended(shell)


def test_what_a_live_engine_has_started_is_left_alone_and_keeps_others_off(
    home: Home, start: Start, tmp_path: Path, said: list[str]
) -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
    engine = start(scripted(tmp_path / "bin", "pulumi", child).path, **{MARK: home.mark})
    watched = psutil.Process(engine.pid)
    while not (children := watched.children()):
        time.sleep(0.01)
    try:
        with pytest.raises(DriverError, match=rf"is in use: pulumi \(process {engine.pid}\) works on it"):
            recovery.refuse_company(home)
        recovery.clear(home, said.append)
        assert children[0].is_running()
        assert not ended(engine)
    finally:
        children[0].kill()


def test_what_an_engine_started_is_left_behind_once_that_is_killed(
    home: Home, start: Start, tmp_path: Path, said: list[str]
) -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
    engine = start(scripted(tmp_path / "bin", "pulumi", child).path, **{MARK: home.mark})
    while not (children := psutil.Process(engine.pid).children()):
        time.sleep(0.01)
    engine.kill()
    engine.wait()
    recovery.refuse_company(home)
    recovery.clear(home, said.append)
    assert not children[0].is_running()
