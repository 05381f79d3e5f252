"""Which pods run: a policy of the API server leads those whose images are all in the table to the live node.

The rest of a pod stays what its author wrote, so its requests, volumes and probes count as anywhere else.
Only where it may run is replaced: the live node stands for nodes of every pool.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

LABEL = "simulator.slipway.dev/programs"
"""Label and taint of the live node; the value of both is `run`."""

VALUE = "run"
NAME = "simulator-slipway-dev-programs"

_API = "admissionregistration.k8s.io/v1"
# All containers of a pod that name an image; ephemeral ones come later and are no reason to run it elsewhere.
_CONTAINERS = "(object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : []))"
# The DaemonSet controller binds each of its pods to a node by its name.
_NO_DAEMON = (
    "!has(object.metadata.ownerReferences) || object.metadata.ownerReferences.all(o, o.kind != 'DaemonSet')"
)


def objects(images: Collection[str]) -> list[dict[str, Any]]:
    """Return the policy and its binding (admissionregistration.k8s.io/v1), for the images of the table.

    They go by an image as a pod names it: the same one from a mirror is another.
    """
    listed = json.dumps(sorted(images))
    policy = {
        "apiVersion": _API,
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": NAME},
        "spec": {
            "failurePolicy": "Fail",
            # A webhook may put a container in later, whose image is not in the table.
            "reinvocationPolicy": "IfNeeded",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["pods"],
                    }
                ]
            },
            "matchConditions": [
                {"name": "runs", "expression": f"{_CONTAINERS}.all(c, c.image in {listed})"},
                {"name": "is-free", "expression": _NO_DAEMON},
            ],
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": _patch()}}],
        },
    }
    binding = {
        "apiVersion": _API,
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": NAME},
        "spec": {"policyName": NAME},
    }
    return [policy, binding]


def _patch() -> str:
    select = _add("/spec/nodeSelector", {LABEL: VALUE})
    tolerate = _add("/spec/tolerations/-", {"key": LABEL, "operator": "Equal", "value": VALUE})
    spec = "object.spec"
    # After a webhook has had the policy run again, the pod tolerates the taint already.
    tolerated = f"{spec}.tolerations.exists(t, has(t.key) && t.key == '{LABEL}')"
    bound = f"has({spec}.affinity) && has({spec}.affinity.nodeAffinity)"
    return " + ".join(
        [
            f"[{select}]",
            f"(has({spec}.tolerations) ? [] : [{_add('/spec/tolerations', [])}])",
            f"(has({spec}.tolerations) && {tolerated} ? [] : [{tolerate}])",
            f'({bound} ? [JSONPatch{{op: "remove", path: "/spec/affinity/nodeAffinity"}}] : [])',
        ]
    )


def _add(path: str, value: object) -> str:
    return f'JSONPatch{{op: "add", path: "{path}", value: {json.dumps(value)}}}'
