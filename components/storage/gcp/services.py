"""The data services of a project of Google Cloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pulumi

from ...contracts import GcpCloud
from ..data_settings import DataSettings
from ..database import DatabaseArgs
from ..database_server import Engine
from ..object_store import Account, ObjectStoreArgs
from .bucket import GcsArgs, GcsBucket
from .database import CloudSqlArgs, CloudSqlServer
from .place import GcpData, gcp_data


@dataclass(frozen=True)
class GcpServices:
    """Databases of Cloud SQL and a bucket of Cloud Storage, for one cluster."""

    settings: DataSettings
    cloud: GcpCloud
    cluster: str

    @cached_property
    def _place(self) -> GcpData:
        return gcp_data(self.cloud, self.cluster)

    def database(
        self, engine: Engine, name: str, asked: DatabaseArgs, opts: pulumi.ResourceOptions
    ) -> CloudSqlServer:
        """A server."""
        args = CloudSqlArgs(
            engine=engine, settings=self.settings.database, databases=asked, place=self._place
        )
        return CloudSqlServer(name, args, opts)

    def object_store(
        self,
        name: str,
        asked: ObjectStoreArgs,
        accounts: Mapping[str, Account],
        opts: pulumi.ResourceOptions,
    ) -> GcsBucket:
        """A bucket."""
        args = GcsArgs(
            settings=self.settings.object_store,
            asked=asked,
            accounts=accounts,
            place=self._place,
        )
        return GcsBucket(name, args, opts)
