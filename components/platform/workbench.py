"""Where people work: profiles, PodDefaults, notebooks, volumes, TensorBoards, and the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..components_settings import ComponentsSettings
from ..contracts import AccessManagement, Offer, TeamBase
from ..kubeflow.dashboard import Dashboard, DashboardArgs, dashboard_pods
from ..kubeflow.notebooks import Notebooks, NotebooksArgs
from ..kubeflow.poddefaults import PodDefaults, PodDefaultsArgs
from ..kubeflow.profiles import Profiles, ProfilesArgs
from ..kubeflow.tensorboards import TensorBoards, TensorBoardsArgs
from ..kubeflow.volumes import Volumes, VolumesArgs
from .ground import Ground


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """What is offered, by component; access management and what teams stand on where profiles are on."""

    offers: Mapping[str, Offer]
    access_management: AccessManagement | None
    team_base: TeamBase | None


def deploy_workbench(settings: ComponentsSettings, ground: Ground) -> Workbench:
    """Declare those of the area's components that are on."""
    offers: dict[str, Offer] = {}
    access_management = team_base = None
    pools = ground.cluster.node_pools
    if settings.profiles.enabled:
        profiles = Profiles(
            "profiles",
            ProfilesArgs(
                settings=settings.profiles,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                dashboard=dashboard_pods(ground.namespaces),
                namespace_labels=settings.team_namespace_labels(),
                node_pools=pools,
            ),
            ground.opts,
        )
        offers["profiles"], access_management = profiles.offer, profiles.access_management
        team_base = profiles.team_base
    if settings.pod_defaults.enabled:
        pod_defaults = PodDefaults(
            "pod-defaults",
            PodDefaultsArgs(
                settings=settings.pod_defaults,
                namespaces=ground.namespaces,
                certificates=ground.certificates,
                capabilities=ground.cluster.capabilities,
                node_pools=pools,
                cluster_domain=ground.mesh.cluster_domain,
            ),
            ground.opts,
        )
        offers["podDefaults"] = pod_defaults.offer
        if team_base:
            team_base = replace(team_base, pod_default_type=pod_defaults.pod_default_type)
    if settings.notebooks.enabled:
        offers["notebooks"] = Notebooks(
            "notebooks",
            NotebooksArgs(
                settings=settings.notebooks,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                node_pools=pools,
            ),
            ground.opts,
        ).offer
    if settings.volumes.enabled:
        offers["volumes"] = Volumes(
            "volumes",
            VolumesArgs(
                settings=settings.volumes,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                certificates=ground.certificates,
                capabilities=ground.cluster.capabilities,
                node_pools=pools,
            ),
            ground.opts,
        ).offer
    if settings.tensorboards.enabled:
        offers["tensorboards"] = TensorBoards(
            "tensorboards",
            TensorBoardsArgs(
                settings=settings.tensorboards,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                node_pools=pools,
            ),
            ground.opts,
        ).offer
    return Workbench(offers=offers, access_management=access_management, team_base=team_base)


def deploy_dashboard(
    settings: ComponentsSettings, ground: Ground, workbench: Workbench, offers: Mapping[str, Offer]
) -> dict[str, Offer]:
    """Declare the dashboard, if it is on, with a menu of what the others offer."""
    if not settings.dashboard.enabled or workbench.access_management is None:
        return {}
    dashboard = Dashboard(
        "dashboard",
        DashboardArgs(
            settings=settings.dashboard,
            namespaces=ground.namespaces,
            mesh=ground.mesh,
            identity=ground.identity,
            access_management=workbench.access_management,
            menu=tuple(item for offer in offers.values() for item in offer.menu),
            node_pools=ground.cluster.node_pools,
        ),
        ground.opts,
    )
    return {"dashboard": dashboard.offer}
