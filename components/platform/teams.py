"""The teams of a stack, and what each component declares in their namespaces."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from ..components_settings import ComponentsSettings
from ..contracts import (
    Mesh,
    Namespaces,
    NodePool,
    ObjectStore,
    Offer,
    PipelinesService,
    TeamBase,
    UserIdentity,
)
from ..kubeflow.model_registry import TeamModelRegistryArgs, team_model_registry
from ..kubeflow.pipelines import TeamPipelinesArgs, team_pipelines
from ..kubeflow.spark import TeamSparkArgs, team_spark
from ..platform_settings import PlatformSettings
from ..teams import Team, TeamArgs, TeamGround, TeamGroundArgs
from .ground import Ground


@dataclass(frozen=True, kw_only=True)
class TeamPlatform:
    """What teams need of the platform, which this stack or another one has.

    Attributes:
        components: the settings of the components, as the platform has them.
        pipelines: how teams reach pipelines; None where they are off.
        stores: by team the bucket with the team's own keys.
        kueue: the leaf after which queues can be declared; None where there are none.
    """

    components: ComponentsSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    node_pools: tuple[NodePool, ...]
    base: TeamBase
    pipelines: PipelinesService | None
    stores: Mapping[str, ObjectStore]
    kueue: pulumi.Resource | None


@dataclass(frozen=True, kw_only=True)
class Teams:
    """What the stack tells of its teams: the output `teams`, and by team what its own programs ask for."""

    output: Mapping[str, object]
    offer: Offer


def share_ground(ground: Ground) -> None:
    """Declare what all teams of the cluster share."""
    TeamGround(
        "teams",
        TeamGroundArgs(
            namespaces=ground.namespaces, node_pools=ground.cluster.node_pools, kueue=ground.addons.kueue
        ),
        ground.opts,
    )


def deploy_teams(settings: PlatformSettings, platform: TeamPlatform, opts: pulumi.ResourceOptions) -> Teams:
    """Declare each team, and what the components that are on need in its namespace."""
    output: dict[str, object] = {}
    offer = Offer(namespaces=())
    for name, chosen in settings.teams.items():
        team = Team(
            name,
            TeamArgs(
                settings=chosen,
                defaults=settings.for_teams,
                keep_data=settings.keeps_data,
                namespaces=platform.namespaces,
                mesh=platform.mesh,
                identity=platform.identity,
                base=platform.base,
                node_pools=platform.node_pools,
                account_annotations=_account_annotations(platform, name),
                kueue=platform.kueue,
            ),
            opts,
        )
        offer += Offer(namespaces=(name,)) + _components(name, team, platform)
        output[name] = team.output
    return Teams(output=output, offer=offer)


def _account_annotations(platform: TeamPlatform, name: str) -> Mapping[str, pulumi.Input[str]]:
    """What a cloud wants on the account of a team's pods, where it gives them an identity."""
    return platform.stores[name].account_annotations if name in platform.stores else {}


def _components(name: str, team: Team, platform: TeamPlatform) -> Offer:
    """Declare what components need in the namespace of a team."""
    components, namespaces = platform.components, platform.namespaces
    offer = Offer(namespaces=())
    if components.pipelines.enabled and platform.pipelines is not None:
        offer += team_pipelines(
            team,
            TeamPipelinesArgs(
                settings=components.pipelines,
                namespaces=namespaces,
                place=team.place,
                account=team.account,
                mesh=platform.mesh,
                identity=platform.identity,
                store=platform.stores[name],
                service=platform.pipelines,
                pod_default_type=platform.base.pod_default_type,
                node_pools=platform.node_pools,
            ),
        )
    # Only the mesh leads from a team's Services to Kubeflow's.
    if components.model_registry.enabled and platform.mesh.present:
        team_model_registry(
            team,
            TeamModelRegistryArgs(
                settings=components.model_registry,
                namespaces=namespaces,
                place=team.place,
                mesh=platform.mesh,
            ),
        )
    if components.spark.enabled:
        team_spark(team, TeamSparkArgs(namespaces=namespaces, place=team.place))
    return offer
