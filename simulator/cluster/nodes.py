"""Node pools: which Node objects a cluster has.

The nodes of a pool are `<pool>-0` to `<pool>-<count - 1>`, and all nodes carry the label of a pool: those of
a pool that is gone, or beyond its count, are removed with the pods on them.
"""

import hashlib
import ipaddress
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from simulator.cluster.api import Api, Object
from simulator.cluster.errors import ClusterError
from simulator.tools import versions

POOL_LABEL = "slipway.dev/pool"
"""The label that names a node's pool, as components/clusters/pools.py has it."""

_NODES = "/api/v1/nodes"
_NETWORK = ipaddress.ip_network("10.128.0.0/12")
_READY_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One pool, as the cluster resource hands it over.

    `cpu`, `memory` and `ephemeral_storage` are Kubernetes quantities of one node, `devices` maps extended
    resources to their number in one node. `labels` are all labels but the node's own name. `pods` is how many
    a node takes. `allocatable` has what pods can have of a resource where that is less than all of it.
    """

    name: str
    count: int
    cpu: str
    memory: str
    ephemeral_storage: str
    architecture: str = "amd64"
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: Sequence[Mapping[str, str]] = ()
    devices: Mapping[str, int] = field(default_factory=dict[str, int])
    pods: int = 110
    allocatable: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the pool that the resource's inputs describe."""
        return cls(
            name=values["name"],
            count=int(values["count"]),
            cpu=values["cpu"],
            memory=values["memory"],
            ephemeral_storage=values["ephemeralStorage"],
            architecture=values["architecture"],
            labels=values["labels"],
            taints=values["taints"],
            devices={name: int(number) for name, number in values["devices"].items()},
        )


def node_objects(pools: Sequence[Pool]) -> list[Object]:
    """Return the Node objects of all pools."""
    return [_node(pool, f"{pool.name}-{index}") for pool in pools for index in range(pool.count)]


def _node(pool: Pool, name: str) -> Object:
    resources = {
        "cpu": pool.cpu,
        "memory": pool.memory,
        "ephemeral-storage": pool.ephemeral_storage,
        "pods": str(pool.pods),
        **{device: str(number) for device, number in pool.devices.items()},
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            # Nodes of one pool may come from several of these: one for each zone, say.
            "labels": {POOL_LABEL: pool.name, **pool.labels, "kubernetes.io/hostname": name},
        },
        "spec": {"taints": [dict(taint) for taint in pool.taints]},
        "status": {
            "capacity": resources,
            "allocatable": {**resources, **pool.allocatable},
            "addresses": [
                {"type": "InternalIP", "address": _address(name)},
                {"type": "Hostname", "address": name},
            ],
            "nodeInfo": {
                "architecture": pool.architecture,
                "operatingSystem": "linux",
                "osImage": "simulated",
                "kernelVersion": "simulated",
                "containerRuntimeVersion": f"kwok://{versions.KWOK}",
                "kubeletVersion": f"v{versions.KUBERNETES}",
                "kubeProxyVersion": "",
                "machineID": name,
                "systemUUID": name,
                "bootID": name,
            },
        },
    }


def _address(name: str) -> str:
    """An address of the node's own, the same whichever other nodes there are."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    return str(_NETWORK[1 + number % (_NETWORK.num_addresses - 2)])


def reconcile(api: Api, pools: Sequence[Pool]) -> None:
    """Make the nodes what the pools say, and wait until each is Ready."""
    wanted = {node["metadata"]["name"]: node for node in node_objects(pools)}
    for name, node in wanted.items():
        path = f"{_NODES}/{name}"
        api.apply(path, {key: node[key] for key in ("apiVersion", "kind", "metadata", "spec")})
        api.apply(f"{path}/status", {**node, "metadata": {"name": name}, "spec": {}})
    existing = [item["metadata"]["name"] for item in api.get(_NODES, labelSelector=POOL_LABEL)["items"]]
    for name in existing:
        if name not in wanted:
            _remove(api, name)
    _wait_ready(api, set(wanted))


def _remove(api: Api, node: str) -> None:
    """Remove a node and the pods on it, which their controllers then make anew elsewhere."""
    api.delete(f"{_NODES}/{node}")
    pods = api.get("/api/v1/pods", fieldSelector=f"spec.nodeName={node}")["items"]
    for pod in pods:
        meta = pod["metadata"]
        api.delete(f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}", grace_seconds=0)


def _wait_ready(api: Api, names: set[str]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while missing := names - _ready(api):
        if time.monotonic() > deadline:
            message = f"the nodes {', '.join(sorted(missing))} of the simulated cluster did not become Ready"
            raise ClusterError(message)
        time.sleep(0.05)


def _ready(api: Api) -> set[str]:
    return {
        node["metadata"]["name"]
        for node in api.get(_NODES, labelSelector=POOL_LABEL)["items"]
        for condition in node["status"].get("conditions", ())
        if condition["type"] == "Ready" and condition["status"] == "True"
    }
