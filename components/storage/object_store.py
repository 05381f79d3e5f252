"""What is asked of an object store: a bucket, and users with keys of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..contracts import TEAMS, Caller
from .server import ServerArgs
from .settings import ObjectStoreSettings

ACCESS_KEY, SECRET_KEY = "accesskey", "secretkey"
"""Under which a Secret has the two keys of a user."""


@dataclass(frozen=True, kw_only=True)
class StoreUser:
    """Someone with keys of their own. The name is the access key.

    Attributes:
        secret: the Secret of Kubeflow's namespace that holds the keys; None declares none there, for users
            elsewhere, whose Secret is theirs to declare.
        everything: may use the whole bucket.
        prefixes: what the keys of objects begin with that the user may use.
        writes: may change objects, not just read and list them.
        used_by: the pods that use the keys.
        bucket: one of the store's further buckets, where it is not the first.
        native: its program opens the buckets of every cloud that components are made for, each in its way;
            others know the S3 protocol only.
        s3_prefixes: what a native one reads by the S3 protocol nevertheless.
    """

    name: str
    secret: str | None = None
    everything: bool = False
    prefixes: tuple[str, ...] = ()
    writes: bool = True
    used_by: Caller = TEAMS
    bucket: str | None = None
    native: bool = True
    s3_prefixes: tuple[str, ...] = ()

    def actions(self, bucket: str) -> list[str]:
        """What SeaweedFS calls it (weed/s3api/s3_constants/s3_actions.go; matched in Identity.canDo)."""
        verbs = ("Read", "List", *(("Write", "Tagging") if self.writes else ()))
        bucket = self.bucket or bucket
        if self.everything:
            return [f"{verb}:{bucket}" for verb in verbs]
        return [f"{verb}:{bucket}/{prefix}*" for prefix in self.prefixes for verb in verbs]


@dataclass(frozen=True, kw_only=True)
class Account:
    """The service account whose pods are a user of a store."""

    namespace: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """The bucket of a store.

    Attributes:
        retention_days: by prefix, after how many days objects go; 0 keeps them.
    """

    name: str
    retention_days: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, kw_only=True)
class ObjectStoreArgs(ServerArgs):
    """A server with its bucket and its users.

    Attributes:
        further: names of further buckets, which only users who say so may use.

    Raises:
        ValueError: two users have the same name, or there is none.
    """

    settings: ObjectStoreSettings
    bucket: Bucket
    users: Sequence[StoreUser]
    further: Sequence[str] = ()

    def __post_init__(self) -> None:
        names = [user.name for user in self.users]
        if not names or len(set(names)) != len(names):
            raise ValueError(f"{self.name}: users need names of their own, found {names}")
