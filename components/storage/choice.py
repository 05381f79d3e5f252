"""Servers in the cluster or the cloud's own, whichever the stack chose: both offer the same contracts.

What a component asks for is the same too: names of its Secrets, databases, users and what each may do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import pulumi

from ..contracts import AwsCloud, Cluster, Database, ObjectStore, Offer
from ..settings_base import SettingsError
from .data_settings import DataSettings
from .database import DatabaseArgs
from .mysql import MySQL
from .object_store import ObjectStoreArgs
from .postgresql import PostgreSQL
from .seaweedfs import SeaweedFS

if TYPE_CHECKING:
    from .aws.place import AwsData


class DatabaseService(Protocol):
    """A server with databases, by their names, and what it tells about itself."""

    databases: Mapping[str, Database]
    offer: Offer


class ObjectService(Protocol):
    """A bucket as each of its users sees it, by their names, and what it tells about itself."""

    stores: Mapping[str, ObjectStore]
    offer: Offer


@dataclass(frozen=True)
class DataServices:
    """Makes the databases and buckets of one stack."""

    settings: DataSettings
    cluster: Cluster
    opts: pulumi.ResourceOptions

    @property
    def in_cloud(self) -> bool:
        """Whether they are the cloud's."""
        return self.settings.provider == "cloud"

    @property
    def bucket(self) -> str | None:
        """Name of the cloud's bucket."""
        return self.settings.object_store.name if self.in_cloud else None

    @cached_property
    def _aws(self) -> "AwsData":
        from .aws.place import aws_data  # noqa: PLC0415

        cloud = self.cluster.cloud
        if not isinstance(cloud, AwsCloud):
            raise SettingsError(
                "slipway:data.provider: found 'cloud' with a cluster whose account of AWS is not known; "
                "allowed: 'embedded'"
            )
        return aws_data(cloud, self.cluster.name)

    def mysql(self, name: str, args: DatabaseArgs) -> DatabaseService:
        """A MySQL server."""
        if not self.in_cloud:
            return MySQL(name, args, self.opts)
        from .aws.database import RdsArgs, RdsServer  # noqa: PLC0415

        asked = RdsArgs(engine="mysql", settings=self.settings.database, databases=args, place=self._aws)
        return RdsServer(name, asked, self.opts)

    def postgresql(self, name: str, args: DatabaseArgs) -> DatabaseService:
        """A PostgreSQL server."""
        if not self.in_cloud:
            return PostgreSQL(name, args, self.opts)
        from .aws.database import RdsArgs, RdsServer  # noqa: PLC0415

        asked = RdsArgs(engine="postgresql", settings=self.settings.database, databases=args, place=self._aws)
        return RdsServer(name, asked, self.opts)

    def object_store(
        self, name: str, args: ObjectStoreArgs, accounts: Mapping[str, tuple[str, str]]
    ) -> ObjectService:
        """A bucket. `accounts` has the namespace and the service account of each user's pods."""
        if not self.in_cloud:
            return SeaweedFS(name, args, self.opts)
        from .aws.bucket import S3Args, S3Bucket  # noqa: PLC0415
        from .aws.rights import Account  # noqa: PLC0415

        asked = S3Args(
            settings=self.settings.object_store,
            bucket=args.bucket,
            users=args.users,
            accounts={user: Account(namespace=where, name=who) for user, (where, who) in accounts.items()},
            place=self._aws,
        )
        return S3Bucket(name, asked, self.opts)
