"""Starts what a live cluster has beside every simulated one, and tells whether it runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from simulator import programs, tools
from simulator.cluster import processes
from simulator.cluster.api import Api, Object
from simulator.cluster.errors import ClusterError
from simulator.cluster.layout import Layout, Record
from simulator.node import certificates, cgroups, configuration, resources
from simulator.node.layout import NAME, NodeLayout, Settings
from simulator.node.obstacle import obstacle
from simulator.programs import steering
from simulator.tools.cache import Cache
from simulator.tools.live import PROGRAMS

NETWORK = "network"
NODE = "node"
_READY_SECONDS = 90.0
_POLL = 0.05
_LOG_LINES = 8
_LOG_WIDTH = 400


def require() -> None:
    """Raise ClusterError where a live node cannot run."""
    if reason := obstacle():
        message = f"a live cluster cannot run here: {reason}. Without `live` the cluster is simulated."
        raise ClusterError(message)


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
            env=_environment(layout.directory, NETWORK),
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
        message = f"the network of the live cluster cannot be made:\n{_tail(node.log(NETWORK))}"
        raise ClusterError(message)


def ensure_node(layout: Layout, record: Record, live: Sequence[str]) -> None:
    """Start the node, unless it runs, and wait until it is Ready. The API server answers."""
    api = Api(layout, record)
    started = datetime.now(UTC).replace(microsecond=0)
    process = None
    if NODE not in parts(layout.directory):
        _apply(api, [*resources.objects(), *steering.objects(programs.images(live).keys())])
        process = _start(layout, record, live)
    deadline = time.monotonic() + _READY_SECONDS
    while not _is_ready(api, started if process else None):
        if time.monotonic() > deadline or (process and process.poll() is not None):
            raise ClusterError(_diagnosis(NodeLayout(layout.directory)))
        time.sleep(_POLL)


def _start(layout: Layout, record: Record, live: Sequence[str]) -> subprocess.Popen[bytes]:
    ensured = tools.ensure(names=PROGRAMS)
    programs.obtain(live)
    node = NodeLayout(layout.directory)
    for folder in (node.directory, node.logs, node.pod_logs):
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    settings = Settings(
        tools=str(ensured.directory),
        cache=str(Cache.default().root),
        api_port=record.ports["kube-apiserver"],
        projects=tuple(live),
    )
    settings.write(node)
    certificates.issue(node, layout.pki)
    configuration.write(node, settings, layout.pki)
    apart = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc", "--"]
    with node.log(NODE).open("a") as log:
        return subprocess.Popen(
            [*enter(layout.directory), *apart, sys.executable, "-m", "simulator.node", str(layout.directory)],
            env={
                **_environment(layout.directory, NODE),
                "PATH": f"{ensured.directory}{os.pathsep}{os.defpath}",
            },
            cwd=layout.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def stop_node(directory: Path) -> None:
    """End the node, what runs on it, and what that leaves."""
    processes.kill(
        process
        for process in processes.find(directory)
        if processes.variable(process, processes.PART) == NODE
    )
    cgroups.remove(NodeLayout(directory).control_group)


def _environment(directory: Path, part: str) -> Mapping[str, str]:
    import simulator  # noqa: PLC0415

    project = Path(next(iter(simulator.__path__))).parent
    return {
        **processes.environment(directory, Path(sys.executable).parent),
        processes.PART: part,
        "PYTHONPATH": str(project),
        "SLIPWAY_CACHE": str(Cache.default().root),
    }


def _apply(api: Api, objects: Sequence[Mapping[str, Any]]) -> None:
    kinds = {
        "MutatingAdmissionPolicy": "mutatingadmissionpolicies",
        "MutatingAdmissionPolicyBinding": "mutatingadmissionpolicybindings",
    }
    for each in objects:
        path = f"/apis/{each['apiVersion']}/{kinds[each['kind']]}/{each['metadata']['name']}"
        api.apply(path, each)


def _is_ready(api: Api, since: datetime | None) -> bool:
    """Tell whether the node is Ready, by a report that is not older than `since`."""
    nodes: list[Object] = api.get("/api/v1/nodes", fieldSelector=f"metadata.name={NAME}")["items"]
    for node in nodes:
        if node["status"]["capacity"]["cpu"] != resources.CAPACITY["cpu"]:
            return False
        for condition in node["status"].get("conditions", ()):
            if condition["type"] == "Ready" and condition["status"] == "True":
                reported = datetime.fromisoformat(condition["lastHeartbeatTime"])
                return since is None or reported >= since
    return False


def _diagnosis(node: NodeLayout) -> str:
    lines = ["the live node did not become Ready."]
    for name in (NODE, "containerd", "kubelet"):
        lines += [f"The end of {node.log(name)}:", _tail(node.log(name))]
    return "\n".join(lines)


def _tail(file: Path) -> str:
    try:
        last = file.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    except OSError as error:
        return f"({error})"
    return "\n".join(line[:_LOG_WIDTH] for line in last)
