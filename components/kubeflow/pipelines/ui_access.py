"""Who reaches the pages, and which artifacts they are given.

The server hands out artifacts without asking who wants them (handlers/artifacts.ts of frontend/server in
kubeflow/pipelines 2.16.1). With a namespace in the request it passes it on to the server of that team, where
the mesh lets in members only; without one it reads with its own keys. So where teams have such a server, a
request for an artifact needs a namespace, and programs, who come past the gateway, get none.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...contracts import Route
from ...kube.mesh import allow, from_principals, mutual_tls, routes
from ...kube.workload import Workload
from .args import Install

PREFIX = "/pipeline"
_ARTIFACTS = f"{PREFIX}/artifacts"
_TIMEOUT = "300s"
# What programs ask through the pages' address: the API, by which kfp's client knows both paths.
_FOR_PROGRAMS = ("/apis/*", f"{PREFIX}/apis/*")


def expose(install: Install, app: str, workload: Workload) -> None:
    """Declare the routes at the gateway, mutual TLS, and who is let in."""
    scope, mesh, identity = install.scope, install.args.mesh, install.args.identity
    routes(scope, mesh, app, app=app, ways=_ways(install, app))
    mutual_tls(scope, mesh, app, app=app, service=app)
    programs: dict[str, object] = {
        "when": [
            {"key": "request.headers[authorization]", "values": ["*"]},
            {"key": f"request.headers[{identity.header}]", "notValues": ["*"]},
        ]
    }
    if install.args.settings.artifacts_proxy.enabled:
        programs["to"] = [{"operation": {"paths": list(_FOR_PROGRAMS)}}]
    allow(
        scope,
        mesh,
        app,
        app=app,
        selector=workload.selector,
        rules=[from_principals(mesh.gateway_principal), programs],
    )


def _ways(install: Install, app: str) -> Sequence[Route]:
    host = install.scope.host(app, install.args.mesh.cluster_domain)
    everything = Route(prefix=PREFIX, host=host, timeout=_TIMEOUT)
    if not install.args.settings.artifacts_proxy.enabled:
        return [everything]
    # The server takes capitals and small letters for the same in a path.
    artifacts = Route(prefix=_ARTIFACTS, host=host, timeout=_TIMEOUT, ignore_case=True)
    refusal = "Name the namespace that the artifact belongs to (namespace=...)."
    return [
        replace(artifacts, query={"namespace": "[a-z0-9]([-a-z0-9]*[a-z0-9])?"}),
        replace(artifacts, refusal=refusal),
        everything,
    ]
