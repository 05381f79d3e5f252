"""Where data services are made: account and region of the cluster, with a provider of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ...contracts import AwsCloud


@dataclass(frozen=True, kw_only=True)
class AwsData:
    """What every database and bucket of the stack shares.

    Attributes:
        cluster: name of the cluster, which names begin with.
    """

    cluster: str
    cloud: AwsCloud
    provider: aws.Provider

    def options(
        self,
        parent: pulumi.Resource,
        *,
        depends_on: Sequence[pulumi.Resource] = (),
        protect: bool = False,
    ) -> pulumi.ResourceOptions:
        """Options of a resource in AWS. Its own provider, and nothing of the cluster's."""
        return pulumi.ResourceOptions(
            parent=parent,
            provider=self.provider,
            depends_on=list(depends_on) or None,
            protect=protect or None,
        )

    def name(self, purpose: str) -> str:
        """Name of a resource, of at most 56 characters: AWS takes 64, Pulumi adds 8 to most.

        RDS takes lower-case letters, digits and single hyphens, a letter first; not so every stack.
        """
        plain = re.sub(r"[^a-z0-9]+", "-", self.cluster.lower()).strip("-")
        begin = plain if plain[:1].isalpha() else f"k{plain}"
        return f"{begin[: 55 - len(purpose)].rstrip('-')}-{purpose}"


def aws_data(cloud: AwsCloud, cluster: str) -> AwsData:
    """The place, with a provider that refuses the credentials of another account."""
    provider = aws.Provider(
        f"{cluster}-data",
        region=cloud.region,
        allowed_account_ids=[cloud.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=cloud.tags),
    )
    return AwsData(cluster=cluster, cloud=cloud, provider=provider)
