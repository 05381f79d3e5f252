"""Where the databases and the bucket of the platform are: in the cluster, or the cloud's own."""

from typing import Literal

from pydantic import Field

from ..settings_base import Certificates, Settings
from .backup.settings import BackupSettings
from .settings import GatewaySettings


class CloudDatabaseSettings(Settings):
    """Each database server of the cloud: MySQL for pipelines, PostgreSQL for Katib and the model registry.

    Each cloud has defaults and limits of its own (its `traits.py`) for what is not said here.
    """

    machine_type: str | None = Field(
        default=None, description="Machine type of a server, as the cloud names it."
    )
    disk_size: int | None = Field(default=None, ge=1, description="Disk of a server at first, in GiB.")
    maximum_disk_size: int | None = Field(
        default=None, ge=1, description="How large the cloud may make the disk by itself, in GiB."
    )
    highly_available: bool = Field(
        default=True, description="Whether a second server in another zone takes over when the first fails."
    )
    backup_days: int | None = Field(
        default=None,
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
    mysql_version: str | None = Field(
        default=None, description="MySQL: one of those that the cloud has and pipelines are built for."
    )
    postgresql_version: str | None = Field(
        default=None, description="PostgreSQL; the catalog of models needs 16 or newer."
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

    name: str | None = Field(
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
    gateway: GatewaySettings = Field(
        default=GatewaySettings(),
        description="On Azure: the gateways by which those who speak S3 use Blob Storage.",
    )
    keys_version: str = Field(
        default="",
        pattern=r"^[-a-z0-9]{0,20}$",
        description="Another text (lower-case letters, digits, '-') makes new keys, and restarts what uses "
        "them, on clouds where a program opens the bucket with keys.",
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
    backup: BackupSettings = BackupSettings()
