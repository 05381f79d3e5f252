"""The composition root: settings in, components wired, outputs out. Nothing else knows two components."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from .addons.cert_manager import CertManager, CertManagerArgs
from .addons.istio import Istio, IstioArgs
from .clusters.simulated import SimulatedArgs, SimulatedCluster
from .contracts import CertificateAuthority, Cluster, MenuItem, Mesh, Namespaces, Offer, UserIdentity
from .identity.gateway import Gateway, GatewayArgs
from .kubeflow.base import Base, BaseArgs
from .kubeflow.dashboard import Dashboard, DashboardArgs
from .kubeflow.notebooks import Notebooks, NotebooksArgs
from .kubeflow.poddefaults import PodDefaults, PodDefaultsArgs
from .kubeflow.profiles import Profiles, ProfilesArgs
from .outputs import Deployed, outputs
from .platform_settings import IdentitySettings, PlatformSettings


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What every component stands on."""

    certificates: CertificateAuthority
    mesh: Mesh
    identity: UserIdentity
    namespaces: Namespaces
    offer: Offer


def deploy(settings: PlatformSettings, *, stack: str) -> dict[str, object]:
    """Declare the whole platform of a stack and return the stack's outputs by name."""
    cluster = SimulatedCluster("cluster", SimulatedArgs(settings=settings.cluster, stack=stack)).contract
    return deploy_on(cluster, settings)


def deploy_on(cluster: Cluster, settings: PlatformSettings) -> dict[str, object]:
    """Declare all that a stack has on a cluster, and return the stack's outputs by name."""
    # Children inherit both: what talks to the cluster, and that objects go where the cluster goes.
    opts = pulumi.ResourceOptions(providers=[cluster.provider], deleted_with=cluster.objects_deleted_with)
    ground = lay_ground(settings, cluster, opts)
    offers = {"base": ground.offer, **deploy_components(settings, cluster, ground, opts)}
    return outputs(
        Deployed(
            cluster=cluster,
            namespaces=ground.namespaces,
            mesh=ground.mesh,
            identity=ground.identity,
            offers=offers,
        )
    )


def lay_ground(settings: PlatformSettings, cluster: Cluster, opts: pulumi.ResourceOptions) -> Ground:
    """Declare the add-ons, the namespaces and the gateway."""
    certificates = CertManager("cert-manager", CertManagerArgs(capabilities=cluster.capabilities), opts)
    istio = Istio("istio", IstioArgs(capabilities=cluster.capabilities), opts)
    base = Base("base", BaseArgs(), opts)
    gateway = Gateway(
        "gateway",
        GatewayArgs(settings=settings.gateway, mesh=istio.mesh, namespaces=base.namespaces),
        opts,
    )
    return Ground(
        certificates=certificates.authority,
        mesh=gateway.mesh,
        identity=_identity(settings.identity),
        namespaces=base.namespaces,
        offer=base.offer,
    )


def deploy_components(
    settings: PlatformSettings, cluster: Cluster, ground: Ground, opts: pulumi.ResourceOptions
) -> dict[str, Offer]:
    """Declare each component that is on, and return what they offer by their keys in the settings."""
    chosen = settings.components
    offers: dict[str, Offer] = {}
    access_management = None

    if chosen.profiles.enabled:
        profiles = Profiles(
            "profiles",
            ProfilesArgs(
                settings=chosen.profiles,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                node_pools=cluster.node_pools,
            ),
            opts,
        )
        offers["profiles"], access_management = profiles.offer, profiles.access_management

    if chosen.pod_defaults.enabled:
        offers["podDefaults"] = PodDefaults(
            "pod-defaults",
            PodDefaultsArgs(
                settings=chosen.pod_defaults,
                namespaces=ground.namespaces,
                certificates=ground.certificates,
                capabilities=cluster.capabilities,
                node_pools=cluster.node_pools,
                cluster_domain=ground.mesh.cluster_domain,
            ),
            opts,
        ).offer

    if chosen.notebooks.enabled:
        offers["notebooks"] = Notebooks(
            "notebooks",
            NotebooksArgs(
                settings=chosen.notebooks,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                node_pools=cluster.node_pools,
            ),
            opts,
        ).offer

    # Last, since its menu is made from what the others offer.
    if chosen.dashboard.enabled and access_management:
        offers["dashboard"] = Dashboard(
            "dashboard",
            DashboardArgs(
                settings=chosen.dashboard,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                access_management=access_management,
                menu=_menu(offers),
                node_pools=cluster.node_pools,
            ),
            opts,
        ).offer
    return offers


def _menu(offers: Mapping[str, Offer]) -> tuple[MenuItem, ...]:
    return tuple(item for offer in offers.values() for item in offer.menu)


def _identity(settings: IdentitySettings) -> UserIdentity:
    return UserIdentity(
        header=settings.user_header,
        prefix=settings.user_prefix,
        groups_header=settings.groups_header,
        logout_path=settings.logout_path,
    )
