"""Dex: says who people are, by itself or by asking other providers.

Installs the namespace `auth` and in it Dex with its API types, its configuration and its secrets, the route
to its pages, and who may reach what of it. Needs the gateway. Offers contracts.Offer, and the first user.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import EnvVarSourceArgsDict, Secret

from ..contracts import Caller, Mesh, Namespaces, NodePool, Offer
from ..dynamic import GeneratedPassword, PasswordHash
from ..kube.api_types import api_types
from ..kube.config import config_map
from ..kube.mesh import allow, from_principals, mutual_tls, principal, route
from ..kube.metrics import scraped
from ..kube.network import SIDECAR_METRICS, Opening, allow_ingress
from ..kube.objects import access
from ..kube.program import Environment, Mount, Program, http_probe, pod_field, secret_key
from ..kube.scope import Scope
from ..kube.workload import Workload, deployment, service
from ..versions import Identity as Images
from .dex_config import (
    CLIENT_ID,
    CLIENT_ID_VARIABLE,
    CLIENT_SECRET_VARIABLE,
    NAMESPACE,
    PORT,
    TELEMETRY_PORT,
    config_file,
    secret_environment,
)
from .dex_settings import DexSettings
from .gateway_settings import GatewaySettings
from .places import FOLDER, fingerprint, own_namespace
from .secrets import ADMIN_PASSWORD, GivenSecrets

APP = "dex"
# The image's own (Dockerfile of dexidp/dex v2.45.1).
_USER = 1001
_CONFIG = "/etc/dex/cfg"
# What may be read without being known: public keys, and where they are. istiod, which has no identity in the
# mesh, hands the keys to the gateway. Nobody else gets there: see the network policy.
_PUBLIC = {"methods": ["GET"], "paths": ["/dex/keys", "/dex/.well-known/openid-configuration"]}


@dataclass(frozen=True, kw_only=True)
class FirstUser:
    """Who can log in right after the installation."""

    email: str
    password: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class DexArgs:
    """What Dex needs.

    Attributes:
        client_secret: what OAuth2 Proxy shows it. callers: who asks it beside the gateway and istiod.
        session_lifetime: how long its tokens are valid (`24h`).
        admin_rotation: another text makes another password of the first user.
    """

    settings: DexSettings
    gateway: GatewaySettings
    mesh: Mesh
    namespaces: Namespaces
    secrets: GivenSecrets
    client_secret: pulumi.Output[str]
    callers: tuple[Caller, ...]
    session_lifetime: str
    admin_rotation: str = ""
    node_pools: tuple[NodePool, ...] = ()


class Dex(pulumi.ComponentResource):
    """Dex and its first user."""

    first_user: FirstUser | None
    offer: Offer

    def __init__(self, name: str, args: DexArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:identity:Dex", name, None, opts)
        types = api_types(FOLDER / "api_types.yaml", parent=self)
        scope = own_namespace(self, NAMESPACE, args.namespaces, args.mesh)
        bindings = access(scope, FOLDER / "dex_rbac.yaml")
        self.first_user, admin_hash = _first_user(self, args)
        users = secret_environment(args.settings, args.secrets, admin_hash)
        environment = _environment(scope, args, users)
        config = config_map(
            scope,
            APP,
            {"config.yaml": config_file(args.settings, args.gateway, args.session_lifetime)},
            app=APP,
        )
        workload = deployment(
            scope,
            APP,
            app=APP,
            programs=[_program(args.settings, environment)],
            settings=args.settings,
            service_account=APP,
            node_pools=args.node_pools,
            always_budgeted=True,
            volumes={"config": {"config_map": {"name": config.name}}},
            pod_annotations=scraped(TELEMETRY_PORT),
            config_hash=fingerprint(config.digest, args.client_secret, *users.values()),
            after=[*bindings, *types],
        )
        service(scope, APP, selector=workload.selector, ports={"http": (PORT, "http")}, app=APP)
        route(scope, args.mesh, APP, app=APP, prefix="/dex/", service=APP, port=PORT, rewrite=None)
        mutual_tls(scope, args.mesh, APP, app=APP, service=APP)
        _let_in(scope, args, workload)
        self.offer = Offer(images=workload.images, request=workload.request, namespaces=(NAMESPACE,))
        self.register_outputs({})


def _first_user(parent: Dex, args: DexArgs) -> tuple[FirstUser | None, pulumi.Output[str] | None]:
    """The first user, whose password is given or made here, and its hash, made once."""
    email = args.settings.admin
    if email is None:
        return None, None
    opts = pulumi.ResourceOptions(parent=parent)
    password = args.secrets.get(ADMIN_PASSWORD)
    if password is None:
        made = GeneratedPassword(ADMIN_PASSWORD, length=24, rotate=args.admin_rotation, opts=opts)
        password = made.value
    hashed = PasswordHash(f"{ADMIN_PASSWORD}-hash", password=password, opts=opts)
    return FirstUser(email=email, password=password), hashed.value


def _environment(scope: Scope, args: DexArgs, users: Mapping[str, pulumi.Output[str]]) -> Environment:
    """The variables, each from one of two Secrets: the client's, and those of users and connectors."""
    client = {CLIENT_ID_VARIABLE: CLIENT_ID, CLIENT_SECRET_VARIABLE: args.client_secret}
    result: dict[str, pulumi.Input[str] | EnvVarSourceArgsDict] = {
        "KUBERNETES_POD_NAMESPACE": pod_field("metadata.namespace")
    }
    for name, data in (("dex-oidc-client", client), ("dex-passwords", users)):
        if data:
            secret = Secret(
                scope.unique(name),
                metadata=scope.metadata(name, app=APP),
                string_data=dict(data),
                opts=scope.options(),
            )
            result |= {variable: secret_key(secret.metadata.name, variable) for variable in data}
    return result


def _program(settings: DexSettings, environment: Environment) -> Program:
    return Program(
        name=APP,
        image=Images.DEX,
        settings=settings,
        # The image's own entrypoint renders templates first.
        command=["dex", "serve", f"{_CONFIG}/config.yaml"],
        environment=environment,
        ports={"http": PORT, "metrics": TELEMETRY_PORT},
        live=http_probe("/healthz/live", "metrics", delay=5, timeout=3),
        ready=http_probe("/healthz/ready", "metrics", timeout=3),
        mounts=[Mount(path=_CONFIG, volume="config")],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )


def _let_in(scope: Scope, args: DexArgs, workload: Workload) -> None:
    """The gateway and OAuth2 Proxy reach Dex, istiod its public keys, nobody anything else."""
    mesh = args.mesh
    known = [principal(mesh, caller) for caller in args.callers]
    rules = [from_principals(mesh.gateway_principal, *known), {"to": [{"operation": _PUBLIC}]}]
    allow(scope, mesh, APP, app=APP, selector=workload.selector, rules=rules)
    # It is alone in its namespace, which the same policy closes.
    callers = [mesh.gateway_pods, mesh.control_plane, *args.callers]
    allow_ingress(
        scope,
        "allow-istio-and-oauth2-proxy",
        selector=None,
        openings=[Opening(ports=["http"], callers=callers)],
        metrics=SIDECAR_METRICS,
        app=APP,
    )
