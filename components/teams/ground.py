"""What the teams of a cluster share: the policy about node pools, and the flavors of queues.

It belongs to the stack that has the platform. Stacks with further teams use it, and do not declare it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from ..contracts import Namespaces, NodePool
from ..kube.scope import Scope
from .args import COMPONENT
from .pools import pool_policy
from .queue import flavors


@dataclass(frozen=True, kw_only=True)
class TeamGroundArgs:
    """What it needs. `kueue` is the leaf after which queues can be declared; None where there are none."""

    namespaces: Namespaces
    node_pools: Sequence[NodePool]
    kueue: pulumi.Resource | None = None


class TeamGround(pulumi.ComponentResource):
    """What all teams of a cluster share."""

    def __init__(self, name: str, args: TeamGroundArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:teams:TeamGround", name, None, opts)
        scope = Scope(component=COMPONENT, parent=self, namespaces=args.namespaces)
        pool_policy(scope, args.node_pools)
        if args.kueue is not None:
            flavors(scope, args.node_pools, args.kueue)
        self.register_outputs({})
