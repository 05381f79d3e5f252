"""Which servers in the cluster are copied, and how the Jobs that copy get in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...contracts import Database, ObjectStore
from ..database import DatabaseArgs
from ..database_server import Engine
from ..object_store import ObjectStoreArgs, StoreUser
from .component import CopiedStore, backup_pods
from .programs import CopiedServer

BUCKET = "kubeflow-backups"
"""Bucket of the store in the cluster that nobody but these Jobs may use."""
USER, SECRET = "kubeflow-backups", "kubeflow-backups-keys"


@dataclass
class Copied:
    """The servers in the cluster that a stack has made so far.

    Attributes:
        servers: those with databases. store: the object store.
    """

    servers: list[CopiedServer] = field(default_factory=list[CopiedServer])
    store: CopiedStore | None = None

    def add(self, engine: Engine, args: DatabaseArgs, databases: Mapping[str, Database]) -> None:
        """Take note of a server with databases."""
        one = databases[args.databases[0].name]
        self.servers.append(
            CopiedServer(engine=engine, args=args, port=one.port, secret=one.secret, ready=one.ready)
        )

    def keep(self, args: ObjectStoreArgs, stores: Mapping[str, ObjectStore]) -> None:
        """Take note of an object store; its owner is the first user that may write all of the bucket."""
        owner = next(user for user in args.users if user.everything and user.writes)
        self.store = CopiedStore(
            name=args.name,
            jobs=stores[USER],
            owner=stores[owner.name],
            placement=args.settings.placement,
        )


def reached_by_backups(args: DatabaseArgs) -> DatabaseArgs:
    """The same server, which lets the Jobs in: who may call it is asked of all databases together."""
    first, *others = args.databases
    reached = replace(first, used_by=(*first.used_by, backup_pods(args.namespaces, args.name)))
    return replace(args, databases=(reached, *others))


def with_backup_user(args: ObjectStoreArgs, *, outside: bool) -> ObjectStoreArgs:
    """The same store with a user for the Jobs.

    Where copies go outside, they read what is to be copied; otherwise they have a bucket of their own.
    """
    pods = backup_pods(args.namespaces)
    if outside:
        user = StoreUser(name=USER, secret=SECRET, everything=True, writes=False, used_by=pods)
        return replace(args, users=(*args.users, user))
    user = StoreUser(name=USER, secret=SECRET, everything=True, bucket=BUCKET, used_by=pods)
    return replace(args, users=(*args.users, user), further=(*args.further, BUCKET))
