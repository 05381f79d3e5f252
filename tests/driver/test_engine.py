"""How the engine is run: signals reach it once, its exit status is passed on, its display is kept short.

`pulumi` is a program of the test's own here.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.scripted import Scripted, scripted

SHOW = """
import os, sys
from pathlib import Path
from simulator.driver.engine import Engine
from simulator.driver.project import Project
sys.exit(Engine(Project.find().stack("local"), Path(sys.argv[1]), dict(os.environ)).show("up", "--yes"))
"""

# Finishes what is under way upon the first interrupt, gives up at once upon the second, as Pulumi does.
STOPPABLE = """
import signal, time
asked = 0
def stop(*_):
    global asked
    asked += 1
    print(f"interrupt {asked}", flush=True)
    if asked > 1: sys.exit(2)
signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("working", flush=True)
while not asked: time.sleep(0.01)
time.sleep(0.5)
print("saved", flush=True)
sys.exit(1)
"""


def start(pulumi: Scripted) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SHOW, str(pulumi.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def show(pulumi: Scripted) -> tuple[int, list[str]]:
    process = start(pulumi)
    output, _ = process.communicate()
    return process.returncode, output.splitlines()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_engine_once_however_often_it_is_sent(
    sent: signal.Signals, root: Path, tmp_path: Path
) -> None:
    with start(scripted(tmp_path, "pulumi", STOPPABLE)) as process:
        assert process.stdout
        assert process.stdout.readline() == "working\n"
        for _ in range(2):
            # To the whole group, as a terminal and build servers do.
            os.killpg(process.pid, sent)
            time.sleep(0.1)
        output = process.stdout.read()
    assert process.returncode == 130
    assert output.count("interrupt") == 1
    assert output.endswith("saved\n")
    assert "stopping: what is under way is finished first" in output


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("sys.exit(0)", 0),
        ("sys.exit(255)", 255),
        ("sys.exit(8)", 130),
        ("import os; os.kill(os.getpid(), 9)", 137),
    ],
)
def test_the_exit_status_of_the_engine_is_passed_on(
    body: str, expected: int, root: Path, tmp_path: Path
) -> None:
    assert show(scripted(tmp_path, "pulumi", body))[0] == expected


def test_the_engine_is_told_the_stack_and_to_ask_nothing(root: Path, tmp_path: Path) -> None:
    pulumi = scripted(tmp_path, "pulumi", "print(sys.stdin.read() == '')")
    assert show(pulumi)[1] == ["True"]
    (call,) = pulumi.calls
    assert call[:3] == ["up", "--stack", "local"]
    assert {"--yes", "--non-interactive", "--suppress-progress", "--parallel"} <= set(call)


def test_lines_that_only_say_that_something_begins_are_left_out(root: Path, tmp_path: Path) -> None:
    printed = [
        "Updating (local):",
        "",
        " +  kubernetes:core/v1:Namespace kubeflow creating (0s) ",
        " ~  kubernetes:core/v1:ConfigMap settings updating (0s) [diff: ~data]",
        " +  kubernetes:core/v1:Namespace kubeflow created (0.3s) ",
        " +  kubernetes:apps/v1:Deployment web creating (30s) waiting for 1 of 2 pods",
        "",
        "",
        " +  kubernetes:apps/v1:Deployment web **creating failed** error: 0/3 nodes are available",
        "If you want to remove the stack completely, run `pulumi stack rm local`.",
    ]
    status, lines = show(scripted(tmp_path, "pulumi", f"print({chr(10).join(printed)!r})"))
    assert status == 0
    assert lines == [
        "Updating (local):",
        "",
        " +  kubernetes:core/v1:Namespace kubeflow created (0.3s)",
        " +  kubernetes:apps/v1:Deployment web creating (30s) waiting for 1 of 2 pods",
        "",
        " +  kubernetes:apps/v1:Deployment web **creating failed** error: 0/3 nodes are available",
    ]
