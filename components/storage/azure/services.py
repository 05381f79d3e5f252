"""The data services of a resource group of Azure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pulumi

from ...contracts import AzureCloud
from ..data_settings import DataSettings
from ..database import DatabaseArgs
from ..database_server import Engine
from ..object_store import Account, ObjectStoreArgs
from .bucket import BlobStore, BlobStoreArgs
from .database import FlexibleServer, FlexibleServerArgs
from .encryption import Key, make_key
from .place import AzureData, azure_data


@dataclass(frozen=True)
class AzureServices:
    """Flexible servers and a container of Blob Storage, for one cluster."""

    settings: DataSettings
    cloud: AzureCloud
    cluster: str

    @cached_property
    def _place(self) -> AzureData:
        return azure_data(self.cloud, self.cluster)

    @cached_property
    def _databases_key(self) -> Key | None:
        return make_key(self._place, "databases")

    def database(
        self, engine: Engine, name: str, asked: DatabaseArgs, opts: pulumi.ResourceOptions
    ) -> FlexibleServer:
        """A server."""
        args = FlexibleServerArgs(
            engine=engine,
            settings=self.settings.database,
            databases=asked,
            place=self._place,
            key=self._databases_key,
        )
        return FlexibleServer(name, args, opts)

    def object_store(
        self,
        name: str,
        asked: ObjectStoreArgs,
        accounts: Mapping[str, Account],
        opts: pulumi.ResourceOptions,
    ) -> BlobStore:
        """A bucket."""
        args = BlobStoreArgs(
            settings=self.settings.object_store,
            asked=asked,
            accounts=accounts,
            place=self._place,
            key=make_key(self._place, "objects"),
        )
        return BlobStore(name, args, opts)
