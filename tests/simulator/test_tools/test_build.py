from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable
from time import monotonic, sleep

import pytest

from simulator.tools import ToolError, ensure
from simulator.tools.catalog import TOOLS

from .toolchain import Machine

PROGRAMS = {program for tool in TOOLS for program in tool.programs}


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does; a minute is only there to end a test that would hang."""
    deadline = monotonic() + 60
    while not condition():
        assert monotonic() < deadline, "waited a minute in vain"
        sleep(0.01)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def test_what_is_missing_is_built_and_linked_in_one_folder(machine: Machine) -> None:
    machine.install_go()
    tools = ensure(report=machine.said.append)
    assert {file.name for file in tools.directory.iterdir()} == PROGRAMS
    assert all(tools.path(name).stat().st_mode & 0o111 for name in PROGRAMS)
    assert set(tools.sources.values()) == {"built from Go modules"}
    assert tools.versions["pulumi-language-python"] == "3.75.0"
    assert tools.versions["kube-scheduler"] == "1.36.3"


def test_builds_are_static_pinned_and_free_of_paths(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOS", "plan9")
    machine.install_go()
    ensure(report=machine.said.append)
    for program, folder, settings, *arguments in machine.builds:
        assert settings == "0,,off", program
        assert re.search(r"/simulator/tools/modules/[a-z-]+$", folder)
        assert arguments[:3] == ["build", "-mod=readonly", "-trimpath"]
        assert "-s -w" in arguments[arguments.index("-ldflags") + 1]


def test_each_tool_is_reported_with_its_place_in_the_row(machine: Machine) -> None:
    machine.install_go()
    machine.install("kubectl", "Client Version: v1.36.7")
    ensure(report=machine.said.append)
    begun = [line for line in machine.said if ":" not in line]
    expected = [tool for tool in TOOLS if tool.name != "kubectl"]
    assert begun == [f"[{i}/7] {tool.name} {tool.version}" for i, tool in enumerate(expected, start=1)]
    assert re.fullmatch(r"\[2/7\] etcd 3\.6\.8: built from Go modules in \d+ s", machine.said[3])


def test_nothing_is_built_twice_and_nothing_is_said(machine: Machine) -> None:
    machine.install_go()
    first = ensure(report=machine.said.append)
    built, said = list(machine.built), list(machine.said)
    again = ensure(report=machine.said.append)
    assert machine.built == built
    assert machine.said == said
    assert again.directory == first.directory
    assert set(again.sources.values()) == {"cache"}


def test_a_failed_build_ends_in_one_error_that_says_what_was_tried(machine: Machine) -> None:
    machine.install_go()
    machine.install("kube-scheduler", "Kubernetes v1.29.0")
    machine.fail("kube-scheduler", "go: no space left on device")
    with pytest.raises(ToolError) as caught:
        ensure(report=machine.said.append)
    message = str(caught.value)
    assert message.startswith("kube-scheduler 1.36.3 cannot be obtained. Tried:\n")
    assert f"PATH: {machine.path}/kube-scheduler is version 1.29.0, needed is 1.36.x" in message
    assert "official installer: dl.k8s.io cannot be reached" in message
    assert "`go build` ended with exit status 1; its output ends:\n    go: no space left" in message
    assert "run again (what is finished is kept), or put kube-scheduler (1.36.x) on PATH" in message
    log = machine.tools / "logs" / "kube-scheduler-1.36.3.log"
    assert f"The whole output: {log}" in message
    assert "k8s.io/api/core/v1" in log.read_text()
    assert "k8s.io/api/core/v1" not in message


def test_after_a_failure_only_what_is_not_finished_is_built(machine: Machine) -> None:
    machine.install_go()
    machine.fail("kube-scheduler", "no")
    with pytest.raises(ToolError):
        ensure(report=machine.said.append)
    assert machine.leftovers == []
    assert not (machine.tools / "kube-scheduler-1.36.3").exists()
    before = list(machine.built)
    machine.go_on("kube-scheduler")
    ensure(report=machine.said.append)
    assert machine.built[len(before) :] == ["kube-scheduler", "kubectl", "kwok", "kwokctl"]


def test_tools_keep_their_order_whatever_was_missing(machine: Machine) -> None:
    machine.install_go()
    ensure(names=["kwok", "kubectl"], report=machine.said.append)
    assert list(ensure(report=machine.said.append).sources) == [
        program for tool in TOOLS for program in tool.programs
    ]


def test_without_go_the_error_says_what_to_install(machine: Machine) -> None:
    status, output, errors = machine.run("etcd")
    assert (status, output) == (1, "")
    assert "error: etcd 3.6.8 cannot be obtained" in errors
    assert "there is no `go` on PATH: install Go 1.26 or later (https://go.dev/dl/)" in errors
    assert "Traceback" not in errors


def test_a_cache_that_cannot_be_written_is_named(machine: Machine) -> None:
    machine.cache.write_text("a file where a folder is needed")
    with pytest.raises(ToolError, match=r"the cache of tools at .*/cache cannot be written: .*SLIPWAY_CACHE"):
        ensure(names=["etcd"], report=machine.said.append)


def test_a_program_taken_out_of_the_cache_is_built_again(machine: Machine) -> None:
    machine.install_go()
    ensure(names=["pulumi", "etcd"], report=machine.said.append)
    (machine.tools / "pulumi-3.250.0" / "bin" / "pulumi-language-python-exec").unlink()
    tools = ensure(names=["pulumi", "etcd"], report=machine.said.append)
    assert machine.built.count("pulumi") == 2
    assert machine.built.count("etcd") == 1
    assert tools.path("pulumi-language-python-exec").exists()
    assert machine.leftovers == []


def test_an_interrupt_leaves_no_half_tool_and_the_next_run_goes_on(machine: Machine) -> None:
    machine.install_go()
    machine.hold("etcd")
    process = machine.start("pulumi", "etcd")
    until(lambda: "etcd" in machine.built)
    assert machine.go_runs
    process.send_signal(signal.SIGINT)
    status, _, errors = finish(process)
    assert status == 130
    assert errors.endswith("interrupted: run it again to go on where it stopped\n")
    assert "Traceback" not in errors
    assert not machine.go_runs
    assert machine.leftovers == []
    machine.go_on("etcd")
    assert machine.run("pulumi", "etcd")[0] == 0
    assert machine.built == ["pulumi-language-python", "pulumi", "etcd", "etcd"]


def test_what_a_killed_run_left_is_removed_and_the_next_run_goes_on(machine: Machine) -> None:
    machine.install_go()
    machine.hold("etcd")
    process = machine.start("pulumi", "etcd")
    until(lambda: "etcd" in machine.built)
    process.kill()
    process.wait()
    (left,) = machine.tools.glob(".partial-etcd*")
    machine.go_on("etcd")
    until(lambda: os.access(left / "bin" / "etcd", os.X_OK))
    assert machine.run("pulumi", "etcd")[0] == 0
    assert machine.leftovers == []
    assert machine.built == ["pulumi-language-python", "pulumi", "etcd", "etcd"]


def test_two_processes_at_once_build_each_tool_once(machine: Machine) -> None:
    machine.install_go()
    machine.hold("pulumi")
    first = machine.start()
    until(lambda: "pulumi" in machine.built)
    second = machine.start()
    assert second.stderr is not None
    assert second.stderr.readline() == "waiting for another process that is obtaining tools\n"
    machine.go_on("pulumi")
    (status, output, _), (second_status, second_output, errors) = finish(first), finish(second)
    assert (status, second_status, errors) == (0, 0, "")
    assert len(machine.built) == len(set(machine.built)) == len(PROGRAMS) - 2
    assert "built from Go modules" in output
    assert "cache (built from Go modules)" in second_output
    assert machine.leftovers == []


def test_the_command_shows_each_program_with_version_and_source(machine: Machine) -> None:
    machine.install_go()
    machine.install("kubectl", "Client Version: v1.36.7")
    machine.run()
    status, output, errors = machine.run()
    assert (status, errors) == (0, "")
    rows = [[cell.strip() for cell in line.split(maxsplit=2)] for line in output.splitlines() if line]
    assert {row[0] for row in rows[1:-1]} == PROGRAMS
    assert ["kubectl", "1.36.7", "PATH"] in rows
    assert ["kwokctl", "0.8.0", "cache (built from Go modules)"] in rows
    assert machine.run("--directory")[1].strip() == output.splitlines()[-1].removeprefix("first on PATH: ")
