"""The service account of the nodes, with what a node needs and nothing else."""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from .apis import IAM
from .scope import Scope

# Logs, metrics, and events of the node; and the images of the project's own registries. GKE documentation,
# "Use least privilege IAM service accounts". What pods do in the cloud they do as themselves (Workload
# Identity).
ROLES = ("roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader")
STREAMING_ROLE = "roles/serviceusage.serviceUsageConsumer"
"""What image streaming asks for: nodes that call its API on the project's behalf."""


@dataclass(frozen=True, kw_only=True)
class NodeAccount:
    """The nodes' service account, and the grants that nodes wait for."""

    email: pulumi.Output[str]
    grants: tuple[pulumi.Resource, ...]


def node_account(scope: Scope) -> NodeAccount:
    """Make the service account of the cluster's nodes."""
    project = scope.settings.project
    account = gcp.serviceaccount.Account(
        f"{scope.name}-nodes",
        project=project,
        account_id=f"{scope.account_prefix}-nodes",
        display_name=f"Nodes of {scope.name}",
        opts=scope.opts(apis=[IAM]),
    )
    grants = [
        gcp.projects.IAMMember(
            f"{scope.name}-nodes-{role.rpartition('.')[2]}",
            project=project,
            role=role,
            member=account.member,
            opts=scope.opts(),
        )
        for role in (*ROLES, *((STREAMING_ROLE,) if scope.settings.image_streaming else ()))
    ]
    return NodeAccount(email=account.email, grants=tuple(grants))
