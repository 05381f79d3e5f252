"""Where the resources of one cluster are made: account, region, provider, and how they are named."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .settings import AwsSettings


@dataclass(frozen=True, kw_only=True)
class Place:
    """What every part of the cluster knows.

    Attributes:
        cluster: name of the EKS cluster, which other names begin with.
        parent: the component that the resources belong to. provider: of its account and region.
        tags: what every resource carries; the provider adds them by itself where it can.
    """

    cluster: str
    settings: AwsSettings
    parent: pulumi.Resource
    provider: aws.Provider
    tags: dict[str, str]

    def options(
        self,
        *,
        depends_on: Sequence[pulumi.Resource] = (),
        ignore_changes: Sequence[str] = (),
        protect: bool = False,
    ) -> pulumi.ResourceOptions:
        """Options of a resource in AWS."""
        return pulumi.ResourceOptions(
            parent=self.parent,
            provider=self.provider,
            depends_on=list(depends_on) or None,
            ignore_changes=list(ignore_changes) or None,
            protect=protect or None,
        )

    def name(self, purpose: str) -> str:
        """Name of a resource in the program, of at most 56 characters: AWS takes 64, Pulumi adds 8."""
        return f"{self.cluster[: 55 - len(purpose)]}-{purpose}"

    def arn(self, service: str, resource: str) -> str:
        """ARN of something in this account and region."""
        settings = self.settings
        return f"arn:{settings.partition}:{service}:{settings.region}:{settings.account}:{resource}"

    @property
    def cluster_arn(self) -> str:
        """ARN of the cluster, known before it is there."""
        return self.arn("eks", f"cluster/{self.cluster}")

    def managed_policy(self, name: str) -> str:
        """ARN of a policy that AWS maintains."""
        return f"arn:{self.settings.partition}:iam::aws:policy/{name}"

    def service(self, name: str) -> str:
        """Principal of a service of AWS."""
        return f"{name}.amazonaws.com"


def place(settings: AwsSettings, stack: str, parent: pulumi.Resource) -> Place:
    """The place that settings name, with a provider that refuses the credentials of another account."""
    cluster = settings.name or stack
    tags = {**settings.tags, "slipway.dev/cluster": cluster}
    provider = aws.Provider(
        cluster,
        region=settings.region,
        allowed_account_ids=[settings.account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return Place(cluster=cluster, settings=settings, parent=parent, provider=provider, tags=tags)
