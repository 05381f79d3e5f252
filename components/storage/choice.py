"""Servers in the cluster or the cloud's own, whichever the stack chose: both offer the same contracts.

What a component asks for is the same too: names of its Secrets, databases, users and what each may do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pulumi

from ..contracts import AwsCloud, AzureCloud, Cluster, GcpCloud
from ..settings_base import SettingsError
from .backup.sources import Copied, reached_by_backups, with_backup_user
from .cloud_services import CloudServices, DatabaseService, ObjectService
from .data_settings import DataSettings
from .database import DatabaseArgs
from .mysql import MySQL
from .object_store import Account, ObjectStoreArgs
from .postgresql import PostgreSQL
from .seaweedfs import SeaweedFS


@dataclass(frozen=True)
class DataServices:
    """Makes the databases and buckets of one stack.

    Attributes:
        backups: whether what servers in the cluster keep is copied.
        copied: the servers in the cluster that were made so far, to be copied.
    """

    settings: DataSettings
    cluster: Cluster
    opts: pulumi.ResourceOptions
    backups: bool = False
    copied: Copied = field(default_factory=Copied, init=False)

    @property
    def in_cloud(self) -> bool:
        """Whether they are the cloud's."""
        return self.settings.provider == "cloud"

    @property
    def bucket(self) -> str | None:
        """Name of the cloud's bucket."""
        return self.settings.object_store.name if self.in_cloud else None

    @cached_property
    def _cloud(self) -> CloudServices:
        """The cloud's. Its SDK is imported here, for stacks that chose it."""
        match self.cluster.cloud:
            case AwsCloud() as cloud:
                from .aws.services import AwsServices  # noqa: PLC0415

                return AwsServices(self.settings, cloud, self.cluster.name)
            case AzureCloud() as cloud:
                from .azure.services import AzureServices  # noqa: PLC0415

                return AzureServices(self.settings, cloud, self.cluster.name)
            case GcpCloud() as cloud:
                from .gcp.services import GcpServices  # noqa: PLC0415

                return GcpServices(self.settings, cloud, self.cluster.name)
            case None:
                raise SettingsError(
                    "slipway:data.provider: found 'cloud' with a cluster of which no account of a cloud is "
                    "known; allowed: 'embedded'"
                )

    def mysql(self, name: str, args: DatabaseArgs) -> DatabaseService:
        """A MySQL server."""
        if self.in_cloud:
            return self._cloud.database("mysql", name, args, self.opts)
        args = reached_by_backups(args) if self.backups else args
        server = MySQL(name, args, self.opts)
        self.copied.add("mysql", args, server.databases)
        return server

    def postgresql(self, name: str, args: DatabaseArgs) -> DatabaseService:
        """A PostgreSQL server."""
        if self.in_cloud:
            return self._cloud.database("postgresql", name, args, self.opts)
        args = reached_by_backups(args) if self.backups else args
        server = PostgreSQL(name, args, self.opts)
        self.copied.add("postgresql", args, server.databases)
        return server

    def object_store(
        self, name: str, args: ObjectStoreArgs, accounts: Mapping[str, Account]
    ) -> ObjectService:
        """A bucket. `accounts` has the service account of each user's pods."""
        if self.in_cloud:
            return self._cloud.object_store(name, args, accounts, self.opts)
        target = self.settings.backup.target
        args = with_backup_user(args, outside=target is not None) if self.backups else args
        server = SeaweedFS(name, args, self.opts)
        if self.backups:
            self.copied.keep(args, server.stores)
        return server
