"""Runs Pulumi's command line: in the foreground with its progress, or quietly for an answer."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from simulator.driver.errors import DriverError
from simulator.driver.project import Stack
from simulator.driver.signals import OneSignal

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C or a signal has stopped."""

# The engine's own (pulumi v3.250, sdk/go/common/util/cmdutil/exit.go).
_CANCELLED = 8

# Every operation on an object waits for the API server or for pods, not for a processor of this machine.
_PARALLEL = 64

# What the engine's plain display says beside what it has done and, at its end, its warnings; and what stands
# against our own last words.
_DROPPED = re.compile(
    r" .* (?:creating|updating|deleting|replacing|refreshing|reading) ?\(0s\) *(?:\[diff: .*\])?"
    r"| .*:.* warning: using pulumi-\S+ from \$PATH at .*"
    r"|The resources in the stack have been deleted, but the history .*"
    r"|If you want to remove the stack completely, run .*"
)


@dataclass(frozen=True)
class Engine:
    """Pulumi's command line for one stack.

    `environment` is that of its processes, `program` the command line's path.
    """

    stack: Stack
    program: Path
    environment: dict[str, str]

    def show(self, command: str, *arguments: str, plain: bool = False) -> int:
        """Run a command that works on the stack, with its progress on stdout; return its exit status.

        On a terminal that is Pulumi's own display, unless `plain`. Elsewhere there is one line for each
        thing that was done, without those that only say that something begins. Ctrl-C reaches the engine
        once, which then finishes what is under way, and saves its state. The status is INTERRUPTED then,
        except where Pulumi's own display took it from the keyboard.
        """
        line = [*self._line(command), "--parallel", str(_PARALLEL), *arguments]
        sys.stdout.flush()
        if is_terminal() and not plain:
            # The terminal sends Ctrl-C to every process in the foreground: the engine gets it anyway.
            signals = OneSignal(passed_on={signal.SIGTERM, signal.SIGHUP})
            with signals, self._start(line) as process:
                signals.pass_to(process)
                status = process.wait()
        else:
            line += ["--non-interactive", "--suppress-progress"]
            signals = OneSignal()
            with signals, self._start(line, piped=True) as process:
                signals.pass_to(process)
                assert process.stdout
                _relay(process.stdout)
                status = process.wait()
        if status == _CANCELLED or (status and signals.came):
            return INTERRUPTED
        return status if status >= 0 else 128 - status

    def without_checkpoints(self) -> Engine:
        """The same, saving the state at the end only, however the run ends short of being killed.

        For what happens to a local stack as a whole: its first run, which is begun again from nothing if it
        is killed, and its removal, for its objects go with their cluster and not one by one. Saving the state
        twice for each of 650 objects takes half a minute, and would tell nothing that is needed later.
        """
        return replace(self, environment={**self.environment, "PULUMI_SKIP_CHECKPOINTS": "true"})

    def ask(self, command: str, *arguments: str, given: str | None = None) -> str:
        """Run a command quietly and return what it prints; raises DriverError with its reason."""
        done = subprocess.run(
            [*self._line(*command.split()), "--non-interactive", *arguments],
            cwd=self.stack.project.root,
            env=self.environment,
            input=given or "",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = "\n".join(line for line in done.stderr.splitlines() if line.strip())
            raise DriverError(f"`pulumi {command}` failed for stack '{self.stack.name}': {reason}")
        return done.stdout

    def ask_json(self, command: str, *arguments: str) -> dict[str, Any]:
        """Run a command quietly and return the JSON object that it prints."""
        return json.loads(self.ask(command, *arguments))

    def _line(self, *command: str) -> list[str]:
        return [str(self.program), *command, "--stack", self.stack.name]

    def _start(self, line: Sequence[str], *, piped: bool = False) -> subprocess.Popen[bytes]:
        # Without a terminal the engine is in a group of its own, so that a signal to the whole group of the
        # driver, as build servers send it, does not reach it a second time: that one would kill it.
        return subprocess.Popen(
            line,
            cwd=self.stack.project.root,
            env=self.environment,
            process_group=0 if piped else None,
            stdin=subprocess.DEVNULL if piped else None,
            stdout=subprocess.PIPE if piped else None,
            stderr=subprocess.STDOUT if piped else None,
        )


def is_terminal() -> bool:
    """Whether a person looks on."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def _relay(output: IO[bytes]) -> None:
    """Pass on what the engine prints, line by line."""
    empty = True
    for raw in output:
        line = raw.decode(errors="replace").rstrip()
        if _DROPPED.fullmatch(line):
            continue
        if line or not empty:
            print(line, flush=True)
        empty = not line
