"""What a stack may say about a database or an object store that runs in the cluster."""

from pydantic import Field

from ..kube.settings import Compute, ProgramSettings, Quantity, WorkloadSettings
from ..settings_base import Settings


class VolumeSettings(Settings):
    """The persistent volume of a server."""

    size: Quantity = Field(default="20Gi", description="Size of the volume.")
    storage_class: str | None = Field(
        default=None, description="Storage class of the volume; the cluster's own if not given."
    )


class _ServerSettings(WorkloadSettings):
    """One pod with one volume."""

    # One writer owns the volume, so that there is never a second pod.
    replicas: int = Field(default=1, ge=0, le=1, description="1, or 0 to stop the server and keep its data.")
    volume: VolumeSettings = Field(default=VolumeSettings(), description="Where it keeps its data.")


class DatabaseSettings(_ServerSettings):
    """A MySQL or PostgreSQL server in the cluster."""

    requests: Compute = Field(
        default=Compute(cpu="100m", memory="800Mi"), description="What the scheduler reserves."
    )
    password_version: str = Field(
        default="", description="Any text: another one makes new passwords, and restarts what uses them."
    )


class ObjectStoreSettings(_ServerSettings):
    """A SeaweedFS server in the cluster."""

    requests: Compute = Field(
        default=Compute(cpu="32m", memory="256Mi"), description="What the scheduler reserves."
    )
    keys_version: str = Field(
        default="", description="Any text: another one makes new keys, and restarts what uses them."
    )
    keeper: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="5m", memory="32Mi")),
        description="The second container, which makes the bucket and has changed keys read again.",
    )


class GatewaySettings(WorkloadSettings):
    """An S3 gateway before a store of the cloud that does not speak S3: one for each user of the bucket."""

    requests: Compute = Field(
        default=Compute(cpu="10m", memory="64Mi"), description="What the scheduler reserves for each."
    )
    keys_version: str = Field(
        default="", description="Any text: another one makes new keys, and restarts what uses them."
    )
