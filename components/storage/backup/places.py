"""Buckets as rclone is told of them: by variables, keys from a Secret."""

from dataclasses import dataclass

import pulumi

from ...contracts import ObjectStore
from ...kube.program import Environment, secret_key
from .settings import BackupTarget


@dataclass(frozen=True, kw_only=True)
class Place:
    """A part of a bucket, and what opens it.

    Attributes:
        remote: what it is called, here and in the variables.
        provider: whose store it is, as rclone calls them (rclone v1.76, backend/s3).
        secret: the Secret with the keys, under the two names.
    """

    remote: str
    provider: str
    endpoint: str
    region: str
    bucket: str
    secret: pulumi.Output[str]
    access_key: str
    secret_key: str
    prefix: str = ""

    @property
    def path(self) -> str:
        """As rclone addresses it."""
        return f"{self.remote}:{self.bucket}{f'/{self.prefix}' if self.prefix else ''}"


def inside(remote: str, store: ObjectStore) -> Place:
    """The bucket of the store in the cluster, as one of its users sees it."""
    return Place(
        remote=remote,
        provider="SeaweedFS",
        endpoint=f"{'https' if store.secure else 'http'}://{store.host}:{store.port}",
        region=store.region,
        bucket=store.bucket,
        secret=store.secret,
        access_key=store.access_key_name,
        secret_key=store.secret_key_name,
    )


def outside(
    remote: str, target: BackupTarget, *, secret: pulumi.Output[str], access_key: str, secret_key: str
) -> Place:
    """A bucket elsewhere, with keys in this Secret."""
    return Place(
        remote=remote,
        provider=target.kind,
        endpoint=target.endpoint,
        region=target.region,
        bucket=target.bucket,
        prefix=target.prefix,
        secret=secret,
        access_key=access_key,
        secret_key=secret_key,
    )


def place_environment(place: Place) -> Environment:
    """The variables by which rclone knows a bucket (rclone documentation, Environment Variables)."""
    variable = f"RCLONE_CONFIG_{place.remote.upper()}"
    return {
        f"{variable}_TYPE": "s3",
        f"{variable}_PROVIDER": place.provider,
        f"{variable}_ENDPOINT": place.endpoint,
        f"{variable}_REGION": place.region,
        f"{variable}_ACCESS_KEY_ID": secret_key(place.secret, place.access_key),
        f"{variable}_SECRET_ACCESS_KEY": secret_key(place.secret, place.secret_key),
    }
