"""Login: who people and programs are, decided at the gateway.

Installs OAuth2 Proxy, Dex unless the company's own provider is asked directly, and the gateway's policies and
filters. Needs the gateway and Istio. Offers contracts.UserIdentity, and the first user.
"""

from dataclasses import dataclass

import pulumi

from ..contracts import Mesh, MeshAddon, Namespaces, NodePool, Offer, UserIdentity
from ..dynamic import GeneratedPassword
from .dex import Dex, DexArgs, FirstUser
from .dex_config import CLIENT_ID
from .filters import edge_filters
from .gateway_settings import GatewaySettings
from .places import gateway_scope
from .policies import PoliciesArgs, policies
from .proxy import OAuth2Proxy, OAuth2ProxyArgs, proxy_pods
from .proxy_arguments import logout_path
from .secrets import CLIENT_SECRET, GivenSecrets
from .settings import IdentitySettings


@dataclass(frozen=True, kw_only=True)
class IdentityArgs:
    """What login needs.

    Attributes:
        mesh: the gateway as routes see it. mesh_addon: Istio itself.
        token_issuer: issuer of the cluster's service account tokens, where the cluster knows it.
    """

    settings: IdentitySettings
    gateway: GatewaySettings
    mesh: Mesh
    mesh_addon: MeshAddon
    namespaces: Namespaces
    secrets: GivenSecrets
    token_issuer: pulumi.Input[str] | None = None
    node_pools: tuple[NodePool, ...] = ()


class Identity(pulumi.ComponentResource):
    """Login at the gateway.

    Attributes:
        user: how a request names its user.
        first_user: who can log in at once; None where another provider knows the users.
    """

    user: UserIdentity
    first_user: FirstUser | None = None
    offer: Offer

    def __init__(self, name: str, args: IdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:identity:Identity", name, None, opts)
        settings, gateway = args.settings, args.gateway
        self.user = UserIdentity(
            header=settings.user_header,
            prefix=settings.user_prefix,
            groups_header=settings.groups_header,
            logout_path=logout_path(settings, gateway),
        )
        self.offer = Offer(namespaces=())
        scope = gateway_scope(self, args.mesh_addon.namespace, args.namespaces)
        edge_filters(scope, args.mesh_addon, settings, gateway)
        if settings.provider != "none":
            self._log_in(args)
            policies(
                scope,
                PoliciesArgs(
                    identity=settings,
                    gateway=gateway,
                    mesh=args.mesh_addon,
                    token_issuer=args.token_issuer,
                ),
            )
        self.register_outputs({})

    def _log_in(self, args: IdentityArgs) -> None:
        """Declare OAuth2 Proxy, and Dex where it is the provider."""
        inside = pulumi.ResourceOptions(parent=self)
        oidc = args.settings.oidc
        client_secret = self._client_secret(args)
        proxy = OAuth2Proxy(
            "oauth2-proxy",
            OAuth2ProxyArgs(
                settings=args.settings,
                gateway=args.gateway,
                mesh=args.mesh,
                namespaces=args.namespaces,
                secrets=args.secrets,
                client_id=oidc.client_id if oidc else CLIENT_ID,
                client_secret=client_secret,
                node_pools=args.node_pools,
            ),
            inside,
        )
        self.offer += proxy.offer
        if args.settings.provider == "dex":
            dex = Dex(
                "dex",
                DexArgs(
                    settings=args.settings.dex,
                    gateway=args.gateway,
                    mesh=args.mesh,
                    namespaces=args.namespaces,
                    secrets=args.secrets,
                    client_secret=client_secret,
                    callers=(proxy_pods(),),
                    session_lifetime=args.settings.proxy.session_lifetime,
                    admin_rotation=args.settings.rotation.admin_password,
                    node_pools=args.node_pools,
                ),
                inside,
            )
            self.offer += dex.offer
            self.first_user = dex.first_user

    def _client_secret(self, args: IdentityArgs) -> pulumi.Output[str]:
        """What OAuth2 Proxy shows the provider: a company's gave it out, Dex takes any that both know."""
        if args.settings.oidc:
            return args.secrets.require(CLIENT_SECRET)
        given = args.secrets.get(CLIENT_SECRET)
        if given is not None:
            return given
        made = GeneratedPassword(
            CLIENT_SECRET,
            rotate=args.settings.rotation.client_secret,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return made.value
