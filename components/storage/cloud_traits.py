"""What the databases and buckets of a cloud can be: by it the settings, the same for all clouds, are checked.

Each cloud's own are in its folder, in `traits.py`, which imports nothing of the cloud's SDK.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from .data_settings import CloudBucketSettings, CloudDatabaseSettings


@dataclass(frozen=True, kw_only=True)
class DataTraits:
    """One cloud's databases and buckets.

    Attributes:
        title: what the cloud is called. scheme: how addresses of objects in its bucket begin: `s3`.
        machine_type: what a server is unless the settings say. machine_types: the form that it has, and
            `machine_type_text` the same for people.
        disk_size: GiB of a server's first disk unless the settings say. disk_sizes: the least and the most.
        maximum_disk_size: how large it may become unless the settings say; None where the cloud has no such
            limit. growth: the least that it may be more than the first disk, as a factor.
        backup_days: how long a server can be restored to any second unless the settings say.
        most_backup_days: the most there is of it, by machine type.
        mysql_versions, postgresql_versions: what there is that the components can use, the default first.
        bucket_name: the form of a bucket's name, and `bucket_name_text` the same for people.
        most_old_versions_days: for how long a bucket can keep replaced objects at most.
        gateway: whether there are gateways before the bucket, since it does not speak S3 itself.
        also: what else of a server's settings cannot be had, each as `key: sentence`.
    """

    title: str
    scheme: Literal["minio", "s3", "gs"]
    machine_type: str
    machine_types: re.Pattern[str]
    machine_type_text: str
    disk_size: int
    disk_sizes: tuple[int, int]
    maximum_disk_size: int | None
    backup_days: int
    most_backup_days: Callable[[str], int]
    mysql_versions: tuple[str, ...]
    postgresql_versions: tuple[str, ...]
    bucket_name: re.Pattern[str]
    bucket_name_text: str
    growth: float = 1.0
    most_old_versions_days: int = 3650
    gateway: bool = False
    also: Callable[[CloudDatabaseSettings], Iterator[str]] = lambda _: iter(())

    def chosen(self, settings: CloudDatabaseSettings) -> "ChosenServer":
        """What a server is, with the cloud's defaults for what the settings leave open."""
        return ChosenServer(
            machine_type=settings.machine_type or self.machine_type,
            disk_size=settings.disk_size or self.disk_size,
            maximum_disk_size=settings.maximum_disk_size or self.maximum_disk_size,
            backup_days=settings.backup_days or self.backup_days,
            mysql_version=settings.mysql_version or self.mysql_versions[0],
            postgresql_version=settings.postgresql_version or self.postgresql_versions[0],
        )

    def problems(self, database: CloudDatabaseSettings, bucket: CloudBucketSettings) -> Iterator[str]:
        """What of the settings this cloud does not have, each as one sentence with its key."""
        yield from (f"slipway:data.database.{text}" for text in self._server_problems(database))
        name = bucket.name
        if name is not None and not self.bucket_name.fullmatch(name):
            yield (
                f"slipway:data.objectStore.name: '{name}' is no name of a bucket of {self.title} "
                f"({self.bucket_name_text})"
            )
        if bucket.keys_version and self.scheme != "gs":
            yield (
                f"slipway:data.objectStore.keysVersion: found '{bucket.keys_version}', and nobody opens a "
                f"bucket of {self.title} with keys of the cloud: leave it out"
            )
        if bucket.old_versions_days > self.most_old_versions_days:
            yield (
                f"slipway:data.objectStore.oldVersionsDays: found {bucket.old_versions_days}; allowed on "
                f"{self.title}: at most {self.most_old_versions_days}"
            )
        if bucket.gateway != CloudBucketSettings().gateway and not self.gateway:
            yield (
                f"slipway:data.objectStore.gateway: a bucket of {self.title} speaks S3 itself and has none; "
                "leave it out"
            )

    def _server_problems(self, database: CloudDatabaseSettings) -> Iterator[str]:
        chosen, title = self.chosen(database), self.title
        if not self.machine_types.fullmatch(chosen.machine_type):
            yield (
                f"machineType: found '{chosen.machine_type}', which is none of {title}; allowed: "
                f"{self.machine_type_text}"
            )
        elif chosen.backup_days > (most := self.most_backup_days(chosen.machine_type)):
            yield f"backupDays: found {chosen.backup_days}; allowed: at most {most} on {title}"
        for key, found, allowed in (
            ("mysqlVersion", chosen.mysql_version, self.mysql_versions),
            ("postgresqlVersion", chosen.postgresql_version, self.postgresql_versions),
        ):
            if found not in allowed:
                yield f"{key}: found '{found}'; allowed on {title}: {', '.join(map(repr, allowed))}"
        least, most = self.disk_sizes
        if not least <= chosen.disk_size <= most:
            yield f"diskSize: found {chosen.disk_size}; allowed on {title}: {least} to {most}"
        yield from self._growth_problems(chosen)
        yield from self.also(database)

    def _growth_problems(self, chosen: "ChosenServer") -> Iterator[str]:
        found, least, most = chosen.maximum_disk_size, chosen.disk_size * self.growth, self.disk_sizes[1]
        if found is None:
            return
        if self.maximum_disk_size is None:
            yield f"maximumDiskSize: {self.title} has no such limit; leave it out"
        elif not least <= found <= most:
            yield (
                f"maximumDiskSize: found {found}; allowed on {self.title}: {least:g} to {most}, with a "
                f"diskSize of {chosen.disk_size}"
            )


@dataclass(frozen=True, kw_only=True)
class ChosenServer:
    """What the settings of a server come to on a cloud. `maximum_disk_size` is None where it has no limit."""

    machine_type: str
    disk_size: int
    maximum_disk_size: int | None
    backup_days: int
    mysql_version: str
    postgresql_version: str
