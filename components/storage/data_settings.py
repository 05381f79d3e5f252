"""Where the databases and the bucket of the platform are: in the cluster, or the cloud's own."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..settings_base import Certificates, Settings

# Clusters whose cloud's databases and buckets there are components for.
CLOUDS = ("aws",)

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def _bucket_name(value: str) -> str:
    if not _BUCKET.fullmatch(value):
        raise ValueError(
            f"'{value}' is no name of a bucket (3 to 63 lower-case letters, digits and '-', a letter or "
            "digit first and last)"
        )
    return value


BucketName = Annotated[str, AfterValidator(_bucket_name)]


class CloudDatabaseSettings(Settings):
    """Each database server of the cloud: MySQL for pipelines, PostgreSQL for Katib and the model registry."""

    machine_type: str = Field(
        default="db.m6g.large",
        pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$",
        description="Instance class of a server, as AWS names it.",
    )
    disk_size: int = Field(default=100, ge=20, le=65536, description="Disk of a server at first, in GiB.")
    maximum_disk_size: int = Field(
        default=1000, ge=26, le=65536, description="How large the cloud may make the disk by itself, in GiB."
    )
    highly_available: bool = Field(
        default=True, description="Whether a second server in another zone takes over when the first fails."
    )
    backup_days: int = Field(
        default=14,
        ge=1,
        le=35,
        description="Days for which a server can be restored to any second; each day has a copy.",
    )
    deletion_protection: bool = Field(
        default=True,
        description="Whether Pulumi and the cloud refuse to delete a server. Set it to false, `up`, then "
        "remove it.",
    )
    last_copy: bool = Field(
        default=True,
        description="Whether a server that is deleted leaves a last copy, and those of the days before it.",
    )
    mysql_version: Literal["8.4"] = Field(default="8.4", description="MySQL, as pipelines are built for.")
    postgresql_version: Literal["16", "17"] = Field(
        default="17", description="PostgreSQL; the catalog of models needs 16 or newer."
    )
    authority: Certificates | None = Field(
        default=None,
        description="Certificates in PEM of those who sign for the servers; of RDS Amazon's bundle of the "
        "region. Without them connections are encrypted, and whoever answers is believed.",
    )
    password_version: str = Field(
        default="", description="Any text: another one makes new passwords, and restarts what uses them."
    )


class CloudBucketSettings(Settings):
    """The bucket of the cloud, in which runs keep artifacts and logs."""

    name: BucketName | None = Field(
        default=None,
        description="Name of the bucket, which nobody else may have; needed with provider `cloud`.",
    )
    old_versions_days: int = Field(
        default=30, ge=1, le=3650, description="Days for which a replaced or deleted object can be had back."
    )
    deletion_protection: bool = Field(
        default=True,
        description="Whether Pulumi refuses to delete the bucket. Set it to false, `up`, then remove it: its "
        "objects go with it.",
    )


class DataSettings(Settings):
    """The databases and the bucket of all components."""

    provider: Literal["embedded", "cloud"] = Field(
        default="embedded",
        description="`embedded` runs servers in the cluster (settings of each component); `cloud` takes the "
        "databases and the object store of the cloud that the cluster is on.",
    )
    database: CloudDatabaseSettings = CloudDatabaseSettings()
    object_store: CloudBucketSettings = CloudBucketSettings()


def problems(data: DataSettings, *, cluster: str, outbound: str, root: str | None) -> Iterator[str]:
    """What of the settings cannot be had in a stack, each as one sentence with its key.

    Args:
        cluster: provider of the cluster. outbound: the mesh's outboundTrafficPolicy.
        root: where runs keep artifacts, if the stack says so.
    """
    if data.provider == "embedded":
        parts: Mapping[str, tuple[Settings, Settings]] = {
            "database": (data.database, CloudDatabaseSettings()),
            "objectStore": (data.object_store, CloudBucketSettings()),
        }
        for key, (found, default) in parts.items():
            if found != default:
                yield (
                    f"slipway:data.{key}: is for databases and buckets of a cloud, and provider is "
                    "'embedded'; allowed: provider 'cloud', or the settings of each component "
                    "(components.<name>.database, components.pipelines.objectStore)"
                )
        return
    if cluster not in CLOUDS:
        yield (
            f"slipway:data.provider: found 'cloud' with a cluster of provider '{cluster}', whose databases "
            f"and buckets there are no components for; allowed: 'embedded', or a cluster of provider "
            f"{', '.join(repr(one) for one in CLOUDS)}"
        )
    if outbound == "REGISTRY_ONLY":
        yield (
            "slipway:data.provider: found 'cloud' with addons.istio.outboundTraffic 'REGISTRY_ONLY', by "
            "which the mesh lets no pod out of the cluster; allowed: 'embedded', or ALLOW_ANY"
        )
    if root is not None and root.startswith("minio://"):
        yield (
            f"slipway:components.pipelines.runs.defaultPipelineRoot: found '{root}' with data.provider "
            "'cloud', where no run has keys; allowed: a root that begins with s3://"
        )
    if data.object_store.name is None:
        yield (
            "slipway:data.objectStore.name: is missing; it is required with provider 'cloud', since no two "
            "buckets in the world have the same name"
        )
    if data.database.maximum_disk_size * 10 < data.database.disk_size * 11:
        yield (
            f"slipway:data.database.maximumDiskSize: found {data.database.maximum_disk_size}; allowed: at "
            f"least a tenth more than diskSize ({data.database.disk_size})"
        )
