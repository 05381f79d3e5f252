"""What every component stands on: add-ons, namespaces, gateway."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from ..addons import Addons, AddonsArgs, install_addons
from ..contracts import CertificateAuthority, Cluster, Mesh, Namespaces, Offer, UserIdentity
from ..gpu import Devices, Gpu, GpuArgs
from ..gpu import charts as gpu_charts
from ..identity.component import Identity, IdentityArgs
from ..identity.dex import FirstUser
from ..identity.gateway import GATEWAY, Gateway, GatewayArgs
from ..identity.policies import external_authorizer
from ..identity.secrets import GivenSecrets
from ..kubeflow.base import Base, BaseArgs
from ..kubeflow.base.component import KUBEFLOW
from ..minimal import LocalProxy, LocalProxyArgs, WayIn, WayInArgs
from ..platform_settings import PlatformSettings


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The contracts that most components need.

    Attributes:
        offers: what add-ons, GPU support, base and login tell about themselves, by name.
        first_user: who can log in at once, where there is such a user.
        way_in: of a platform without mesh and login, whose proxy comes after all that it leads to.
        opts: options of every component.
    """

    cluster: Cluster
    addons: Addons
    certificates: CertificateAuthority
    mesh: Mesh
    identity: UserIdentity
    namespaces: Namespaces
    offers: Mapping[str, Offer]
    first_user: FirstUser | None
    way_in: WayIn | None
    opts: pulumi.ResourceOptions


@dataclass(frozen=True, kw_only=True)
class _Entrance:
    """How requests come in, and whom they come from."""

    mesh: Mesh
    user: UserIdentity
    namespaces: Namespaces
    offers: Mapping[str, Offer]
    first_user: FirstUser | None = None
    way_in: WayIn | None = None


def lay_ground(
    settings: PlatformSettings,
    cluster: Cluster,
    opts: pulumi.ResourceOptions,
    secrets: GivenSecrets | None = None,
) -> Ground:
    """Declare the add-ons, the namespaces, the way in and the login. `secrets` are those of the stack."""
    addons = _addons(settings, cluster, opts)
    if addons.mesh:
        entrance = _gateway(settings, addons, cluster, secrets or GivenSecrets(), opts)
    else:
        entrance = _without_mesh(settings, opts)
    gpu = Gpu(
        "gpu",
        GpuArgs(cluster=cluster, settings=settings.gpu, charts=addons.scope, monitoring=addons.monitoring),
        opts,
    )
    return Ground(
        cluster=cluster,
        addons=addons,
        certificates=addons.certificates,
        mesh=entrance.mesh,
        identity=entrance.user,
        namespaces=entrance.namespaces,
        offers={**addons.offers, "gpu": gpu.offer, **entrance.offers},
        first_user=entrance.first_user,
        way_in=entrance.way_in,
        opts=opts,
    )


def _gateway(
    settings: PlatformSettings,
    addons: Addons,
    cluster: Cluster,
    given: GivenSecrets,
    opts: pulumi.ResourceOptions,
) -> _Entrance:
    """The mesh's gateway, with the login in front of it."""
    mesh = addons.mesh
    assert mesh is not None
    # Every pod there gets a sidecar: what puts it in comes before the namespaces.
    base = Base("base", BaseArgs(after=(mesh.ready,), scrapers=addons.scrapers), opts)
    gateway = Gateway(
        "gateway",
        GatewayArgs(
            settings=settings.gateway,
            mesh=mesh,
            namespaces=base.namespaces,
            certificates=addons.certificates,
            secrets=given,
            elsewhere=settings.model_hosts,
        ),
        opts,
    )
    identity = Identity(
        "identity",
        IdentityArgs(
            settings=settings.identity,
            gateway=settings.gateway,
            mesh=gateway.mesh,
            mesh_addon=mesh,
            namespaces=base.namespaces,
            secrets=given,
            token_issuer=_token_issuer(cluster),
            node_pools=cluster.node_pools,
        ),
        opts,
    )
    return _Entrance(
        mesh=gateway.mesh,
        user=identity.user,
        namespaces=base.namespaces,
        offers={"base": base.offer, "identity": identity.offer},
        first_user=identity.first_user,
    )


def _without_mesh(settings: PlatformSettings, opts: pulumi.ResourceOptions) -> _Entrance:
    """The way in of a platform for one person."""
    base = Base("base", BaseArgs(mesh_injection=False), opts)
    identity = settings.identity
    way_in = WayIn(
        "way-in",
        WayInArgs(
            namespaces=base.namespaces,
            cluster_domain=settings.gateway.cluster_domain,
            gateway=f"{KUBEFLOW}/{GATEWAY}",
            user_header=identity.user_header,
            user_prefix=identity.user_prefix,
            groups_header=identity.groups_header,
        ),
        opts,
    )
    return _Entrance(
        mesh=way_in.mesh,
        user=way_in.user,
        namespaces=base.namespaces,
        offers={"base": base.offer},
        way_in=way_in,
    )


def deploy_local_proxy(settings: PlatformSettings, ground: Ground) -> LocalProxy | None:
    """Declare the proxy of a platform without mesh, once all components have told their routes."""
    if ground.way_in is None or settings.minimal is None:
        return None
    return LocalProxy(
        "local-proxy",
        LocalProxyArgs(
            settings=settings.minimal,
            way_in=ground.way_in,
            namespaces=ground.namespaces,
            node_pools=ground.cluster.node_pools,
        ),
        ground.opts,
    )


def _addons(settings: PlatformSettings, cluster: Cluster, opts: pulumi.ResourceOptions) -> Addons:
    domain = settings.gateway.cluster_domain
    login = [] if settings.identity.provider == "none" else [external_authorizer(domain)]
    return install_addons(
        AddonsArgs(
            settings=settings.addons,
            cluster=cluster,
            cluster_domain=domain,
            gateway=f"{KUBEFLOW}/{GATEWAY}",
            authorizations=login,
            exposure=settings.gateway.exposure,
            login_authority=_login_authority(settings),
            models_domain=settings.components.serving.routing.domain or settings.gateway.models_domain,
            secure=settings.gateway.secure,
            gateway_api=settings.gateway_api,
            more_charts=gpu_charts(Devices.of(cluster), settings.gpu),
        ),
        opts,
    )


def _login_authority(settings: PlatformSettings) -> str | None:
    """Who signs for the company's own provider, where systems do not know it."""
    return settings.identity.oidc.authority if settings.identity.oidc else None


def _token_issuer(cluster: Cluster) -> pulumi.Output[str] | None:
    """The issuer of service account tokens, where the cloud's account tells it."""
    return cluster.cloud.oidc_issuer_url if cluster.cloud else None
