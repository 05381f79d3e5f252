"""Who reaches Knative's programs: the mesh lets nothing in by default, and so does their namespace.

Source: what the community distribution adds to Knative Serving (common/knative/knative-serving): its programs
take requests from everywhere in the mesh, webhooks from the API server too, which is outside of it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from ...kube.mesh import SECURITY
from .values import LOCAL_GATEWAY, SERVING

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicySpecArgsDict

# Each program by the label that its pods have, as Knative's and net-istio's own manifests write it.
_PROGRAMS: Mapping[str, Mapping[str, str]] = {
    "activator": {"app": "activator"},
    "autoscaler": {"app": "autoscaler"},
    "controller": {"app": "controller"},
    "net-istio-webhook": {"app": "net-istio-webhook"},
    "webhook": {"role": "webhook"},
}
_ANY: Mapping[str, object] = {}
_WEBHOOKS = ("net-istio-webhook", "webhook")
_WEBHOOK_PORT, _ACTIVATOR_PORT = 8443, 8012
_GATEWAYS = ("istio-ingressgateway", LOCAL_GATEWAY)


def policies(
    parent: pulumi.Resource, *, mesh_namespace: str, after: Sequence[pulumi.Resource]
) -> list[pulumi.Resource]:
    """Declare the policies; without them Knative's webhooks are never reached."""
    opts = pulumi.ResourceOptions(parent=parent, depends_on=list(after))
    made: list[pulumi.Resource] = [
        CustomResource(
            f"{SERVING}-{name}",
            api_version=SECURITY,
            kind="AuthorizationPolicy",
            metadata={"name": name, "namespace": SERVING},
            spec={"action": "ALLOW", "selector": {"matchLabels": dict(labels)}, "rules": [_ANY]},
            opts=opts,
        )
        for name, labels in _PROGRAMS.items()
    ]
    gateways = {
        "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": mesh_namespace}},
        "pod_selector": {"match_expressions": [{"key": "app", "operator": "In", "values": list(_GATEWAYS)}]},
    }
    openings: dict[str, NetworkPolicySpecArgsDict] = {
        "same-namespace": _opening({}, {"from_": [{"pod_selector": {}}]}),
        "gateways-to-activator": _opening(
            _PROGRAMS["activator"], {"from_": [gateways], "ports": [{"port": _ACTIVATOR_PORT}]}
        ),
        # The API server has no address that a policy could name.
        **{f"api-server-to-{name}": _opening(_PROGRAMS[name], _FROM_API_SERVER) for name in _WEBHOOKS},
    }
    made += [
        NetworkPolicy(
            f"{SERVING}-{name}", metadata={"name": name, "namespace": SERVING}, spec=opening, opts=opts
        )
        for name, opening in openings.items()
    ]
    return made


_FROM_API_SERVER = {"ports": [{"port": _WEBHOOK_PORT}]}


def _opening(labels: Mapping[str, str], rule: Mapping[str, Any]) -> "NetworkPolicySpecArgsDict":
    """The specification of a NetworkPolicy that opens pods with these labels, or all pods, by one rule."""
    spec = {
        "pod_selector": {"match_labels": dict(labels)} if labels else {},
        "policy_types": ["Ingress"],
        "ingress": [dict(rule)],
    }
    return cast("NetworkPolicySpecArgsDict", spec)
