"""A team's namespace and Profile, and what the profile controller makes of a Profile.

The controller (kubeflow/dashboard v2.0.0, profile-controller, profile_controller.go, `Reconcile`) takes a
namespace that is there if its annotation names the Profile's owner, and adds labels that it lacks; it changes
none. Of what it makes in it, it compares service accounts by name, bindings by role and subjects, the policy
and the quota by their spec, and writes where they differ. So what is declared here has exactly those fields,
and the controller finds nothing to write: the two never fight, and what other objects wait for (the account
of runs) or what protects the rest (quota, policy) is there before the first pod, on clusters without a
controller too. `default-viewer` is left to the controller: nothing waits for it.

The namespace comes before the Profile: where the owner changes, the controller would refuse a Profile whose
owner the namespace does not name yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Namespace, ResourceQuota, ServiceAccount

from ..kube.mesh import from_principals, policy
from ..kube.pulling import make_pull_secret, pull_secrets
from ..kube.scope import COMPONENT_LABEL, MANAGED_BY, Scope
from .args import COMPONENT, TeamArgs
from .bindings import RBAC, header_rule, role_binding
from .pools import pool_marks
from .quota import hard, kept

EDITOR = "default-editor"
OWNER_POLICY = "ns-owner-access-istio"
QUOTA = "kf-resource-quota"
TEAM_LABEL = "slipway.dev/team"
POD_SECURITY = "pod-security.kubernetes.io/enforce"


@dataclass(frozen=True, kw_only=True)
class Owned:
    """What the controller makes of a Profile, declared. `account` is that of runs and model servers."""

    account: ServiceAccount


def namespace(parent: pulumi.Resource, name: str, args: TeamArgs) -> Namespace:
    """Declare the namespace."""
    labels = namespace_labels(name, args)
    annotations = {"owner": args.settings.owner}
    marks = pool_marks(args.settings, args.defaults)
    return Namespace(
        name,
        metadata={
            "name": name,
            "labels": {**labels, **marks.labels},
            "annotations": {**annotations, **marks.annotations},
        },
        opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=args.keep),
    )


def namespace_labels(name: str, args: TeamArgs) -> dict[str, str]:
    """Labels of the namespace: those that the controller would add too, where it adds them."""
    labels = {
        "istio-injection": "enabled",
        "app.kubernetes.io/managed-by": MANAGED_BY,
        COMPONENT_LABEL: COMPONENT,
        TEAM_LABEL: name,
        POD_SECURITY: args.settings.pod_security or _standard(args),
        **args.settings.labels,
    }
    for key, value in args.base.namespace_labels.items():
        # As `setNamespaceLabels` does: an empty value takes a label away, any other is for those without.
        if not value:
            labels.pop(key, None)
        else:
            labels.setdefault(key, value)
    return labels


def _standard(args: TeamArgs) -> str:
    given = args.base.namespace_labels.get(POD_SECURITY, "baseline")
    return "baseline" if given == "privileged" else given


def profile(scope: Scope, name: str, args: TeamArgs) -> None:
    """Declare the Profile."""
    quota = hard(args.quota, args.pools)
    spec: dict[str, object] = {"owner": {"apiGroup": RBAC, "kind": "User", "name": args.settings.owner}}
    if quota:
        spec["resourceQuotaSpec"] = {"hard": quota}
    CustomResource(
        name,
        api_version="kubeflow.org/v1",
        kind="Profile",
        # The name is known once the namespace is there, and comes after it by that.
        metadata={"name": scope.namespace, "labels": scope.labels(extra=args.settings.labels)},
        spec=spec,
        opts=kept(scope, args.base.profile_type, keep=args.keep),
    )


def owned(scope: Scope, args: TeamArgs) -> Owned:
    """Declare what the controller makes of the Profile."""
    make_pull_secret(scope.namespace_name, scope.namespace, kept(scope, keep=args.keep))
    account = ServiceAccount(
        scope.unique(EDITOR),
        metadata=scope.metadata(EDITOR, annotations=args.account_annotations),
        image_pull_secrets=pull_secrets(),
        opts=kept(scope, keep=args.keep),
    )
    role_binding(
        scope,
        EDITOR,
        role="kubeflow-edit",
        subject={"kind": "ServiceAccount", "name": EDITOR, "namespace": scope.namespace},
        keep=args.keep,
    )
    owner = args.settings.owner
    told = {"user": owner, "role": "admin"}
    role_binding(
        scope,
        "namespaceAdmin",
        role="kubeflow-admin",
        subject={"kind": "User", "name": owner, "api_group": RBAC},
        annotations=told,
        keep=args.keep,
    )
    policy(
        args.mesh,
        scope.unique(OWNER_POLICY),
        scope.metadata(OWNER_POLICY, annotations=told),
        {"rules": _rules(scope, args)},
        kept(scope, args.mesh.ready, keep=args.keep),
    )
    if quota := hard(args.quota, args.pools):
        ResourceQuota(
            scope.unique(QUOTA),
            metadata=scope.metadata(QUOTA),
            spec={"hard": quota},
            opts=kept(scope, keep=args.keep),
        )
    return Owned(account=account)


def _rules(scope: Scope, args: TeamArgs) -> list[Mapping[str, object]]:
    """As `getAuthorizationPolicy` writes them, in its order."""
    probes = {"paths": ["/healthz", "/metrics", "/wait-for-drain"]}
    kernels = {"methods": ["GET"], "paths": ["*/api/kernels"]}
    return [
        header_rule(args.identity.header, [f"{args.identity.prefix}{args.settings.owner}"], args.callers),
        {"when": [{"key": "source.namespace", "values": [scope.namespace_name]}]},
        {"to": [{"operation": probes}]},
        {**from_principals(args.base.notebooks_principal), "to": [{"operation": kernels}]},
    ]
