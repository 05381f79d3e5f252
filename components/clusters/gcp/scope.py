"""What every resource of one GKE cluster has in common."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from .settings import GcpSettings


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the resources of a cluster belong.

    Attributes:
        name: name of the cluster, with which the names of all resources begin.
        parent: the component. provider: of the project and region.
        labels: what every resource carries that can have labels.
        apis: the APIs that are enabled, by name; empty where others do so.
    """

    name: str
    settings: GcpSettings
    parent: pulumi.Resource
    provider: gcp.Provider
    labels: dict[str, str]
    apis: dict[str, gcp.projects.Service]

    def opts(
        self,
        *,
        apis: Sequence[str] = (),
        depends_on: Sequence[pulumi.Resource] = (),
        ignore_changes: Sequence[str] = (),
        delete_before_replace: bool | None = None,
        protect: bool | None = None,
    ) -> pulumi.ResourceOptions:
        """Options of one resource that waits for these APIs and resources."""
        enabled = [self.apis[one] for one in apis if one in self.apis]
        return pulumi.ResourceOptions(
            parent=self.parent,
            provider=self.provider,
            depends_on=[*enabled, *depends_on],
            ignore_changes=list(ignore_changes) or None,
            delete_before_replace=delete_before_replace,
            protect=protect,
        )

    @property
    def account_prefix(self) -> str:
        """A beginning of at most 24 characters for ids of service accounts, which have at most 30.

        Two clusters of one name in a project, in two regions, get two.
        """
        settings = self.settings
        text = f"{settings.project}/{settings.region}/{self.name}"
        return f"{self.name[:18].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:5]}"
