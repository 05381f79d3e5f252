"""What the live node says that it has: enough for a whole platform, and devices that it has not.

The kubelet reports the machine's CPU and memory and has no setting that says otherwise. A policy of the API
server puts the node's own numbers in place of each report; scheduler and kubelet read them from there. So
requests of pods count and are kept, but nothing on this machine stands behind them.
"""

from __future__ import annotations

from typing import Any

from simulator.node.layout import NAME

MAXIMUM_PODS = 250
CAPACITY = {"cpu": "256", "memory": "1Ti", "ephemeral-storage": "1Ti", "nvidia.com/gpu": "8"}
LABELS = {
    # As the GPU feature discovery of NVIDIA writes them.
    "nvidia.com/gpu.present": "true",
    "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
    "nvidia.com/gpu.count": "8",
}

_POLICY = "simulator-slipway-dev-node-resources"
_API = "admissionregistration.k8s.io/v1"


def objects() -> list[dict[str, Any]]:
    """Return the policy and its binding (admissionregistration.k8s.io/v1)."""
    patches = [
        f'JSONPatch{{op: "add", path: "/status/{part}/" + jsonpatch.escapeKey("{name}"), value: "{amount}"}}'
        for part in ("capacity", "allocatable")
        for name, amount in CAPACITY.items()
    ]
    reported = "has(object.status.capacity) && has(object.status.allocatable)"
    policy = {
        "apiVersion": _API,
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": _POLICY},
        "spec": {
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["nodes", "nodes/status"],
                    }
                ]
            },
            "matchConditions": [
                {"name": "live", "expression": f'object.metadata.name == "{NAME}" && {reported}'}
            ],
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": f"[{', '.join(patches)}]"}}],
        },
    }
    binding = {
        "apiVersion": _API,
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": _POLICY},
        "spec": {"policyName": _POLICY},
    }
    return [policy, binding]
