"""What every component stands on: add-ons, namespaces, gateway."""

from dataclasses import dataclass

import pulumi

from ..addons.cert_manager import CertManager, CertManagerArgs
from ..addons.istio import Istio, IstioArgs
from ..contracts import AzureCloud, CertificateAuthority, Cluster, Mesh, Namespaces, Offer, UserIdentity
from ..identity.component import Identity, IdentityArgs
from ..identity.dex import FirstUser
from ..identity.gateway import Gateway, GatewayArgs
from ..identity.secrets import GivenSecrets
from ..kubeflow.base import Base, BaseArgs
from ..platform_settings import PlatformSettings


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The contracts that most components need.

    Attributes:
        offer: what the base tells the platform about itself. login: what login tells.
        first_user: who can log in at once, where there is such a user.
        opts: options of every component.
    """

    cluster: Cluster
    certificates: CertificateAuthority
    mesh: Mesh
    identity: UserIdentity
    namespaces: Namespaces
    offer: Offer
    login: Offer
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
    certificates = CertManager("cert-manager", CertManagerArgs(capabilities=cluster.capabilities), opts)
    istio = Istio("istio", IstioArgs(capabilities=cluster.capabilities), opts)
    base = Base("base", BaseArgs(), opts)
    gateway = Gateway(
        "gateway",
        GatewayArgs(
            settings=settings.gateway,
            mesh=istio.mesh,
            namespaces=base.namespaces,
            certificates=certificates.authority,
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
            mesh_addon=istio.mesh,
            namespaces=base.namespaces,
            secrets=given,
            token_issuer=_token_issuer(cluster),
            node_pools=cluster.node_pools,
        ),
        opts,
    )
    return Ground(
        cluster=cluster,
        certificates=certificates.authority,
        mesh=gateway.mesh,
        identity=identity.user,
        namespaces=base.namespaces,
        offer=base.offer,
        login=identity.offer,
        first_user=identity.first_user,
        opts=opts,
    )


def _token_issuer(cluster: Cluster) -> pulumi.Output[str] | None:
    """The issuer of service account tokens, where the cloud's account tells it."""
    return cluster.cloud.oidc_issuer_url if isinstance(cluster.cloud, AzureCloud) else None
