"""Locks: one whose engine is gone is removed, one whose engine may live keeps others off."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from simulator.driver import recovery
from simulator.driver.cli import main
from simulator.driver.errors import DriverError
from simulator.driver.home import Home
from simulator.driver.record import alone, recorded


def write_lock(home: Home, pid: int, *, taken: datetime | None = None, host: str | None = None) -> Path:
    """A lock as Pulumi v3.250 writes it, with nanoseconds."""
    file = home.state / ".pulumi" / "locks" / "organization" / "slipway" / "local" / "0b4f.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    stamp = (taken or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    content = {
        "pid": pid,
        "username": "someone",
        "hostname": host or socket.gethostname(),
        "timestamp": f"{stamp}123Z",
    }
    file.write_text(json.dumps(content))
    return file


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_lock_of_a_process_that_is_gone_is_removed(home: Home, said: list[str]) -> None:
    lock = write_lock(home, dead_pid())
    recovery.refuse_company(home)
    recovery.clear(home, said.append)
    assert not lock.exists()
    assert "removed the lock of a run that was killed" in said[0]


def test_a_lock_of_a_process_that_lives_is_kept_and_names_its_holder(home: Home, said: list[str]) -> None:
    lock = write_lock(home, os.getpid())
    with pytest.raises(
        DriverError, match=rf"stack 'local' is in use: locked by process {os.getpid()} of someone@"
    ):
        recovery.refuse_company(home)
    recovery.clear(home, said.append)
    assert lock.exists()
    assert said == []


def test_a_process_that_has_got_the_id_of_a_dead_one_holds_no_lock(home: Home, said: list[str]) -> None:
    before = datetime.fromtimestamp(psutil.Process().create_time(), UTC) - timedelta(minutes=1)
    lock = write_lock(home, os.getpid(), taken=before)
    recovery.refuse_company(home)
    recovery.clear(home, said.append)
    assert not lock.exists()


def test_a_lock_of_another_machine_is_kept_with_what_to_do(home: Home, said: list[str]) -> None:
    lock = write_lock(home, dead_pid(), host="elsewhere")
    with pytest.raises(DriverError, match="remove the lock with `pulumi cancel --stack local`"):
        recovery.refuse_company(home)
    recovery.clear(home, said.append)
    assert lock.exists()


def test_a_lock_that_cannot_be_read_is_refused_by_its_path(home: Home) -> None:
    lock = write_lock(home, 1)
    lock.write_text("{")
    with pytest.raises(DriverError, match=f"the lock {lock} cannot be read"):
        recovery.refuse_company(home)


@pytest.mark.parametrize("command", ["up", "refresh", "down"])
def test_a_second_run_on_the_stack_is_refused_with_one_error(
    command: str, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with alone(home), recorded(home, "up"):
        assert main([command]) == 1
    printed = capsys.readouterr().err
    assert printed.count("error:") == 1
    assert "stack 'local' is in use: `make up` works on it, since " in printed


def test_a_run_that_was_killed_keeps_nobody_off(home: Home) -> None:
    held = """
import os, signal
from simulator.driver.home import Home
from simulator.driver.project import Project
from simulator.driver.record import alone, recorded
home = Home.of(Project.find().stack("local"))
with alone(home), recorded(home, "up"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", held], cwd=home.stack.project.root, check=False)
    assert done.returncode < 0
    with alone(home):
        assert home.lock.exists()
