"""Routes and rules of the Istio mesh, in the shapes that Kubeflow's web apps share.

A component calls these functions whether there is a mesh or not. Where there is none (contracts.Mesh,
`collected`), routes are collected for the program that stands in the gateway's place, and the rules of the
mesh, which nobody would follow, are not declared.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from ..contracts import Caller, Mesh, Route, TeamRoute
from .scope import Scope

NETWORKING = "networking.istio.io/v1"
SECURITY = "security.istio.io/v1"


def route(
    scope: Scope,
    mesh: Mesh,
    name: str,
    *,
    app: str,
    prefix: str,
    service: str,
    port: int = 80,
    rewrite: str | None = "/",
    request_headers: Mapping[str, str] | None = None,
    timeout: str | None = None,
) -> None:
    """Send what the gateway receives below `prefix` to a Service.

    Args:
        rewrite: what the prefix becomes on the way; None keeps it.
        request_headers: set on each request, whatever the client sent.
        timeout: Istio duration such as `300s`; None leaves Istio's own default (no timeout).
    """
    way = Route(
        prefix=prefix,
        host=scope.host(service, mesh.cluster_domain),
        port=port,
        rewrite=rewrite,
        request_headers=request_headers or {},
        timeout=timeout,
    )
    routes(scope, mesh, name, app=app, ways=[way])


def routes(scope: Scope, mesh: Mesh, name: str, *, app: str, ways: Sequence[Route]) -> None:
    """Send what the gateway receives along the first of these routes that fits."""
    if mesh.collected is not None:
        mesh.collected.routes.extend(ways)
        return
    CustomResource(
        scope.unique(name),
        api_version=NETWORKING,
        kind="VirtualService",
        metadata=scope.metadata(name, app=app),
        spec={"gateways": [mesh.gateway], "hosts": ["*"], "http": [_http_route(way) for way in ways]},
        opts=scope.options(mesh.ready),
    )


def routes_of_teams(mesh: Mesh, ways: TeamRoute) -> None:
    """Say which routes a controller makes for what it starts in teams' namespaces.

    In the mesh the controller declares them by itself; without one they are collected like all others.
    """
    if mesh.collected is not None:
        mesh.collected.team_routes.append(ways)


def _http_route(way: Route) -> dict[str, object]:
    uri: dict[str, object] = {"uri": {"prefix": way.prefix}}
    if way.ignore_case:
        uri["ignoreUriCase"] = True
    if way.query:
        uri["queryParams"] = {name: {"regex": value} for name, value in way.query.items()}
    http: dict[str, object] = {"match": [uri]}
    if way.refusal is not None:
        http["directResponse"] = {"status": 403, "body": {"string": way.refusal}}
        return http
    http["route"] = [{"destination": {"host": way.host, "port": {"number": way.port}}}]
    if way.rewrite is not None:
        http["rewrite"] = {"uri": way.rewrite}
    if way.request_headers:
        http["headers"] = {"request": {"set": dict(way.request_headers)}}
    if way.timeout is not None:
        http["timeout"] = way.timeout
    return http


def mutual_tls(scope: Scope, mesh: Mesh, name: str, *, app: str, service: str) -> None:
    """Have the mesh's clients of a Service speak mutual TLS to it."""
    if not mesh.present:
        return
    CustomResource(
        scope.unique(name),
        api_version=NETWORKING,
        kind="DestinationRule",
        metadata=scope.metadata(name, app=app),
        spec={
            "host": scope.host(service, mesh.cluster_domain),
            "trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}},
        },
        opts=scope.options(mesh.ready),
    )


def allow(
    scope: Scope,
    mesh: Mesh,
    name: str,
    *,
    app: str,
    selector: Mapping[str, str],
    rules: Sequence[Mapping[str, object]],
) -> None:
    """Let only requests that match one of the rules reach the selected pods (AuthorizationPolicy ALLOW)."""
    spec = {
        "action": "ALLOW",
        "selector": {"matchLabels": dict(selector)},
        "rules": [dict(rule) for rule in rules],
    }
    policy(mesh, scope.unique(name), scope.metadata(name, app=app), spec, scope.options(mesh.ready))


def policy(
    mesh: Mesh,
    resource: str,
    metadata: ObjectMetaArgsDict,
    spec: Mapping[str, object],
    options: pulumi.ResourceOptions,
) -> None:
    """Declare an AuthorizationPolicy; `resource` is what Pulumi calls it. Without a mesh nobody reads one."""
    if not mesh.present:
        return
    CustomResource(
        resource,
        api_version=SECURITY,
        kind="AuthorizationPolicy",
        metadata=metadata,
        spec=dict(spec),
        opts=options,
    )


def see_every_namespace(
    scope: Scope, mesh: Mesh, name: str, *, app: str, selector: Mapping[str, str]
) -> None:
    """Let the selected pods' proxies know the Services and routes of every namespace.

    The mesh shows a pod its own namespace and Kubeflow's only. A Service that a proxy does not know is spoken
    to without mutual TLS.
    """
    if not mesh.present:
        return
    CustomResource(
        scope.unique(name),
        api_version=NETWORKING,
        kind="Sidecar",
        metadata=scope.metadata(name, app=app),
        spec={"workloadSelector": {"labels": dict(selector)}, "egress": [{"hosts": ["*/*"]}]},
        opts=scope.options(mesh.ready),
    )


def from_principals(*principals: str) -> dict[str, object]:
    """A rule that matches requests from pods with one of these identities."""
    return {"from": [{"source": {"principals": list(principals)}}]}


def principal(mesh: Mesh, caller: Caller) -> str:
    """The mesh identity of a caller (SPIFFE, without its scheme)."""
    return f"{mesh.cluster_domain}/ns/{caller.namespace}/sa/{caller.account}"


def service_account_principal(scope: Scope, account: str, mesh: Mesh) -> str:
    """The mesh identity of a service account in the component's namespace (SPIFFE, without its scheme)."""
    return principal(mesh, scope.caller({}, account))
