"""The first process of the node's namespaces: starts its programs, and starts them again when they end.

When it is killed, the kernel ends every process of its process namespace, and no mount is left of its mount
namespace; so nothing has to be cleared up that is not in a file or a control group.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from simulator.node import cgroups, mounts, sandbox, volumes
from simulator.node.configuration import SANDBOX_IMAGE
from simulator.node.layout import KUBELET_ROOT, NAME, SOCKET, NodeLayout, Settings
from simulator.node.programs import Program, programs
from simulator.tools.live import PAUSE

_POLL = 0.05
_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a program is started again that has ended so many times within a minute."""

_MINUTE = 60.0


def run(directory: Path) -> None:
    """Be the node of the cluster in `directory`, for ever."""
    layout = NodeLayout(directory)
    settings = Settings.read(layout)
    _prepare(layout, settings)
    threading.Thread(target=volumes.keep, args=(layout, settings), daemon=True).start()
    started = [Kept(program, layout.log(program.name)) for program in programs(layout, settings)]
    imported = Kept(_importer(layout, settings), layout.log("import"), once=True)
    _supervise([*started, imported])


def _prepare(layout: NodeLayout, settings: Settings) -> None:
    socket.sethostname(NAME)
    python = (Path(sys.prefix), Path(sys.base_prefix))
    needed = map(Path, (settings.tools, settings.cache, os.environ["PYTHONPATH"]))
    mounts.hide([layout.cluster, *needed, *python])
    cgroups.remove(layout.control_group)
    cgroups.make(layout.control_group)
    shutil.rmtree(layout.kubelet, ignore_errors=True)
    for folder in (layout.kubelet, layout.volumes, layout.pod_logs, layout.logs):
        folder.mkdir(parents=True, exist_ok=True)
    Path(KUBELET_ROOT).mkdir()
    mounts.bind(layout.kubelet, Path(KUBELET_ROOT))
    image = sandbox.archive(SANDBOX_IMAGE, (Path(settings.tools) / PAUSE).resolve())
    Path("/run/sandbox.tar").write_bytes(image)


def _importer(layout: NodeLayout, settings: Settings) -> Program:
    ctr = [str(Path(settings.tools) / "ctr"), "--address", SOCKET, "--namespace", "k8s.io"]
    return Program("import", (*ctr, "images", "import", "/run/sandbox.tar"), after=Path(SOCKET))


class Kept:
    """A program that is started whenever it does not run."""

    def __init__(self, program: Program, log: Path, *, once: bool = False) -> None:
        self._program = program
        self._log = log
        self._once = once
        self._starts: deque[float] = deque(maxlen=len(_PAUSES))
        self._not_before = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The id of its process; None while it does not run."""
        return self._process and self._process.pid

    def start(self) -> None:
        """Start it, unless it runs, waits for something, or has ended too often to be started at once."""
        after = self._program.after
        if self._process or time.monotonic() < self._not_before or (after and not after.exists()):
            return
        self._starts.append(time.monotonic())
        with self._log.open("a") as log:
            # What nobody refers to would be waited for by the next one's making, and its end be lost.
            self._process = subprocess.Popen(
                self._program.command,
                env={**os.environ, **self._program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ended(self, status: int) -> None:
        """Take note of its end."""
        assert self._process is not None
        code = os.waitstatus_to_exitcode(status)
        # Its id may be another's by now: it must not be waited for again.
        self._process.returncode = code
        self._process = None
        if self._once and code == 0:
            self._not_before = float("inf")
            return
        now = time.monotonic()
        recent = sum(now - start < _MINUTE for start in self._starts)
        pause = _PAUSES[min(recent, len(_PAUSES)) - 1]
        self._not_before = now + pause
        with self._log.open("a") as log:
            log.write(f"{self._program.name} ended with {code}; it is started again in {pause} s\n")


def _supervise(kept: Sequence[Kept]) -> None:
    while True:
        for each in kept:
            each.start()
        for pid, status in ended_children():
            for each in kept:
                if each.pid == pid:
                    each.ended(status)
        time.sleep(_POLL)


def ended_children() -> Iterable[tuple[int, int]]:
    """Return the children that have ended, orphans of others among them, each with its status."""
    found: list[tuple[int, int]] = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            found.append((pid, status))
    return found
