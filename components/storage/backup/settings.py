"""Copies of what servers in the cluster keep: when, for how long, and where to."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ...kube.settings import Compute, ProgramSettings, Quantity
from ...settings_base import Settings

ACCESS_KEY, SECRET_KEY = "backup-access-key", "backup-secret-key"
"""Names of the secrets of a stack that open the bucket outside of the cluster."""

_NUMBER = r"(\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?"
_CRON = re.compile(rf"{_NUMBER}(,{_NUMBER})*( {_NUMBER}(,{_NUMBER})*){{4}}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
# No name, and so no part of one, that leads out of the prefix.
_DOTS = re.compile(r"(^|/)\.\.?(/|$)")


def _schedule(value: str) -> str:
    if not _CRON.fullmatch(value):
        raise ValueError(
            f"'{value}' is no schedule; allowed: five numbers, ranges or '*' for minute, hour, day, month "
            "and day of the week, such as '30 1 * * *'"
        )
    return value


def _bucket(value: str) -> str:
    if not _BUCKET.fullmatch(value):
        raise ValueError(f"'{value}' is no name of a bucket")
    return value


def _prefix(value: str) -> str:
    if value and (not _PREFIX.fullmatch(value) or _DOTS.search(value)):
        raise ValueError(
            f"'{value}' is no prefix; allowed: letters, digits, '-', '_' and '.', in parts with '/' between "
            "them, such as 'kubeflow/prod'"
        )
    return value


class BackupTarget(Settings):
    """A bucket outside of the cluster, behind the S3 protocol.

    Its keys are the secrets `slipway:secret-backup-access-key` and `slipway:secret-backup-secret-key`.
    """

    endpoint: str = Field(
        pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?$",
        description="Address of the store: https://s3.eu-central-1.amazonaws.com.",
    )
    bucket: Annotated[str, AfterValidator(_bucket)] = Field(
        description="Name of the bucket; it has to be there."
    )
    prefix: Annotated[str, AfterValidator(_prefix)] = Field(
        default="", description="What the keys of all copies begin with, such as `kubeflow/prod`."
    )
    region: str = Field(default="us-east-1", pattern=r"^[a-z0-9-]+$", description="Region to sign for.")
    kind: Literal["AWS", "Ceph", "GCS", "Minio", "SeaweedFS", "Other"] = Field(
        default="Other", description="Whose store it is, as rclone calls them; they differ in small things."
    )


class BackupSettings(Settings):
    """Copies of the databases and the bucket in the cluster."""

    enabled: bool | None = Field(
        default=None,
        description="Whether copies are made. Unset: where data is kept (every cluster but simulated and "
        "kind ones, unless teamDefaults.keepData says otherwise) and there is a bucket for them.",
    )
    schedule: Annotated[str, AfterValidator(_schedule)] = Field(
        default="30 1 * * *", description="When copies are made, as cron says it."
    )
    time_zone: str = Field(
        default="Etc/UTC",
        pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$",
        description="Time zone of the schedule.",
    )
    keep_days: int = Field(default=14, ge=1, le=3650, description="Days for which a copy is kept.")
    deadline_minutes: int = Field(
        default=120, ge=5, le=1440, description="After how many minutes a copy or a restore is given up."
    )
    work_size: Quantity = Field(
        default="20Gi", description="Room on a node for one copy of a database server, compressed."
    )
    target: BackupTarget | None = Field(
        default=None,
        description="A bucket outside of the cluster. Without it databases are copied into a bucket of the "
        "object store in the cluster, and that store itself is not copied.",
    )
    copier: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="50m", memory="128Mi")),
        description="The container that moves copies (rclone).",
    )
    dumper: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="100m", memory="128Mi")),
        description="The container that reads and writes a database; `image` takes the server's place.",
    )


def backup_secrets(backup: BackupSettings, *, on: bool) -> dict[str, str]:
    """The secrets that a stack has to give: by name the setting that asks for it."""
    if not on or backup.target is None:
        return {}
    return dict.fromkeys((ACCESS_KEY, SECRET_KEY), "data.backup.target")


def problems(backup: BackupSettings, *, embedded: bool, store: bool, outbound: str) -> Iterator[str]:
    """What of the settings cannot be had, each as one sentence with its key.

    Args:
        embedded: databases and bucket are in the cluster.
        store: there is an object store in the cluster.
        outbound: the mesh's outboundTrafficPolicy.
    """
    if not embedded and backup != BackupSettings():
        yield (
            "slipway:data.backup: is for servers in the cluster, and provider is 'cloud', whose servers have "
            "copies of their own (database.backupDays, objectStore.oldVersionsDays); allowed: provider "
            "'embedded'"
        )
    elif backup.enabled and backup.target is None and not store:
        yield (
            "slipway:data.backup.enabled: found true, and there is no bucket to copy to: "
            "components.pipelines is off, and with it the store in the cluster; allowed: a bucket outside "
            "(data.backup.target)"
        )
    elif backup.target is not None and backup.enabled is not False and outbound == "REGISTRY_ONLY":
        yield (
            "slipway:data.backup.target: is outside of the cluster, and addons.istio.outboundTraffic is "
            "'REGISTRY_ONLY', by which the mesh lets no pod out; allowed: none, or ALLOW_ANY"
        )
