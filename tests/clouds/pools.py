"""The node pools of a cloud's cluster as simulated nodes: their number, shape, labels and taints."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import components
from components.clusters.machines import Machine, catalog
from components.clusters.pools import POOL_LABEL
from tests.clouds.account import Account, Entry

EKS, GKE, AKS = (
    "aws:eks/cluster:Cluster",
    "gcp:container/cluster:Cluster",
    "azure-native:containerservice:ManagedCluster",
)
NODE_GROUP, NODE_POOL, AGENT_POOL = (
    "aws:eks/nodeGroup:NodeGroup",
    "gcp:container/nodePool:NodePool",
    "azure-native:containerservice:AgentPool",
)
_LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

_EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
    "NO_EXECUTE": "NoExecute",
}

Inputs = Mapping[str, Any]


def cluster_name(token: str, inputs: Inputs) -> str:
    """The name of the cluster that a resource is, or belongs to; empty for resources of other types."""
    key = {
        EKS: "name",
        NODE_GROUP: "clusterName",
        GKE: "name",
        NODE_POOL: "cluster",
        AKS: "resourceName",
        AGENT_POOL: "resourceName",
    }.get(token)
    return str(inputs[key]).rpartition("/")[2] if key else ""


def pools_of(account: Account, name: str) -> list[dict[str, Any]]:
    """The pools of a cluster that have nodes, as simulator.cluster takes them.

    A pool of ours may be several of the cloud's, one for each zone: its nodes are those of all of them.
    """
    found: dict[str, dict[str, Any]] = {}
    for entry in account.of(NODE_GROUP, NODE_POOL, AKS, AGENT_POOL):
        if cluster_name(entry.token, entry.inputs) != name:
            continue
        for pool in _pools(account, entry):
            if pool["count"]:
                known = found.setdefault(pool["name"], {**pool, "count": 0})
                known["count"] += pool["count"]
    return list(found.values())


def _pools(account: Account, entry: Entry) -> Iterator[dict[str, Any]]:
    inputs = entry.inputs
    if entry.token == NODE_GROUP:
        yield _node_group(account, inputs, str(entry.outputs["nodeGroupName"]))
    elif entry.token == NODE_POOL:
        yield _node_pool(inputs)
    elif entry.token == AGENT_POOL:
        yield _agent_pool(inputs, str(inputs["agentPoolName"]))
    else:
        for profile in inputs.get("agentPoolProfiles") or ():
            yield _agent_pool(profile, str(profile["name"]))


def _node_group(account: Account, inputs: Inputs, name: str) -> dict[str, Any]:
    scaling = inputs["scalingConfig"]
    types = inputs.get("instanceTypes") or [_of_template(account, inputs)]
    labels = {**inputs.get("labels", {}), "eks.amazonaws.com/nodegroup": name}
    taints = [
        {"key": one["key"], "value": one.get("value", ""), "effect": _EFFECTS[one["effect"]]}
        for one in inputs.get("taints", ())
    ]
    count = max(scaling["minSize"], scaling["desiredSize"])
    return _pool(name, count, _machine("aws", types[0]), labels, taints)


def _of_template(account: Account, inputs: Inputs) -> str:
    wanted = inputs["launchTemplate"].get("id")
    for entry in account.of(_LAUNCH_TEMPLATE):
        if entry.id == wanted or entry.inputs.get("name") == inputs["launchTemplate"].get("name"):
            return str(entry.inputs["instanceType"])
    raise ValueError(f"a node group's launch template {wanted} is not there")


def _node_pool(inputs: Inputs) -> dict[str, Any]:
    name, node = str(inputs["name"]), inputs.get("nodeConfig", {})
    scaling = inputs.get("autoscaling", {})
    zones = len(inputs.get("nodeLocations") or "abc")
    total = max(scaling.get("totalMinNodeCount", 0), zones * scaling.get("minNodeCount", 0))
    first = inputs.get("initialNodeCount", inputs.get("nodeCount", 0))
    labels = {**node.get("labels", {}), "cloud.google.com/gke-nodepool": name}
    taints = [
        {"key": one["key"], "value": one.get("value", ""), "effect": _EFFECTS[one["effect"]]}
        for one in node.get("taints", ())
    ]
    machine = _machine("gcp", node["machineType"])
    return _pool(name, max(total, zones * first), machine, labels, taints)


def _agent_pool(inputs: Inputs, name: str) -> dict[str, Any]:
    labels = {**inputs.get("nodeLabels", {}), "kubernetes.azure.com/agentpool": name}
    taints: list[dict[str, str]] = []
    for one in inputs.get("nodeTaints") or ():
        pair, _, effect = one.rpartition(":")
        key, _, value = pair.partition("=")
        taints.append({"key": key, "value": value, "effect": effect})
    count = max(inputs.get("count") or 0, inputs.get("minCount") or 0)
    return _pool(name, count, _machine("azure", inputs["vmSize"]), labels, taints)


def _machine(cloud: str, name: str) -> Machine:
    table = Path(components.__path__[0]) / "clusters" / cloud / "machines.yaml"
    return catalog(table).machine(name) if table.exists() else Machine(name=name, cpu=8, memory=32)


def _pool(
    name: str, count: int, machine: Machine, labels: Inputs, taints: list[dict[str, str]]
) -> dict[str, Any]:
    return {
        "name": labels.get(POOL_LABEL, name),
        "count": count,
        "cpu": str(machine.cpu),
        "memory": f"{machine.memory}Gi",
        "ephemeralStorage": "200Gi",
        "architecture": machine.architecture,
        "labels": {
            **labels,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": machine.architecture,
            "node.kubernetes.io/instance-type": machine.name,
        },
        "taints": taints,
        "devices": {"nvidia.com/gpu": machine.count} if machine.count else {},
    }
