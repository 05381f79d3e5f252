"""What the data services of a cloud offer, whichever it is. Folders beside this have one cloud's each."""

from collections.abc import Mapping
from typing import Protocol

import pulumi

from ..contracts import Database, ObjectStore, Offer
from .database import DatabaseArgs
from .database_server import Engine
from .object_store import Account, ObjectStoreArgs


class DatabaseService(Protocol):
    """A server with databases, by their names, and what it tells about itself."""

    databases: Mapping[str, Database]
    offer: Offer


class ObjectService(Protocol):
    """A bucket as each of its users sees it, by their names, and what it tells about itself."""

    stores: Mapping[str, ObjectStore]
    offer: Offer


class CloudServices(Protocol):
    """Makes databases and buckets in the account that the cluster is in.

    A component asks here for what it asks of servers in the cluster: names of Secrets, databases and users,
    and what each may do. `opts` are those of an object in the cluster.
    """

    def database(
        self, engine: Engine, name: str, asked: DatabaseArgs, opts: pulumi.ResourceOptions
    ) -> DatabaseService:
        """A server."""
        ...

    def object_store(
        self,
        name: str,
        asked: ObjectStoreArgs,
        accounts: Mapping[str, Account],
        opts: pulumi.ResourceOptions,
    ) -> ObjectService:
        """A bucket. `accounts` has the service account of each user's pods."""
        ...
