"""kwokctl, and what it does not do.

It writes the certificates and each component's command line, and starts the processes. But it takes stale
process ids for running components and an interrupted creation for a whole one, and it does not look again
whether what it started is still there.
"""

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import psutil

from simulator import tools
from simulator.cluster import configuration, processes
from simulator.cluster.api import Api
from simulator.cluster.errors import ClusterError
from simulator.cluster.layout import COMPONENTS, KWOKCTL_NAME, Layout, Record, new_record
from simulator.node import cgroups
from simulator.node import control as live_node
from simulator.node.layout import NodeLayout

_TOOLS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok", "kwokctl")
_START_SECONDS = 120.0
_ATTEMPTS = 3
_STARTS = 3
_POLL_SECONDS = 0.1
_LOG_LINES = 10
# A line names the cluster's folder several times before it says why.
_LOG_WIDTH = 800


def make(layout: Layout, additions: configuration.Additions, live: Sequence[str] | None = None) -> Record:
    """Make a cluster from nothing, clearing what an interrupted creation left, and wait until it serves.

    `live` are the projects of its live node, if it is to have one.
    """
    ensured = tools.ensure(names=_TOOLS)
    attempts = _ATTEMPTS
    while True:
        end(layout.directory)
        wipe(layout)
        record = layout.write(replace(new_record(layout.directory), live=live))
        configuration.write(layout, record, ensured, additions)
        flags = ["--config", str(layout.configuration), "--kubeconfig", ""]
        try:
            _network(layout, record)
            _kwokctl(layout, record, ensured, "create", "cluster", *flags)
            run(layout, record)
        except ClusterError:
            attempts -= 1
            # Between the choice of a port and its use another program may take it.
            if not attempts or not processes.foreign(layout.directory, record.ports.values()):
                raise
        else:
            return layout.write(replace(record, made=True))


def run(layout: Layout, record: Record) -> None:
    """Start each component that does not run, until the cluster serves, and its live node if it has one."""
    ensured = tools.ensure(names=_TOOLS)
    deadline = time.monotonic() + _START_SECONDS
    starts = 0
    _network(layout, record)
    while not _components_serve(layout, record):
        if len(processes.components(layout.directory)) < len(COMPONENTS):
            if taken := processes.foreign(layout.directory, record.ports.values()):
                message = f"ports of the simulated cluster are in use: {taken}. End that and run again."
                raise ClusterError(message)
            if starts == _STARTS:
                raise ClusterError(_diagnosis(layout))
            starts += 1
            _link(layout, ensured)
            processes.agree(layout)
            _kwokctl(layout, record, ensured, "start", "cluster")
        if time.monotonic() > deadline:
            raise ClusterError(_diagnosis(layout))
        time.sleep(_POLL_SECONDS)
    if record.live is not None:
        live_node.ensure_node(layout, record, record.live)


def _network(layout: Layout, record: Record) -> None:
    if record.live is not None:
        live_node.ensure_network(layout, record)


def end(directory: Path) -> None:
    """End every process of the cluster, and remove what those of a live one leave in the system."""
    processes.kill_all(directory)
    cgroups.remove(NodeLayout(directory).control_group)


def left_by_pods(directory: Path) -> tuple[str, ...]:
    """Return the control groups of a live cluster's pods."""
    return tuple(map(str, cgroups.existing(NodeLayout(directory).control_group)))


def mounted_in(directory: Path) -> tuple[str, ...]:
    """Return what is mounted in the cluster's directory."""
    mounted = (Path(partition.mountpoint) for partition in psutil.disk_partitions(all=True))
    return tuple(str(path) for path in mounted if path.is_relative_to(directory))


def serves(layout: Layout, record: Record) -> bool:
    """Tell whether every component runs, the API server is ready, and pods could be made.

    Of a live cluster, its network and its node have to run too.
    """
    if record.live is not None and not live_node.runs(layout.directory):
        return False
    return _components_serve(layout, record)


def _components_serve(layout: Layout, record: Record) -> bool:
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


def _kwokctl(layout: Layout, record: Record, ensured: tools.Tools, *arguments: str) -> None:
    inside: Sequence[str] = () if record.live is None else live_node.enter(layout.directory)
    command = [*inside, str(ensured.path("kwokctl")), "--name", KWOKCTL_NAME, *arguments]
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


def prepare(live: Sequence[str]) -> None:
    """Obtain what a live node with the images of these projects needs.

    Raises ClusterError where there can be no live node, and tools.ToolError where something cannot be had.
    """
    live_node.prepare(live)


def parts(layout: Layout, record: Record) -> Mapping[str, psutil.Process]:
    """Return what runs of a cluster's parts, by name: of a live one also its network and node."""
    live = {} if record.live is None else live_node.parts(layout.directory)
    return {**processes.components(layout.directory), **live}


def adopt(layout: Layout, record: Record, live: Sequence[str] | None) -> Record:
    """Return the record of a cluster that is there, whose live node is to run these projects from now on.

    Raises ClusterError where it has a live node and should not, or the other way round.
    """
    if (record.live is None) != (live is None):
        has = "no live node" if record.live is None else "a live node"
        message = (
            f"the cluster in {layout.directory} was made with {has}: remove it with `make down` before it is "
            "made otherwise"
        )
        raise ClusterError(message)
    if live is None or record.live is None or set(live) == set(record.live):
        return record
    live_node.stop_node(layout.directory)
    return layout.write(replace(record, live=live))


def run_other_programs(layout: Layout, record: Record, projects: Sequence[str]) -> Record:
    """Start the live node of a cluster anew, for these projects; return the record of it."""
    live_node.stop_node(layout.directory)
    record = layout.write(replace(record, live=projects))
    run(layout, record)
    return record
