"""What kwokctl is told otherwise for a cluster with a live node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.cluster.layout import Layout
from simulator.cluster.nodes import POOL_LABEL
from simulator.node.layout import ADDRESS, API_SERVICE, NodeLayout

_AUDIT_POLICY = Path(__file__).with_name("audit.yaml")
_AUDIT_MEGABYTES = 1000

_SIMULATED = "csi: {driver: simulated.slipway.dev, volumeHandle: pvc-{{ .metadata.uid }}}\n"
# The scheduler wants to know where such a volume is: every node says that it runs Linux.
_LOCAL = """\
local: {path: FOLDER/pvc-{{ .metadata.uid }}}
nodeAffinity:
  required:
    nodeSelectorTerms:
    - matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]
"""


def stages(text: str, cluster: Path) -> str:
    """Return the KWOK stages (YAML) whose volumes a kubelet can mount: folders in the cluster's directory.

    Raises ValueError where the stages make no volumes.
    """
    indent, found, _ = text.partition(_SIMULATED)
    if not found:
        message = "the stages of simulated objects make no volume"
        raise ValueError(message)
    indent = indent.rpartition("\n")[2]
    local = _LOCAL.replace("FOLDER", str(NodeLayout(cluster).volumes))
    return text.replace(_SIMULATED, local.replace("\n", f"\n{indent}").rstrip(" "))


def kwokctl(configuration: dict[str, Any], layout: Layout) -> dict[str, Any]:
    """Return kwokctl's configuration for a cluster in a network namespace of its own.

    Pods and the API server reach each other there, the API server reaches webhooks at their pods' addresses
    and the kubelet as administrator, and KWOK leaves the live node alone.
    """
    node = NodeLayout(layout.directory)
    node.audit.parent.mkdir(parents=True, exist_ok=True)
    flags = {
        "advertise-address": ADDRESS,
        "enable-aggregator-routing": "true",
        "kubelet-client-certificate": str(layout.pki / "admin.crt"),
        "kubelet-client-key": str(layout.pki / "admin.key"),
        "kubelet-preferred-address-types": "InternalIP",
        "audit-policy-file": str(_AUDIT_POLICY),
        "audit-log-path": str(node.audit),
        "audit-log-maxsize": str(_AUDIT_MEGABYTES),
    }
    managed = [
        {"key": "manage-all-nodes", "value": "false", "override": True},
        {"key": "manage-nodes-with-label-selector", "value": POOL_LABEL},
    ]
    added = {
        "kube-apiserver": [{"key": key, "value": value} for key, value in flags.items()],
        "kwok-controller": managed,
    }
    patches = [
        {**patch, "extraArgs": _merged(patch["extraArgs"], added.get(patch["name"], []))}
        for patch in configuration["componentsPatches"]
    ]
    options = {
        **configuration["options"],
        "bindAddress": "0.0.0.0",
        "kubeApiserverCertSANs": [ADDRESS, API_SERVICE],
    }
    return {**configuration, "options": options, "componentsPatches": patches}


def _merged(before: list[dict[str, Any]], added: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = {each["key"] for each in added}
    return [*(each for each in before if each["key"] not in keys), *added]
