"""The composition root: settings in, components wired, outputs out. Nothing else knows two components.

`ground` declares what every component stands on; `workbench`, `training` and the other areas each declare the
components of one kind of work.
"""

from collections.abc import Callable
from dataclasses import replace

import pulumi

from ..charts import ChartSource
from ..clusters.choice import make_cluster
from ..contracts import Caller, Cluster
from ..identity.secrets import GivenSecrets
from ..kube.running import Running, running
from ..outputs import Deployed, cluster_outputs, outputs
from ..platform_settings import PlatformSettings
from ..settings_base import SettingsError
from ..storage.choice import DataServices
from .backups import deploy_backups
from .base_stack import BaseStack, read_base_stack
from .delivery import deploy_delivery
from .ground import Ground, deploy_local_proxy, lay_ground
from .images import Images, pulling_images
from .monitoring import deploy_monitoring
from .pipelines import PipelinesArea, deploy_pipelines
from .programs import how_programs_run
from .teams import TeamPlatform, deploy_teams, share_ground
from .teams_stack import deploy_teams_stack, team_contract, team_keys
from .training import deploy_training
from .workbench import Workbench, deploy_dashboard, deploy_workbench

__all__ = ["deploy", "deploy_on"]


def deploy(
    settings: PlatformSettings,
    *,
    stack: str,
    secrets: GivenSecrets | None = None,
    kubeconfig: str | None = None,
    declared: Callable[[], None] = lambda: None,
) -> dict[str, object]:
    """Declare all that a stack has and return the stack's outputs by name.

    `secrets` are those that the stack gives; `kubeconfig` is that of a cluster that is there, where the stack
    holds it. `declared` is called when all that may be refused has been, and most is not declared yet. Raises
    SettingsError where the cluster cannot be used, or add-ons and GPU support cannot be had on it.
    """
    with pulling_images(settings, secrets) as images:
        return _deploy(settings, images, secrets, declared, stack=stack, kubeconfig=kubeconfig)


def _deploy(
    settings: PlatformSettings,
    images: Images,
    secrets: GivenSecrets | None,
    declared: Callable[[], None],
    *,
    stack: str,
    kubeconfig: str | None,
) -> dict[str, object]:
    base = read_base_stack(settings.refers_to) if settings.refers_to else None
    if base and (problems := _problems_with(base, settings)):
        raise SettingsError("\n".join(problems))
    cluster = make_cluster(
        settings.cluster,
        stack=stack,
        kubeconfig=base.kubeconfig if base else kubeconfig,
        referred=base.cluster if base else None,
        charts=ChartSource(settings=settings.addons.source),
    )
    if settings.scope == "cluster":
        images.check(cluster)
        return cluster_outputs(cluster)
    if base and settings.scope == "teams":
        return deploy_teams_stack(cluster, settings, base, images)
    return _deploy_on(cluster, settings, images, secrets, declared)


def _problems_with(base: BaseStack, settings: PlatformSettings) -> list[str]:
    """What the stack asks of another one's cluster and cannot have."""
    found = settings.pool_problems(base.cluster.node_pools)
    if settings.scope == "everything":
        cloud = base.cluster.cloud
        found += settings.data_problems(cloud.provider if cloud else "existing")
    return found


def deploy_on(
    cluster: Cluster,
    settings: PlatformSettings,
    secrets: GivenSecrets | None = None,
    declared: Callable[[], None] = lambda: None,
    data: DataServices | None = None,
) -> dict[str, object]:
    """Declare all that a stack has on a cluster, and return the stack's outputs by name.

    `data` makes its databases and buckets; those that the settings name unless given.
    """
    with pulling_images(settings, secrets) as images:
        return _deploy_on(cluster, settings, images, secrets, declared, data=data)


def _deploy_on(
    cluster: Cluster,
    settings: PlatformSettings,
    images: Images,
    secrets: GivenSecrets | None,
    declared: Callable[[], None],
    *,
    data: DataServices | None = None,
) -> dict[str, object]:
    # Children inherit both: what talks to the cluster, and that objects go where the cluster goes.
    opts = images.watched(
        pulumi.ResourceOptions(providers=[cluster.provider], deleted_with=cluster.objects_deleted_with)
    )
    with running(how_programs_run(settings, opts)) as how:
        return _declare(
            cluster, settings, opts, images, secrets=secrets, declared=declared, data=data, how=how
        )


def _declare(
    cluster: Cluster,
    settings: PlatformSettings,
    opts: pulumi.ResourceOptions,
    images: Images,
    *,
    secrets: GivenSecrets | None,
    declared: Callable[[], None],
    data: DataServices | None,
    how: Running,
) -> dict[str, object]:
    ground = lay_ground(settings, cluster, opts, secrets)
    if not (images.refuse or how.architecture):
        declared()
    deploy_monitoring(settings.monitoring, ground)
    workbench = deploy_workbench(settings.components, ground)
    named = [*settings.teams, *settings.team_defaults.elsewhere]
    data = data or DataServices(settings.data, cluster, opts, backups=settings.backs_up)
    pipelines = deploy_pipelines(settings.components, ground, data, named)
    offers = {
        **ground.offers,
        **workbench.offers,
        **pipelines.offers,
        **deploy_training(settings.components, ground, data),
        **deploy_delivery(settings.components, ground, data, settings.model_addresses),
    }
    offers |= deploy_backups(ground, data, secrets)
    # The dashboard comes last, since its menu is made from what the others offer.
    offers |= deploy_dashboard(settings.components, ground, workbench, offers)
    callers = [caller for offer in offers.values() for caller in offer.asks_teams]
    callers += ground.addons.scrapers
    for_teams = _team_platform(settings, ground, workbench, pipelines, tuple(callers))
    teams = deploy_teams(settings, for_teams, opts) if for_teams else None
    if teams and teams.output:
        offers["teams"] = teams.offer
    local = deploy_local_proxy(settings, ground)
    if local:
        offers["minimal"] = local.offer
    images.check(cluster, offers)
    if how.problems:
        raise SettingsError("\n".join(dict.fromkeys(how.problems)))
    told = outputs(
        Deployed(
            cluster=cluster,
            namespaces=ground.namespaces,
            mesh=ground.mesh,
            identity=ground.identity,
            offers=offers,
            teams=teams.output if teams else {},
            # Another stack's teams would be other people's.
            team_contract=team_contract(settings, for_teams) if for_teams and not local else None,
            url=None if local else settings.gateway.url,
            reach=local.reach if local else None,
        )
    )
    # Secret as a whole; `pulumi stack output firstUser --show-secrets` shows it.
    first = ground.first_user
    user = {"firstUser": {"email": first.email, "password": first.password}} if first else {}
    return {**told, **user, **(team_keys(settings, for_teams) if for_teams else {})}


def _team_platform(
    settings: PlatformSettings,
    ground: Ground,
    workbench: Workbench,
    pipelines: PipelinesArea,
    callers: tuple[Caller, ...],
) -> TeamPlatform | None:
    """Declare what all teams share, those of other stacks too, where profiles are on.

    `callers` are the pods of the platform that open connections to those of teams.
    """
    if workbench.team_base is None:
        return None
    share_ground(ground)
    return TeamPlatform(
        components=settings.components,
        namespaces=ground.namespaces,
        mesh=ground.mesh,
        identity=ground.identity,
        node_pools=ground.cluster.node_pools,
        base=replace(workbench.team_base, callers=callers),
        pipelines=pipelines.service,
        stores=pipelines.stores,
        kueue=ground.addons.kueue,
    )
