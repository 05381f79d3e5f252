"""Routes and rules of the Istio mesh, in the shapes that Kubeflow's web apps share."""

from collections.abc import Mapping, Sequence

from pulumi_kubernetes.apiextensions import CustomResource

from ..contracts import Caller, Mesh
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
) -> CustomResource:
    """Send what the gateway receives below `prefix` to a Service.

    Args:
        rewrite: what the prefix becomes on the way; None keeps it.
        request_headers: set on each request, whatever the client sent.
        timeout: Istio duration such as `300s`; None leaves Istio's own default (no timeout).
    """
    http: dict[str, object] = {
        "match": [{"uri": {"prefix": prefix}}],
        "route": [
            {"destination": {"host": scope.host(service, mesh.cluster_domain), "port": {"number": port}}}
        ],
    }
    if rewrite is not None:
        http["rewrite"] = {"uri": rewrite}
    if request_headers:
        http["headers"] = {"request": {"set": dict(request_headers)}}
    if timeout is not None:
        http["timeout"] = timeout
    return CustomResource(
        scope.unique(name),
        api_version=NETWORKING,
        kind="VirtualService",
        metadata=scope.metadata(name, app=app),
        spec={"gateways": [mesh.gateway], "hosts": ["*"], "http": [http]},
        opts=scope.options(mesh.ready),
    )


def mutual_tls(scope: Scope, mesh: Mesh, name: str, *, app: str, service: str) -> CustomResource:
    """Have the mesh's clients of a Service speak mutual TLS to it."""
    return CustomResource(
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
) -> CustomResource:
    """Let only requests that match one of the rules reach the selected pods (AuthorizationPolicy ALLOW)."""
    return CustomResource(
        scope.unique(name),
        api_version=SECURITY,
        kind="AuthorizationPolicy",
        metadata=scope.metadata(name, app=app),
        spec={
            "action": "ALLOW",
            "selector": {"matchLabels": dict(selector)},
            "rules": [dict(rule) for rule in rules],
        },
        opts=scope.options(mesh.ready),
    )


def see_every_namespace(
    scope: Scope, mesh: Mesh, name: str, *, app: str, selector: Mapping[str, str]
) -> CustomResource:
    """Let the selected pods' proxies know the Services and routes of every namespace.

    The mesh shows a pod its own namespace and Kubeflow's only. A Service that a proxy does not know is spoken
    to without mutual TLS.
    """
    return CustomResource(
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
