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
from ..platform_settings import PlatformSettings


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The contracts that most components need.

    Attributes:
        offers: what add-ons, GPU support, base and login tell about themselves, by name.
        first_user: who can log in at once, where there is such a user.
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
    opts: pulumi.ResourceOptions


def lay_ground(
    settings: PlatformSettings,
    cluster: Cluster,
    opts: pulumi.ResourceOptions,
    secrets: GivenSecrets | None = None,
) -> Ground:
    """Declare the add-ons, the namespaces, the gateway and the login. `secrets` are those of the stack."""
    given = secrets or GivenSecrets()
    addons = _addons(settings, cluster, opts)
    # Every pod there gets a sidecar: what puts it in comes before the namespaces.
    base = Base("base", BaseArgs(after=(addons.mesh.ready,), scrapers=addons.scrapers), opts)
    gateway = Gateway(
        "gateway",
        GatewayArgs(
            settings=settings.gateway,
            mesh=addons.mesh,
            namespaces=base.namespaces,
            certificates=addons.certificates,
            secrets=given,
        ),
        opts,
    )
    identity = Identity(
        "identity",
        IdentityArgs(
            settings=settings.identity,
            gateway=settings.gateway,
            mesh=gateway.mesh,
            mesh_addon=addons.mesh,
            namespaces=base.namespaces,
            secrets=given,
            token_issuer=_token_issuer(cluster),
            node_pools=cluster.node_pools,
        ),
        opts,
    )
    gpu = Gpu(
        "gpu",
        GpuArgs(cluster=cluster, settings=settings.gpu, charts=addons.scope, monitoring=addons.monitoring),
        opts,
    )
    return Ground(
        cluster=cluster,
        addons=addons,
        certificates=addons.certificates,
        mesh=gateway.mesh,
        identity=identity.user,
        namespaces=base.namespaces,
        offers={**addons.offers, "gpu": gpu.offer, "base": base.offer, "identity": identity.offer},
        first_user=identity.first_user,
        opts=opts,
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
            more_charts=gpu_charts(Devices.of(cluster), settings.gpu),
        ),
        opts,
    )


def _token_issuer(cluster: Cluster) -> pulumi.Output[str] | None:
    """The issuer of service account tokens, where the cloud's account tells it."""
    return cluster.cloud.oidc_issuer_url if cluster.cloud else None
