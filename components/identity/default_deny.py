"""What the mesh lets in where no component says otherwise: nothing, but for its own gateways."""

from collections.abc import Mapping

from pulumi_kubernetes.apiextensions import CustomResource

from ..contracts import MeshAddon
from ..kube.mesh import SECURITY
from ..kube.scope import Scope

# Knative's gateway for requests from inside; the policies of the models behind it decide about them.
_LOCAL = "cluster-local-gateway"


def refuse_by_default(scope: Scope, mesh: MeshAddon) -> None:
    """Declare that a pod of the mesh is reached only where a policy allows it.

    A policy without rules allows nothing, and in the mesh's own namespace it holds for all of them: a program
    that brings no policy is closed rather than open. What passes the gateway is decided by other policies,
    which come before those that allow.
    """
    _policy(scope, mesh, "global-deny-all", {})
    for name, selector in (("istio-ingressgateway", mesh.gateway_selector), (_LOCAL, {"istio": _LOCAL})):
        everything: list[Mapping[str, object]] = [{}]
        chosen = {"matchLabels": dict(selector)}
        _policy(scope, mesh, name, {"action": "ALLOW", "selector": chosen, "rules": everything})


def _policy(scope: Scope, mesh: MeshAddon, name: str, spec: Mapping[str, object]) -> None:
    CustomResource(
        scope.unique(name),
        api_version=SECURITY,
        kind="AuthorizationPolicy",
        metadata=scope.metadata(name),
        spec=dict(spec),
        opts=scope.options(mesh.ready),
    )
