"""Who belongs to a team, written as access management (KFAM) writes it.

So the dashboard shows people that a stack names beside those that the owner adds, and each role binding has
the name under which KFAM looks for it. Source: kubeflow/dashboard v2.0.0, access-management,
kfam/bindings.go: `getBindingName`, `getAuthorizationPolicy`, `Create`. KFAM knows people only: what binds a
group has none of the annotations by which it finds its own, since it could neither show nor remove it as a
group.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

from pulumi_kubernetes.rbac.v1 import RoleBinding, SubjectArgsDict

from ..contracts import Mesh, UserIdentity
from ..kube.mesh import policy
from ..kube.scope import Scope
from .quota import kept
from .settings import TeamSettings

RBAC = "rbac.authorization.k8s.io"
_OTHERS = re.compile("[^a-zA-Z0-9]+")


def binding_name(kind: str, name: str, role: str) -> str:
    """What KFAM calls the binding of somebody to a role."""
    safe = quote_plus(_OTHERS.sub("-", name))
    return _OTHERS.sub("-", f"{kind}-{safe}-clusterrole-{role}".lower())


def bind_members(
    scope: Scope, team: TeamSettings, *, mesh: Mesh, identity: UserIdentity, callers: Sequence[str]
) -> None:
    """Bind members and groups, each by a role binding and by a policy of the mesh.

    Args:
        callers: principals that speak for people: the gateway's, and that of the pages of pipelines.
    """
    for member in team.members:
        name = binding_name("user", member.user, member.role)
        told = {"user": member.user, "role": member.role}
        who: SubjectArgsDict = {"kind": "User", "name": member.user, "api_group": RBAC}
        role_binding(scope, name, role=f"kubeflow-{member.role}", subject=who, annotations=told)
        values = [f"{identity.prefix}{member.user}"]
        _let_in(scope, mesh, name, header_rule(identity.header, values, callers), told)
    for group in team.groups:
        name = binding_name("group", group.group, group.role)
        who = {"kind": "Group", "name": group.group, "api_group": RBAC}
        role_binding(scope, name, role=f"kubeflow-{group.role}", subject=who)
        # The header is a list with commas. A policy compares the whole, its beginning or its end.
        values = [group.group, f"{group.group},*", f"*,{group.group}"]
        _let_in(scope, mesh, name, header_rule(identity.groups_header, values, callers))


def role_binding(
    scope: Scope,
    name: str,
    *,
    role: str,
    subject: SubjectArgsDict,
    annotations: Mapping[str, str] | None = None,
    keep: bool = False,
) -> None:
    """Bind somebody to one of the platform's cluster roles, within the team's namespace."""
    RoleBinding(
        scope.unique(name),
        metadata=scope.metadata(name, annotations=annotations),
        role_ref={"api_group": RBAC, "kind": "ClusterRole", "name": role},
        subjects=[subject],
        opts=kept(scope, keep=keep),
    )


def header_rule(header: str, values: Sequence[str], callers: Sequence[str]) -> dict[str, object]:
    """A rule of the mesh for requests that carry a header and come from who may set it."""
    return {
        "from": [{"source": {"principals": list(callers)}}],
        "when": [{"key": f"request.headers[{header}]", "values": list(values)}],
    }


def _let_in(
    scope: Scope,
    mesh: Mesh,
    name: str,
    rule: Mapping[str, object],
    annotations: Mapping[str, str] | None = None,
) -> None:
    metadata = scope.metadata(name, annotations=annotations)
    policy(mesh, scope.unique(name), metadata, {"rules": [dict(rule)]}, scope.options(mesh.ready))
