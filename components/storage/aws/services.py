"""The data services of an account of AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pulumi

from ...contracts import AwsCloud
from ..data_settings import DataSettings
from ..database import DatabaseArgs
from ..database_server import Engine
from ..object_store import Account, ObjectStoreArgs
from .bucket import S3Args, S3Bucket
from .database import RdsArgs, RdsServer
from .place import AwsData, aws_data


@dataclass(frozen=True)
class AwsServices:
    """Databases of RDS and a bucket of S3, for one cluster."""

    settings: DataSettings
    cloud: AwsCloud
    cluster: str

    @cached_property
    def _place(self) -> AwsData:
        return aws_data(self.cloud, self.cluster)

    def database(
        self, engine: Engine, name: str, asked: DatabaseArgs, opts: pulumi.ResourceOptions
    ) -> RdsServer:
        """A server."""
        args = RdsArgs(engine=engine, settings=self.settings.database, databases=asked, place=self._place)
        return RdsServer(name, args, opts)

    def object_store(
        self,
        name: str,
        asked: ObjectStoreArgs,
        accounts: Mapping[str, Account],
        opts: pulumi.ResourceOptions,
    ) -> S3Bucket:
        """A bucket."""
        args = S3Args(
            settings=self.settings.object_store,
            bucket=asked.bucket,
            users=asked.users,
            accounts=accounts,
            place=self._place,
        )
        return S3Bucket(name, args, opts)
