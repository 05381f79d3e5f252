"""What the gateway's proxy does to every request, beyond what Istio's own objects can say.

In this order: headers that name a user are dropped, whoever sent them; plain HTTP is redirected; the
platform's policies decide; and the program behind the route is told who is asking, without the session's
cookie. The first is no script: a script that fails lets a request pass, and this must not.
"""

import json
from collections.abc import Mapping

from pulumi_kubernetes.apiextensions import CustomResource

from ..contracts import MeshAddon
from ..kube.scope import Scope
from .gateway_settings import GatewaySettings
from .places import FOLDER
from .proxy_arguments import session_cookie
from .settings import IdentitySettings

NAME = "kubeflow-gateway"
ENVOY_FILTER = "networking.istio.io/v1alpha3"
# What OAuth2 Proxy says of a user; Envoy lets what it does not say pass as the client sent it.
PROXY_HEADERS = (
    "x-auth-request-user",
    "x-auth-request-email",
    "x-auth-request-groups",
    "x-auth-request-preferred-username",
)

_HTTP = "envoy.extensions.filters.http"
_MANAGER = "envoy.filters.network.http_connection_manager"


def edge_filters(
    scope: Scope, mesh: MeshAddon, identity: IdentitySettings, gateway: GatewaySettings
) -> CustomResource:
    """Declare the filters of the gateway's pods."""
    after = {"operation": "INSERT_BEFORE"}
    first = {"operation": "INSERT_FIRST"}
    router = {"subFilter": {"name": "envoy.filters.http.router"}}
    # Of several that come first, the last one does.
    patches = [
        _patch(first, {}, _lua("edge", edge_script(gateway))),
        _patch(first, {}, _mutation(dropped_headers(identity))),
        _patch(after, router, _lua("session", session_script(identity, gateway))),
    ]
    return CustomResource(
        scope.unique(NAME),
        api_version=ENVOY_FILTER,
        kind="EnvoyFilter",
        metadata=scope.metadata(NAME),
        spec={"workloadSelector": {"labels": dict(mesh.gateway_selector)}, "configPatches": patches},
        opts=scope.options(mesh.ready),
    )


def dropped_headers(identity: IdentitySettings) -> list[str]:
    """Headers that no client may set."""
    return [identity.user_header.lower(), identity.groups_header.lower(), *PROXY_HEADERS]


def edge_script(gateway: GatewaySettings) -> str:
    """The redirect to HTTPS, and strict transport security."""
    tls = gateway.tls
    hsts = f"max-age={tls.hsts.max_age}" + ("; includeSubDomains" if tls.hsts.include_subdomains else "")
    hosts = ", ".join(_text(host) for host in gateway.hosts if host == gateway.host)
    values = {
        "SECURE": str(gateway.secure).lower(),
        "HOSTS": f"{{{hosts}}}",
        "PORT": _text("" if tls.public_port == 443 else f":{tls.public_port}"),
        "CHALLENGE": str(bool(tls.acme and tls.acme.challenge == "http01")).lower(),
        "HSTS": _text(hsts if gateway.secure and tls.hsts.enabled else ""),
    }
    return _script("edge.lua", values)


def session_script(identity: IdentitySettings, gateway: GatewaySettings) -> str:
    """The user's name and groups for the program behind the route."""
    values = {
        "USER": _text(identity.user_header.lower()),
        "GROUPS": _text(identity.groups_header.lower()),
        "PREFIX": _text(identity.user_prefix),
        "COOKIE": _text(session_cookie(gateway)),
    }
    return _script("session.lua", values)


def _text(value: str) -> str:
    """A text in Lua, whose escapes are those of JSON for what the settings allow."""
    return json.dumps(value, ensure_ascii=False)


def _script(name: str, values: Mapping[str, str]) -> str:
    """A script of this folder without its comments, since a state holds it twice, under its values."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    body = [line for line in lines if line.strip() and not line.startswith("--")]
    return "\n".join([*(f"local {key} = {value}" for key, value in values.items()), *body, ""])


def _lua(name: str, script: str) -> dict[str, object]:
    config = {
        "@type": f"type.googleapis.com/{_HTTP}.lua.v3.Lua",
        "defaultSourceCode": {"inlineString": script},
    }
    return {"name": f"slipway.{name}", "typed_config": config}


def _mutation(headers: list[str]) -> dict[str, object]:
    mutations = {"request_mutations": [{"remove": header} for header in headers]}
    config = {
        "@type": f"type.googleapis.com/{_HTTP}.header_mutation.v3.HeaderMutation",
        "mutations": mutations,
    }
    return {"name": "slipway.headers", "typed_config": config}


def _patch(
    operation: Mapping[str, str], sub_filter: Mapping[str, object], value: Mapping[str, object]
) -> dict[str, object]:
    manager = {"filter": {"name": _MANAGER, **sub_filter}}
    return {
        "applyTo": "HTTP_FILTER",
        "match": {"context": "GATEWAY", "listener": {"filterChain": manager}},
        "patch": {**operation, "value": dict(value)},
    }
