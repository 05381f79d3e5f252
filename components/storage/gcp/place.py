"""Where data services are made: project and region of the cluster, with a provider of their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pulumi
import pulumi_gcp as gcp

from ...contracts import GcpCloud
from ..object_store import Account

Api = Literal["sqladmin", "storage"]


@dataclass(frozen=True, kw_only=True)
class GcpData:
    """What every database and bucket of the stack shares.

    Attributes:
        cluster: name of the cluster, which names begin with.
        apis: the APIs that are enabled, by name; empty where others do so.
    """

    cluster: str
    cloud: GcpCloud
    provider: gcp.Provider
    apis: Mapping[Api, gcp.projects.Service]

    def options(
        self,
        parent: pulumi.Resource | None = None,
        *,
        api: Api | None = None,
        depends_on: Sequence[pulumi.Resource] = (),
        protect: bool = False,
        ignore_changes: Sequence[str] = (),
    ) -> pulumi.ResourceOptions:
        """Options of a resource in Google Cloud. Its own provider, and nothing of the cluster's."""
        enabled = [self.apis[api]] if api is not None and api in self.apis else []
        return pulumi.ResourceOptions(
            parent=parent,
            provider=self.provider,
            depends_on=[*enabled, *depends_on] or None,
            protect=protect or None,
            ignore_changes=list(ignore_changes) or None,
        )

    def name(self, purpose: str) -> str:
        """Name of a resource, of at most 56 characters, to which Pulumi adds 8: Google takes 63 or more."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.cluster.lower()).strip("-")
        begin = plain if plain[:1].isalpha() else f"k{plain}"
        return f"{begin[: 55 - len(purpose)].rstrip('-')}-{purpose}"

    @cached_property
    def asking(self) -> pulumi.InvokeOutputOptions:
        """Options of a question."""
        return pulumi.InvokeOutputOptions(provider=self.provider)

    @cached_property
    def number(self) -> pulumi.Output[str]:
        """Number of the project."""
        return gcp.organizations.get_project_output(project_id=self.cloud.project, opts=self.asking).number

    def principal(self, account: Account) -> pulumi.Output[str]:
        """A service account of the cluster, as IAM calls it (Workload Identity Federation for GKE)."""

        def written(known: tuple[str, str]) -> str:
            pool = f"projects/{known[0]}/locations/global/workloadIdentityPools/{self.cloud.workload_pool}"
            return f"principal://iam.googleapis.com/{pool}/subject/ns/{account.namespace}/sa/{account.name}"

        # The pool is there once the project has a cluster: by the issuer it comes after that.
        return pulumi.Output.all(self.number, self.cloud.oidc_issuer_url).apply(
            lambda known: written((known[0], known[1]))
        )

    @cached_property
    def key_of_databases(self) -> tuple[pulumi.Resource, ...]:
        """The right of Cloud SQL to encrypt with the cluster's key; nothing where it has none."""
        if self.cloud.kms_key_id is None:
            return ()
        # Its account in the project, which else comes with the first server.
        agent = gcp.projects.ServiceIdentity(
            self.name("sqladmin"),
            project=self.cloud.project,
            service="sqladmin.googleapis.com",
            opts=self.options(api="sqladmin"),
        )
        return (self._use_of_key("sqladmin", self.cloud.kms_key_id, agent.member),)

    @cached_property
    def key_of_buckets(self) -> tuple[pulumi.Resource, ...]:
        """The right of Cloud Storage to encrypt with the cluster's key; nothing where it has none."""
        if self.cloud.kms_key_id is None:
            return ()
        # Its account in the project, which else comes with this question.
        agent = gcp.storage.get_project_service_account_output(
            project=self.cloud.project, opts=self.asking
        ).member
        return (self._use_of_key("storage", self.cloud.kms_key_id, agent),)

    def _use_of_key(self, name: str, key: pulumi.Output[str], agent: pulumi.Output[str]) -> pulumi.Resource:
        return gcp.kms.CryptoKeyIAMMember(
            self.name(name),
            crypto_key_id=key,
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=agent,
            opts=self.options(),
        )


def gcp_data(cloud: GcpCloud, cluster: str) -> GcpData:
    """The place, with the APIs that it needs. Removing the stack leaves them enabled: others may use them."""
    provider = gcp.Provider(f"{cluster}-data", project=cloud.project, region=cloud.region)
    apis: dict[Api, gcp.projects.Service] = {}
    if cloud.enables_apis:
        names: tuple[Api, ...] = ("sqladmin", "storage")
        apis = {
            api: gcp.projects.Service(
                f"{cluster}-{api}",
                project=cloud.project,
                service=f"{api}.googleapis.com",
                disable_on_destroy=False,
                disable_dependent_services=False,
                opts=pulumi.ResourceOptions(provider=provider),
            )
            for api in names
        }
    return GcpData(cluster=cluster, cloud=cloud, provider=provider, apis=apis)
