"""kwokctl, and what it does not do.

It writes the certificates and each component's command line, and starts the processes. But it takes stale
process ids for running components and an interrupted creation for a whole one, and it does not look again
whether what it started is still there.
"""

import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from simulator import tools
from simulator.cluster import configuration, processes
from simulator.cluster.api import Api
from simulator.cluster.errors import ClusterError
from simulator.cluster.layout import COMPONENTS, KWOKCTL_NAME, Layout, Record, new_record

_TOOLS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok", "kwokctl")
_START_SECONDS = 120.0
_ATTEMPTS = 3
_STARTS = 3
_POLL_SECONDS = 0.1
_LOG_LINES = 10
# A line names the cluster's folder several times before it says why.
_LOG_WIDTH = 800


def make(layout: Layout, additions: configuration.Additions) -> Record:
    """Make a cluster from nothing, clearing what an interrupted creation left, and wait until it serves."""
    ensured = tools.ensure(names=_TOOLS)
    attempts = _ATTEMPTS
    while True:
        processes.kill_all(layout.directory)
        wipe(layout)
        record = layout.write(new_record(layout.directory))
        configuration.write(layout, record, ensured, additions)
        flags = ["--config", str(layout.configuration), "--kubeconfig", ""]
        try:
            _kwokctl(layout, ensured, "create", "cluster", *flags)
            run(layout, record)
        except ClusterError:
            attempts -= 1
            # Between the choice of a port and its use another program may take it.
            if not attempts or not processes.foreign(layout.directory, record.ports.values()):
                raise
        else:
            return layout.write(replace(record, made=True))


def run(layout: Layout, record: Record) -> None:
    """Start each component that does not run, until the cluster serves."""
    ensured = tools.ensure(names=_TOOLS)
    deadline = time.monotonic() + _START_SECONDS
    starts = 0
    while not serves(layout, record):
        if len(processes.components(layout.directory)) < len(COMPONENTS):
            if taken := processes.foreign(layout.directory, record.ports.values()):
                message = f"ports of the simulated cluster are in use: {taken}. End that and run again."
                raise ClusterError(message)
            if starts == _STARTS:
                raise ClusterError(_diagnosis(layout))
            starts += 1
            _link(layout, ensured)
            processes.agree(layout)
            _kwokctl(layout, ensured, "start", "cluster")
        if time.monotonic() > deadline:
            raise ClusterError(_diagnosis(layout))
        time.sleep(_POLL_SECONDS)


def serves(layout: Layout, record: Record) -> bool:
    """Tell whether every component runs, the API server is ready, and pods could be made."""
    if len(processes.components(layout.directory)) < len(COMPONENTS):
        return False
    api = Api(layout, record)
    try:
        return api.is_ready() and api.exists("/api/v1/namespaces/default/serviceaccounts/default")
    except ClusterError:
        return False


def _link(layout: Layout, ensured: tools.Tools) -> None:
    """Let the cluster's links show where the tools are now: kwokctl made them when it was created."""
    for component in COMPONENTS:
        link = layout.workdir / "bin" / component
        target = ensured.path("kwok" if component == "kwok-controller" else component)
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)


def _kwokctl(layout: Layout, ensured: tools.Tools, *arguments: str) -> None:
    command = [str(ensured.path("kwokctl")), "--name", KWOKCTL_NAME, *arguments]
    with layout.kwokctl_log.open("a") as log:
        process = subprocess.Popen(
            [*command, "--timeout", f"{_START_SECONDS:.0f}s"],
            env=processes.environment(layout.directory, ensured.directory),
            cwd=layout.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while process.poll() is None:
            # It would wait for the API server to answer, also where there is none any more.
            if processes.ended(layout):
                return
            time.sleep(_POLL_SECONDS)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        message = f"kwokctl {' '.join(arguments[:2])} failed:\n{_tail(layout.kwokctl_log)}"
        raise ClusterError(message)


def _diagnosis(layout: Layout) -> str:
    running = processes.components(layout.directory)
    ended = [component for component in COMPONENTS if component not in running]
    about = ended[0] if ended else "kube-apiserver"
    what = f"{', '.join(ended)} ended" if ended else f"not ready after {_START_SECONDS:.0f} s"
    return (
        f"the simulated cluster did not start: {what}. "
        f"The end of {layout.log(about)}:\n{_tail(layout.log(about))}"
    )


def _tail(file: Path) -> str:
    try:
        last = file.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    except OSError as error:
        return f"({error})"
    return "\n".join(line[:_LOG_WIDTH] for line in last)


def wipe(layout: Layout) -> None:
    """Remove all files but the lock, which is held."""
    for entry in layout.directory.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()
