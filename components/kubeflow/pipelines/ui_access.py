"""Who reaches the pages, and which artifacts they are given.

The server hands out artifacts without asking who wants them (handlers/artifacts.ts of frontend/server in
kubeflow/pipelines 2.16.1). With a namespace in the request it passes it on to the server of that team, where
the mesh lets in members only; without one it reads with its own keys. So where teams have such a server, a
request for an artifact needs a namespace, and programs, who come past the gateway, get none.
"""

from collections.abc import Sequence

from pulumi_kubernetes.apiextensions import CustomResource

from ...kube.mesh import NETWORKING, allow, from_principals, mutual_tls
from ...kube.workload import Workload
from .args import Install

PREFIX = "/pipeline"
_ARTIFACTS = f"{PREFIX}/artifacts"
# What programs ask through the pages' address: the API, by which kfp's client knows both paths.
_FOR_PROGRAMS = ("/apis/*", f"{PREFIX}/apis/*")


def expose(install: Install, app: str, workload: Workload) -> None:
    """Declare the routes at the gateway, mutual TLS, and who is let in."""
    scope, mesh, identity = install.scope, install.args.mesh, install.args.identity
    CustomResource(
        app,
        api_version=NETWORKING,
        kind="VirtualService",
        metadata=scope.metadata(app, app=app),
        spec={"gateways": [mesh.gateway], "hosts": ["*"], "http": _routes(install, app)},
        opts=scope.options(mesh.ready),
    )
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


def _routes(install: Install, app: str) -> Sequence[dict[str, object]]:
    mesh = install.args.mesh
    host = install.scope.host(app, mesh.cluster_domain)
    there: dict[str, object] = {
        "route": [{"destination": {"host": host, "port": {"number": 80}}}],
        "timeout": "300s",
    }
    everything: dict[str, object] = {"match": [{"uri": {"prefix": PREFIX}}], **there}
    if not install.args.settings.artifacts_proxy.enabled:
        return [everything]
    # The server takes capitals and small letters for the same in a path.
    artifacts = {"uri": {"prefix": _ARTIFACTS}, "ignoreUriCase": True}
    of_a_team = {"namespace": {"regex": "[a-z0-9]([-a-z0-9]*[a-z0-9])?"}}
    refusal = "Name the namespace that the artifact belongs to (namespace=...)."
    return [
        {"match": [{**artifacts, "queryParams": of_a_team}], **there},
        {"match": [artifacts], "directResponse": {"status": 403, "body": {"string": refusal}}},
        everything,
    ]
