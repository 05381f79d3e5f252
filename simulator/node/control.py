"""Starts what a live cluster has beside every simulated one, and tells whether it runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from simulator.cluster import processes
from simulator.cluster.errors import ClusterError
from simulator.cluster.layout import Layout, Record
from simulator.node import cgroups
from simulator.node.layout import NodeLayout
from simulator.tools.cache import Cache

_PROJECT = Path(__file__).parents[2]
NETWORK = "network"
NODE = "node"
_LOG_LINES = 8
_LOG_WIDTH = 400


def prepare(live: Sequence[str]) -> None:
    """Obtain what a live node and its pods run.

    Raises ClusterError where there can be no live node, ToolError where something cannot be had.
    """
    from simulator.node import start  # noqa: PLC0415 (the table of programs takes its time to read)

    start.prepare(live)


def ensure_node(layout: Layout, record: Record, live: Sequence[str]) -> None:
    """Start the node, unless it runs, and wait until pods of these projects can run. The API server answers.

    Raises ClusterError where it does not become Ready.
    """
    from simulator.node import start  # noqa: PLC0415

    start.ensure(layout, record, live, running=NODE in parts(layout.directory))


def parts(directory: Path) -> dict[str, psutil.Process]:
    """Return the processes that hold the cluster's network and its node, of those that run."""
    found: dict[str, psutil.Process] = {}
    for process in processes.find(directory):
        part = processes.variable(process, processes.PART)
        # The oldest of each is what all others hang on.
        if part and (part not in found or process.create_time() < found[part].create_time()):
            found[part] = process
    return found


def runs(directory: Path) -> bool:
    """Tell whether network and node of the cluster run."""
    return parts(directory).keys() >= {NETWORK, NODE}


def enter(directory: Path) -> Sequence[str]:
    """Return the beginning of a command that runs in the cluster's network namespace."""
    return ["nsenter", f"--net=/proc/{_namespace(directory)}/ns/net", "--"]


def _namespace(directory: Path) -> int | None:
    """Return a process of the cluster that is in its network namespace, if there is one."""
    own = Path("/proc/self/ns/net").readlink()
    for process in processes.find(directory):
        try:
            if Path(f"/proc/{process.pid}/ns/net").readlink() != own:
                return process.pid
        except OSError:
            continue
    return None


def ensure_network(layout: Layout, record: Record) -> None:
    """Start what holds the network, unless it runs; what is left of the namespace is taken up again."""
    if NETWORK in parts(layout.directory):
        return
    port = record.ports["kube-apiserver"]
    node = NodeLayout(layout.directory)
    node.logs.mkdir(parents=True, exist_ok=True)
    left = _namespace(layout.directory)
    into = ["unshare", "--net", "--"] if left is None else enter(layout.directory)
    try:
        listener = socket.create_server(("127.0.0.1", port), backlog=512)
    except OSError as error:
        message = f"port {port} of the live cluster is in use: {error}. End what listens there and run again."
        raise ClusterError(message) from error
    reading, writing = os.pipe()
    numbers = [str(listener.fileno()), str(port), str(writing)]
    with listener, node.log(NETWORK).open("a") as log:
        process = subprocess.Popen(
            [*into, sys.executable, "-m", "simulator.node.network", *numbers],
            env=environment(layout.directory, NETWORK),
            cwd=layout.directory,
            pass_fds=(listener.fileno(), writing),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    if process.poll() is not None:
        message = f"the network of the live cluster cannot be made:\n{tail(node.log(NETWORK))}"
        raise ClusterError(message)


def stop_node(directory: Path) -> None:
    """End the node, what runs on it, and what that leaves."""
    processes.kill(
        process
        for process in processes.find(directory)
        if processes.variable(process, processes.PART) == NODE
    )
    cgroups.remove(NodeLayout(directory).control_group)


def environment(directory: Path, part: str) -> Mapping[str, str]:
    """Return the whole environment of a process of that part."""
    return {
        **processes.environment(directory, Path(sys.executable).parent),
        processes.PART: part,
        "PYTHONPATH": str(_PROJECT),
        "SLIPWAY_CACHE": str(Cache.default().root),
    }


def tail(file: Path) -> str:
    """Return the last lines of a log, cut to a width that can be read."""
    try:
        last = file.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    except OSError as error:
        return f"({error})"
    return "\n".join(line[:_LOG_WIDTH] for line in last)
