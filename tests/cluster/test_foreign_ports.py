"""Which ports of a cluster are taken by somebody else."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from simulator.cluster import processes

LISTENS_WHEN_TOLD = """
import socket, sys
sys.stdin.readline()
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listens", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def program(tmp_path: Path, port: int) -> Generator[subprocess.Popen[str]]:
    """A program of the cluster in `tmp_path`, which listens on the port once it is told to."""
    command = [sys.executable, "-c", LISTENS_WHEN_TOLD, str(port)]
    environment = os.environ | {processes.MARK: str(tmp_path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as program:
        yield program
        program.kill()


def listen(program: subprocess.Popen[str]) -> None:
    assert program.stdin is not None
    assert program.stdout is not None
    print(file=program.stdin, flush=True)
    assert program.stdout.readline() == "listens\n"


def test_what_a_program_of_the_cluster_takes_meanwhile_is_its_own(
    tmp_path: Path, port: int, program: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = psutil.Process.net_connections

    def and_then_listen(process: psutil.Process) -> object:
        before = ask(process)
        listen(program)
        return before

    monkeypatch.setattr(psutil.Process, "net_connections", and_then_listen)
    assert processes.foreign(tmp_path, [port]) == ""
    monkeypatch.undo()
    assert processes.listening([port]) == [port]
    assert processes.foreign(tmp_path, [port]) == ""


def test_what_another_program_took_is_named(
    tmp_path: Path, port: int, program: subprocess.Popen[str]
) -> None:
    listen(program)
    named = rf"{port} by \S+ \(process {program.pid}\)"
    assert re.fullmatch(named, processes.foreign(tmp_path / "another", [port]))
