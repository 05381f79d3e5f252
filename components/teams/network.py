"""Who reaches the pods of a team: each other, and those of the platform that have to; no other team's."""

from pulumi_kubernetes.networking.v1 import NetworkPolicy

from ..kube.network import SAME_NAMESPACE, peers
from ..kube.scope import Scope
from .args import TeamArgs
from .quota import kept

POLICY = "team-isolation"


def isolate(scope: Scope, args: TeamArgs) -> None:
    """Declare the policy.

    What people open comes through the gateway. The components say themselves which of their pods ask those of
    teams, and for what (contracts.Offer): at which ports, a team decides, by the programs that it starts.
    """
    others = [args.mesh.gateway_pods, *args.base.callers]
    NetworkPolicy(
        scope.unique(POLICY),
        metadata=scope.metadata(POLICY),
        spec={
            "pod_selector": {},
            "policy_types": ["Ingress"],
            "ingress": [{"from_": [SAME_NAMESPACE, *peers(others)]}],
        },
        opts=kept(scope, keep=args.keep),
    )
