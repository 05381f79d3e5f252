"""Which namespaces reach the pods of a team: its own and the platform's, no other team's."""

from pulumi_kubernetes.networking.v1 import NetworkPolicy

from ..kube.network import SAME_NAMESPACE, namespace_named
from ..kube.scope import Scope
from .args import TeamArgs
from .quota import kept

POLICY = "team-isolation"


def isolate(scope: Scope, args: TeamArgs) -> None:
    """Declare the policy.

    Kubeflow's pods ask those of teams: the notebook controller whether a notebook is idle, Katib its
    suggestions, the pages of pipelines a team's artifacts. What people open comes through the gateway.
    """
    others = [args.namespaces.kubeflow_name, args.mesh.namespace, *args.base.caller_namespaces]
    NetworkPolicy(
        scope.unique(POLICY),
        metadata=scope.metadata(POLICY),
        spec={
            "pod_selector": {},
            "policy_types": ["Ingress"],
            "ingress": [
                {"from_": [SAME_NAMESPACE, *(namespace_named(name) for name in dict.fromkeys(others))]}
            ],
        },
        opts=kept(scope, keep=args.keep),
    )
