"""What never varies: plain YAML beside a component, turned into typed resources."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding, Role, RoleBinding, SubjectArgsDict

from .pulling import pull_secrets
from .scope import Scope

_Manifest = Mapping[str, Any]


@cache
def documents(path: Path) -> tuple[_Manifest, ...]:
    """The YAML documents of a file, in order; empty ones are left out."""
    with path.open(encoding="utf-8") as text:
        return tuple(found for found in yaml.load_all(text, Loader=yaml.CSafeLoader) if found)


def access(
    scope: Scope, path: Path, *, account_annotations: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[pulumi.Resource, ...]:
    """Declare the service accounts, roles and bindings of a component's `rbac.yaml`.

    Objects and subjects name the namespaces `kubeflow` and `kubeflow-system`, which stand for those of this
    platform. The `rules` of a role with an `aggregationRule` belong to Kubernetes and must not be given.

    Args:
        account_annotations: by the name of a service account what it is annotated with, as clouds want it to
            give an account an identity of theirs.

    Returns:
        The bindings: what a program has to wait for before it may do its work.

    Raises:
        ValueError: a kind that is not access control, or rules in an aggregated role.
    """
    bindings: list[pulumi.Resource] = []
    for manifest in documents(path):
        annotations = (account_annotations or {}).get(str(manifest["metadata"]["name"]))
        resource = _declare(scope, manifest, path, annotations)
        if isinstance(resource, RoleBinding | ClusterRoleBinding):
            bindings.append(resource)
    return tuple(bindings)


def _declare(
    scope: Scope, manifest: _Manifest, path: Path, account_annotations: Mapping[str, str] | None
) -> pulumi.Resource:
    kind, given = str(manifest["kind"]), manifest["metadata"]
    name, labels = str(given["name"]), dict(given.get("labels") or {})
    app = labels.pop("app", None)
    cluster = scope.cluster_metadata(name, app=app, labels=labels)
    namespaced: ObjectMetaArgsDict = {**cluster, "namespace": _namespace(scope, given.get("namespace"))}
    opts = scope.options()
    match kind:
        case "ServiceAccount":
            if account_annotations:
                namespaced["annotations"] = dict(account_annotations)
            return ServiceAccount(
                scope.unique(name), metadata=namespaced, image_pull_secrets=pull_secrets(), opts=opts
            )
        case "Role":
            return Role(scope.unique(name), metadata=namespaced, rules=manifest["rules"], opts=opts)
        case "ClusterRole" if "aggregationRule" in manifest:
            if "rules" in manifest:
                raise ValueError(f"{path}: ClusterRole {name}: rules of an aggregated role are not declared")
            return ClusterRole(
                name, metadata=cluster, aggregation_rule=manifest["aggregationRule"], opts=opts
            )
        case "ClusterRole":
            return ClusterRole(name, metadata=cluster, rules=manifest["rules"], opts=opts)
        case "RoleBinding":
            return RoleBinding(
                scope.unique(name),
                metadata=namespaced,
                role_ref=manifest["roleRef"],
                subjects=[_subject(scope, subject) for subject in manifest["subjects"]],
                opts=opts,
            )
        case "ClusterRoleBinding":
            return ClusterRoleBinding(
                name,
                metadata=cluster,
                role_ref=manifest["roleRef"],
                subjects=[_subject(scope, subject) for subject in manifest["subjects"]],
                opts=opts,
            )
        case _:
            raise ValueError(f"{path}: {kind} {name} is not access control; declare it in Python")


def _subject(scope: Scope, given: Mapping[str, str]) -> SubjectArgsDict:
    if given["kind"] == "ServiceAccount":
        return {
            "kind": "ServiceAccount",
            "name": given["name"],
            "namespace": _namespace(scope, given.get("namespace")),
        }
    return {"kind": given["kind"], "name": given["name"], "api_group": "rbac.authorization.k8s.io"}


def _namespace(scope: Scope, name: str | None) -> pulumi.Input[str]:
    match name:
        case None:
            return scope.namespace
        case "kubeflow":
            return scope.namespaces.kubeflow
        case "kubeflow-system":
            return scope.namespaces.system
        case _:
            return name
