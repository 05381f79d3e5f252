"""OAuth2 Proxy: sessions of people, and the gateway's answer to who is asking.

Installs the namespace `oauth2-proxy` and in it the program with its secrets, the route to its own pages, and
the rule that only the gateway reaches it. Needs the gateway, and Dex or another provider. Offers
contracts.Offer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Secret, ServiceAccount

from ..contracts import Caller, Mesh, Namespaces, NodePool, Offer
from ..dynamic import GeneratedPassword
from ..kube.config import config_map
from ..kube.mesh import NETWORKING, allow, from_principals, mutual_tls, route
from ..kube.metrics import scraped
from ..kube.network import SIDECAR_METRICS, Opening, allow_ingress
from ..kube.program import Mount, Program, http_probe, secret_key
from ..kube.pulling import pull_secrets
from ..kube.scope import Scope
from ..kube.workload import VolumeSource, deployment, service
from ..versions import Identity as Images
from .dex_config import NAMESPACE as DEX_NAMESPACE
from .gateway_settings import GatewaySettings
from .places import fingerprint, own_namespace
from .proxy_arguments import (
    AUTHORITY_FILE,
    AUTHORITY_FOLDER,
    METRICS_PORT,
    NAMESPACE,
    PORT,
    arguments,
)
from .secrets import COOKIE_SECRET, GivenSecrets
from .settings import IdentitySettings

APP = "oauth2-proxy"
# gcr.io/distroless/static:nonroot, the image's base (oauth2-proxy v7.15.2, Dockerfile).
_USER = 65532


@dataclass(frozen=True, kw_only=True)
class OAuth2ProxyArgs:
    """What OAuth2 Proxy needs.

    Attributes:
        client_id, client_secret: what it shows the provider.
    """

    settings: IdentitySettings
    gateway: GatewaySettings
    mesh: Mesh
    namespaces: Namespaces
    secrets: GivenSecrets
    client_id: str
    client_secret: pulumi.Output[str]
    node_pools: tuple[NodePool, ...] = ()


class OAuth2Proxy(pulumi.ComponentResource):
    """OAuth2 Proxy at the gateway."""

    offer: Offer

    def __init__(self, name: str, args: OAuth2ProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:identity:OAuth2Proxy", name, None, opts)
        scope = own_namespace(self, NAMESPACE, args.namespaces, args.mesh)
        settings = args.settings.proxy
        account = ServiceAccount(
            scope.unique(APP),
            metadata=scope.metadata(APP, app=APP),
            automount_service_account_token=False,
            image_pull_secrets=pull_secrets(),
            opts=scope.options(),
        )
        cookie_secret = _cookie_secret(scope, args)
        secret = Secret(
            scope.unique(APP),
            metadata=scope.metadata(APP, app=APP),
            string_data={
                "client-id": args.client_id,
                "client-secret": args.client_secret,
                "cookie-secret": cookie_secret,
            },
            opts=scope.options(),
        )
        authority = _authority(scope, args)
        workload = deployment(
            scope,
            APP,
            app=APP,
            programs=[_program(args, secret.metadata.name)],
            volumes=authority,
            settings=settings,
            service_account=account.metadata.name,
            node_pools=args.node_pools,
            api_token=False,
            always_budgeted=True,
            pod_annotations=scraped(METRICS_PORT),
            config_hash=fingerprint(
                args.client_id, args.client_secret, cookie_secret, _authority_of(args) or ""
            ),
        )
        service(scope, APP, selector=workload.selector, ports={"http": (80, "http")}, app=APP)
        route(scope, args.mesh, APP, app=APP, prefix="/oauth2/", service=APP, rewrite=None)
        mutual_tls(scope, args.mesh, APP, app=APP, service=APP)
        _see_dex(scope, args)
        rules = [from_principals(args.mesh.gateway_principal)]
        allow(scope, args.mesh, APP, app=APP, selector=workload.selector, rules=rules)
        # It is alone in its namespace, which the same policy closes.
        allow_ingress(
            scope,
            "allow-istio-ingressgateway",
            selector=None,
            openings=[Opening(ports=["http"], callers=[args.mesh.gateway_pods])],
            metrics=SIDECAR_METRICS,
            app=APP,
        )
        self.offer = Offer(images=workload.images, request=workload.request, namespaces=(NAMESPACE,))
        self.register_outputs({})


def proxy_pods() -> Caller:
    """The pods of OAuth2 Proxy, which ask the provider."""
    return Caller(namespace=NAMESPACE, labels={"app": APP}, account=APP)


def _authority_of(args: OAuth2ProxyArgs) -> str | None:
    return args.settings.oidc.authority if args.settings.oidc else None


def _authority(scope: Scope, args: OAuth2ProxyArgs) -> Mapping[str, VolumeSource]:
    """The CA of the company's provider, as a volume, where it is one of its own."""
    certificates = _authority_of(args)
    if certificates is None:
        return {}
    config = config_map(scope, f"{APP}-authority", {AUTHORITY_FILE: certificates}, app=APP)
    return {"authority": {"config_map": {"name": config.name}}}


def _see_dex(scope: Scope, args: OAuth2ProxyArgs) -> None:
    """Have its sidecar know Dex, whatever the mesh shows by default: strangers get no mutual TLS."""
    if args.settings.provider == "dex":
        hosts = ["./*", f"{DEX_NAMESPACE}/*", f"{args.mesh.namespace}/*"]
        CustomResource(
            scope.unique(APP),
            api_version=NETWORKING,
            kind="Sidecar",
            metadata=scope.metadata(APP, app=APP),
            spec={"workloadSelector": {"labels": {"app": APP}}, "egress": [{"hosts": hosts}]},
            opts=scope.options(args.mesh.ready),
        )


def _cookie_secret(scope: Scope, args: OAuth2ProxyArgs) -> pulumi.Output[str]:
    given = args.secrets.get(COOKIE_SECRET)
    if given is not None:
        return given
    # Letters and digits that are read as base64 of 24 bytes: a key of AES-192.
    made = GeneratedPassword(
        COOKIE_SECRET, length=32, rotate=args.settings.rotation.cookie_secret, opts=scope.options()
    )
    return made.value


def _program(args: OAuth2ProxyArgs, secret: pulumi.Output[str]) -> Program:
    authority = [Mount(path=AUTHORITY_FOLDER, volume="authority")] if _authority_of(args) else []
    return Program(
        name=APP,
        image=Images.OAUTH2_PROXY,
        settings=args.settings.proxy,
        args=arguments(args.settings, args.gateway),
        environment={
            "OAUTH2_PROXY_CLIENT_ID": secret_key(secret, "client-id"),
            "OAUTH2_PROXY_CLIENT_SECRET": secret_key(secret, "client-secret"),
            "OAUTH2_PROXY_COOKIE_SECRET": secret_key(secret, "cookie-secret"),
        },
        ports={"http": PORT, "metrics": METRICS_PORT},
        live=http_probe("/ping", "http"),
        ready=http_probe("/ready", "http"),
        mounts=authority,
        user=_USER,
        read_only_root=True,
    )
