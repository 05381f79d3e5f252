"""Databases and buckets of a cloud, in a rehearsal: their contracts, and what of them runs in the cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pulumi
from typing_extensions import override

from components.contracts import ObjectStore, Offer
from components.settings_base import SettingsError
from components.storage import DatabaseArgs, ObjectStoreArgs
from components.storage.choice import DataServices
from components.storage.cloud_database import PORTS, prepared, users_of
from components.storage.cloud_services import CloudServices, ObjectService
from components.storage.data_settings import DataSettings
from components.storage.database_server import Engine
from components.storage.object_store import ACCESS_KEY, SECRET_KEY, Account, StoreUser
from components.storage.preparation import Server

_HOST = "rehearsal.invalid"
_KEY = "rehearsal"


@dataclass(frozen=True)
class RehearsedData(DataServices):
    """The data services of a stack, without those of the cloud itself.

    Attributes:
        provider: whose cluster it would be.
    """

    provider: str = ""

    @cached_property
    @override
    def _cloud(self) -> CloudServices:
        return _Services(self.settings, self.provider)


@dataclass(frozen=True)
class _Services:
    """What stands for the data services of an account."""

    settings: DataSettings
    provider: str

    def database(
        self, engine: Engine, name: str, asked: DatabaseArgs, opts: pulumi.ResourceOptions
    ) -> "_Server":
        return _Server(name, engine, asked, opts)

    def object_store(
        self,
        name: str,
        asked: ObjectStoreArgs,
        accounts: Mapping[str, Account],
        opts: pulumi.ResourceOptions,
    ) -> ObjectService:
        if self.provider == "azure":
            return _bucket_behind_gateways(name, asked, self.settings, opts)
        return _Bucket(name, asked, self.provider, opts)


class _Server(pulumi.ComponentResource):
    """The Job that makes databases and users, and the Secrets; no server."""

    def __init__(self, name: str, engine: Engine, asked: DatabaseArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__("slipway:rehearsal:Server", name, None, opts)
        server = Server(engine=engine, host=_HOST, port=PORTS[engine])
        done = prepared(users_of(self, asked, ""), server, host=_HOST)
        self.databases, self.offer = done.databases, done.offer
        self.register_outputs({})


def _bucket_behind_gateways(
    name: str, asked: ObjectStoreArgs, settings: DataSettings, opts: pulumi.ResourceOptions
) -> ObjectService:
    try:
        from simulator.rehearsal.gateways import BucketBehindGateways  # noqa: PLC0415 # with the SDK of Azure
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"slipway:data.provider: found 'cloud' on Azure, whose SDK ({error.name}) is not installed: run "
            "`make clouds`"
        ) from None
    return BucketBehindGateways(name, asked, settings, opts)


class _Bucket(pulumi.ComponentResource):
    """Nothing in the cluster: pods open it as themselves, or with keys that they find in a Secret."""

    def __init__(
        self, name: str, asked: ObjectStoreArgs, provider: str, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("slipway:rehearsal:Bucket", name, None, opts)
        self.stores: Mapping[str, ObjectStore] = {
            user.name: self._store(asked, user, provider) for user in asked.users
        }
        self.offer = Offer()
        self.register_outputs({})

    def _store(self, asked: ObjectStoreArgs, user: StoreUser, provider: str) -> ObjectStore:
        # Cloud Storage gives keys to those who read a part by the S3 protocol; on AWS nobody has any.
        keys = provider == "gcp" and bool(user.s3_prefixes)
        key = pulumi.Output.secret(_KEY if keys else "")
        return ObjectStore(
            host=_HOST,
            port=443,
            secure=True,
            region="rehearsal",
            bucket=asked.bucket.name,
            secret=pulumi.Output.from_input((user.secret or asked.secret) if keys else ""),
            access_key_name=ACCESS_KEY if keys else "",
            secret_key_name=SECRET_KEY if keys else "",
            access_key=key,
            secret_key=key,
            keyless=not keys,
            scheme="gs" if provider == "gcp" else "s3",
            ready=self,
        )
