"""Who may pass the gateway: people whom OAuth2 Proxy knows, and programs with a token of the cluster.

A request of a browser is put before OAuth2 Proxy (AuthorizationPolicy CUSTOM, Envoy's ext_authz), which adds
the provider's ID token. Each token is verified by the gateway itself (RequestAuthentication), which writes
the user's name into the header that programs read. Whatever has no verified token then is refused (DENY), so
that a failure of any one of them lets nobody in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.rbac.v1 import ClusterRoleBinding

from ..contracts import ExternalAuthorization, MeshAddon
from ..kube.mesh import SECURITY
from ..kube.scope import Scope
from .dex_config import CLIENT_ID, address, issuer
from .gateway_settings import GatewaySettings
from .proxy_arguments import NAMESPACE as PROXY_NAMESPACE
from .settings import IdentitySettings

AUTHORIZER = "oauth2-proxy"
_ANONYMOUS = "system:unauthenticated"
_KEYS_ROLE = "system:service-account-issuer-discovery"
_CHALLENGE = "/.well-known/acme-challenge/*"


def external_authorizer(cluster_domain: str) -> ExternalAuthorization:
    """OAuth2 Proxy, as Istio's mesh configuration has to know it."""
    return ExternalAuthorization(
        name=AUTHORIZER,
        host=f"oauth2-proxy.{PROXY_NAMESPACE}.svc.{cluster_domain}",
        port=80,
        # Accept tells a page from a request in the background.
        sent=("accept", "authorization", "cookie"),
        added=("authorization", "x-auth-request-email", "x-auth-request-groups", "x-auth-request-user"),
        returned=("content-type", "location", "set-cookie"),
        # A session that was fetched anew comes with a new cookie.
        returned_on_allow=("set-cookie",),
    )


@dataclass(frozen=True, kw_only=True)
class PoliciesArgs:
    """What the policies are made of.

    Attributes:
        token_issuer: issuer of the cluster's tokens where the settings name none and the cluster knows.
    """

    identity: IdentitySettings
    gateway: GatewaySettings
    mesh: MeshAddon
    token_issuer: pulumi.Input[str] | None = None


def policies(scope: Scope, args: PoliciesArgs) -> None:
    """Declare the gateway's policies."""
    open_paths = ["/oauth2/*"]
    if args.identity.provider == "dex":
        open_paths.append("/dex/*")
    if args.gateway.tls.acme and args.gateway.tls.acme.challenge == "http01":
        open_paths.append(_CHALLENGE)
    guarded = _guarded(open_paths, args.gateway.host)
    people = _people(args)
    no_token = {"key": "request.headers[authorization]", "notValues": ["Bearer *"]}
    _policy(
        scope,
        args,
        "istio-ingressgateway-oauth2-proxy",
        {
            "action": "CUSTOM",
            "provider": {"name": AUTHORIZER},
            "rules": [{"to": guarded, "when": [no_token]}],
        },
    )
    # A person's token counts only where OAuth2 Proxy has just put it there: whoever got hold of one cannot
    # use it, and the proxy's rules on who may log in hold for every request.
    by_itself = {"key": "request.headers[x-auth-request-email]", "notValues": ["*"]}
    _policy(
        scope,
        args,
        "istio-ingressgateway-require-jwt",
        {
            "action": "DENY",
            "rules": [
                {"from": [{"source": {"notRequestPrincipals": ["*"]}}], "to": guarded},
                {
                    "from": [{"source": {"requestPrincipals": [f"{people['issuer']}/*"]}}],
                    "to": guarded,
                    "when": [by_itself],
                },
            ],
        },
    )
    _tokens(scope, args, "dex-jwt" if args.identity.provider == "dex" else "oidc-jwt", people)
    if args.identity.programs.enabled:
        _programs(scope, args)


def _guarded(open_paths: list[str], host: str | None) -> list[Mapping[str, object]]:
    """All but the pages of the login, and those under the platform's own name only."""
    guarded: list[Mapping[str, object]] = [{"operation": {"notPaths": open_paths}}]
    if host is not None:
        guarded.append({"operation": {"notHosts": [host, f"{host}:*"]}})
    return guarded


def _people(args: PoliciesArgs) -> dict[str, object]:
    """How tokens of people are verified. They are for this platform's client alone, and go no further."""
    oidc = args.identity.oidc
    rule = _rule(args, oidc.user_claim if oidc else "email")
    if oidc:
        return {**rule, "issuer": oidc.issuer, "audiences": [oidc.client_id]}
    return {
        **rule,
        "issuer": issuer(args.gateway),
        "audiences": [CLIENT_ID],
        "jwksUri": f"{address(args.gateway)}/keys",
    }


def _programs(scope: Scope, args: PoliciesArgs) -> None:
    settings, domain = args.identity.programs, args.gateway.cluster_domain
    inside = f"https://kubernetes.default.svc.{domain}"
    known = settings.issuer or args.token_issuer
    rule = {**_rule(args, "sub"), "issuer": known or inside, "audiences": list(settings.audiences)}
    if (settings.keys or ("issuer" if known else "apiServer")) == "apiServer":
        # Public keys, which the API server shows to whoever is known to it, and istiod asks as nobody.
        ClusterRoleBinding(
            "unauthenticated-oidc-viewer",
            metadata=scope.cluster_metadata("unauthenticated-oidc-viewer"),
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": _KEYS_ROLE},
            subjects=[{"kind": "Group", "name": _ANONYMOUS, "api_group": "rbac.authorization.k8s.io"}],
            opts=scope.options(),
        )
        rule["jwksUri"] = f"{inside}/openid/v1/jwks"
    _tokens(scope, args, "m2m-token-issuer", rule)


def _rule(args: PoliciesArgs, claim: str) -> dict[str, object]:
    return {
        "fromHeaders": [{"name": "Authorization", "prefix": "Bearer "}],
        "forwardOriginalToken": False,
        "outputClaimToHeaders": [{"header": args.identity.user_header, "claim": claim}],
    }


def _tokens(scope: Scope, args: PoliciesArgs, name: str, rule: Mapping[str, object]) -> None:
    _object(scope, args, "RequestAuthentication", name, {"jwtRules": [dict(rule)]})


def _policy(scope: Scope, args: PoliciesArgs, name: str, spec: Mapping[str, object]) -> None:
    _object(scope, args, "AuthorizationPolicy", name, spec)


def _object(scope: Scope, args: PoliciesArgs, kind: str, name: str, spec: Mapping[str, object]) -> None:
    CustomResource(
        scope.unique(name),
        api_version=SECURITY,
        kind=kind,
        metadata=scope.metadata(name),
        spec={"selector": {"matchLabels": dict(args.mesh.gateway_selector)}, **spec},
        opts=scope.options(args.mesh.ready),
    )
