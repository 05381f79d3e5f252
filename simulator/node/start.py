"""Starts a live node, and waits until it is of use."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from simulator import programs, tools
from simulator.cluster.api import Api, Object
from simulator.cluster.errors import ClusterError
from simulator.cluster.layout import Layout, Record
from simulator.node import certificates, configuration, control, resources
from simulator.node.layout import NAME, NodeLayout, Settings
from simulator.node.obstacle import obstacle
from simulator.programs import steering
from simulator.tools.cache import Cache
from simulator.tools.live import PROGRAMS

_READY_SECONDS = 90.0
_POLL = 0.1


def prepare(live: Sequence[str]) -> None:
    """Obtain what a live node and its pods run.

    Raises ClusterError where there can be no live node, ToolError where something cannot be had.
    """
    if reason := obstacle():
        message = f"a live cluster cannot run here: {reason}. Without `live` the cluster is simulated."
        raise ClusterError(message)
    tools.ensure(names=PROGRAMS)
    programs.obtain(live)


def ensure(layout: Layout, record: Record, live: Sequence[str], *, running: bool) -> None:
    """Start the node, unless it is `running`, and wait until it is Ready and gets its pods.

    Raises ClusterError where it does not become Ready.
    """
    api = Api(layout, record)
    started = datetime.now(UTC).replace(microsecond=0)
    process = None
    if not running:
        _apply(api, [*resources.objects(), *steering.objects(programs.images(live).keys())])
        process = _start(layout, record, live)
    deadline = time.monotonic() + _READY_SECONDS
    while not _is_ready(api, started if process else None):
        if time.monotonic() > deadline or (process and process.poll() is not None):
            raise ClusterError(_diagnosis(NodeLayout(layout.directory)))
        time.sleep(_POLL)
    while process and live and not _steers(api, live):
        time.sleep(_POLL)


def _steers(api: Api, live: Sequence[str]) -> bool:
    """Tell whether pods are led to the node: the API server takes a moment to hear of a new policy."""
    image = next(iter(programs.images(live)))
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "steered"},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }
    seen = api.preview("/api/v1/namespaces/default/pods", pod)
    return seen["spec"].get("nodeSelector", {}).get(steering.LABEL) == steering.VALUE


def _start(layout: Layout, record: Record, live: Sequence[str]) -> subprocess.Popen[bytes]:
    ensured = tools.ensure(names=PROGRAMS)
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
    program = [sys.executable, "-m", "simulator.node", str(layout.directory)]
    with node.log(control.NODE).open("a") as log:
        return subprocess.Popen(
            [*control.enter(layout.directory), *apart, *program],
            env={
                **control.environment(layout.directory, control.NODE),
                "PATH": f"{ensured.directory}{os.pathsep}{os.defpath}",
            },
            cwd=layout.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


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
    for name in (control.NODE, "containerd", "kubelet"):
        lines += [f"The end of {node.log(name)}:", control.tail(node.log(name))]
    return "\n".join(lines)
