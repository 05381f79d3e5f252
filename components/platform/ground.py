"""What every component stands on: add-ons, namespaces, gateway."""

from dataclasses import dataclass

import pulumi

from ..addons.cert_manager import CertManager, CertManagerArgs
from ..addons.istio import Istio, IstioArgs
from ..contracts import CertificateAuthority, Cluster, Mesh, Namespaces, Offer, UserIdentity
from ..identity.gateway import Gateway, GatewayArgs
from ..kubeflow.base import Base, BaseArgs
from ..platform_settings import IdentitySettings, PlatformSettings


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The contracts that most components need.

    Attributes:
        offer: what the base tells the platform about itself.
        opts: options of every component.
    """

    cluster: Cluster
    certificates: CertificateAuthority
    mesh: Mesh
    identity: UserIdentity
    namespaces: Namespaces
    offer: Offer
    opts: pulumi.ResourceOptions


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
        cluster=cluster,
        certificates=certificates.authority,
        mesh=gateway.mesh,
        identity=_identity(settings.identity),
        namespaces=base.namespaces,
        offer=base.offer,
        opts=opts,
    )


def _identity(settings: IdentitySettings) -> UserIdentity:
    return UserIdentity(
        header=settings.user_header,
        prefix=settings.user_prefix,
        groups_header=settings.groups_header,
        logout_path=settings.logout_path,
    )
