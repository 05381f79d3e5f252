"""What a team needs of the platform."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from ..contracts import Mesh, Namespaces, NodePool, TeamBase, UserIdentity
from .defaults import TeamDefaults
from .problems import usable
from .quota_settings import LimitSettings, QuotaSettings
from .settings import TeamSettings

COMPONENT = "teams"


@dataclass(frozen=True, kw_only=True)
class TeamArgs:
    """One team.

    Attributes:
        keep_data: whether namespace and Profile stay when the team leaves the stack.
        node_pools: all pools of the cluster.
        account_annotations: of the service account of its pods, by which a cloud gives it an identity.
        kueue: the leaf after which queues can be declared; None where there are none.
    """

    settings: TeamSettings
    defaults: TeamDefaults
    keep_data: bool
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    base: TeamBase
    node_pools: Sequence[NodePool] = ()
    account_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    kueue: pulumi.Resource | None = None

    @property
    def keep(self) -> bool:
        """Whether its data stays when it leaves the stack."""
        return self.keep_data and self.settings.state == "active"

    @property
    def quota(self) -> QuotaSettings:
        """Its own quota, or that of all teams."""
        return self.settings.quota or self.defaults.quota

    @property
    def limits(self) -> LimitSettings:
        """Its own limits, or those of all teams."""
        return self.settings.limits or self.defaults.limits

    @property
    def pools(self) -> list[NodePool]:
        """The pools that its pods may run on."""
        return usable(self.node_pools, allowed_pools(self.settings, self.defaults))

    @property
    def callers(self) -> tuple[str, str]:
        """Who speaks for people: the gateway, and the pages of pipelines."""
        return (self.mesh.gateway_principal, self.base.pages_principal)


def allowed_pools(team: TeamSettings, defaults: TeamDefaults) -> tuple[str, ...] | None:
    """The pools with taints that a team may use; None for all."""
    return defaults.node_pools if team.node_pools is None else team.node_pools
