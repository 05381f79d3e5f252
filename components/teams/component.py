"""A team: its namespace and Profile, its people, its share, and the walls around it.

Needs the API types and roles that profiles bring (contracts.TeamBase), the mesh and how requests name their
user. Offers the namespace as a place for what components declare in it, and the service account of its pods.
"""

import pulumi

from ..kube.scope import Place, Scope
from .args import COMPONENT, TeamArgs
from .bindings import bind_members
from .network import isolate
from .pod_defaults import pod_defaults
from .profile import namespace, owned, profile
from .queue import queue
from .quota import limit_range

__all__ = ["Team", "TeamArgs"]


class Team(pulumi.ComponentResource):
    """One team.

    Attributes:
        place: its namespace. account: the leaf after which the service account of its pods is there.
        created: the namespace itself.
        output: what the stack's output `teams` says of it.
    """

    place: Place
    account: pulumi.Resource
    created: pulumi.Resource
    output: dict[str, object]

    def __init__(self, name: str, args: TeamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:teams:Team", name, None, opts)
        self.created = there = namespace(self, name, args)
        self.place = Place(name=name, created=there.metadata.name)
        scope = Scope(component=COMPONENT, parent=self, namespaces=args.namespaces, elsewhere=self.place)
        self.account = owned(scope, args).account
        limit_range(scope, args.limits, keep=args.keep)
        isolate(scope, args)
        bind_members(scope, args.settings, mesh=args.mesh, identity=args.identity, callers=args.callers)
        pod_defaults(scope, args)
        queue(scope, args)
        profile(scope, name, args)
        self.output = _output(name, args)
        self.register_outputs({})


def _output(name: str, args: TeamArgs) -> dict[str, object]:
    team = args.settings
    return {
        "namespace": name,
        "owner": team.owner,
        "members": {member.user: member.role for member in team.members},
        "groups": {group.group: group.role for group in team.groups},
        "nodePools": [pool.name for pool in args.pools],
        "state": team.state,
        "dataIsKept": args.keep,
    }
