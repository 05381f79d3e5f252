"""A GKE cluster as settings."""

import datetime
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...contracts import NodePool
from ...settings_base import Settings, duplicates
from ..cloud_settings import AcceleratorChoice, CloudClusterSettings, PrivateRange, pool_problems
from .network_settings import NetworkSettings
from .pool_settings import MACHINES, GcpPoolSettings, gcp_pool_problems, project_id

_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
_CLUSTER_NAME = re.compile(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")
_LABEL_KEY = re.compile(r"[a-z][-_a-z0-9]{0,62}")
_LABEL_VALUE = re.compile(r"[-_a-z0-9]{0,63}")
_LEAST_VERSION = (1, 35)
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
LogComponent = Literal["system", "workloads", "apiServer", "scheduler", "controllerManager"]


def _region(text: str) -> str:
    if not _REGION.fullmatch(text):
        message = f"'{text}' is not a region of Google Cloud (europe-west4, us-central1)"
        raise ValueError(message)
    return text


def _labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key) or not _LABEL_VALUE.fullmatch(value):
            message = (
                f"'{key}: {value}' is not a label of Google Cloud (lower-case letters, digits, '-' and '_', "
                "at most 63 each, the key starting with a letter)"
            )
            raise ValueError(message)
    return labels


def is_cluster_name(name: str) -> bool:
    """Whether GKE takes it as the name of a cluster."""
    return _CLUSTER_NAME.fullmatch(name) is not None


class UpgradeSettings(Settings):
    """How and when Google upgrades control plane and nodes: every week on these days, in UTC."""

    channel: Literal["rapid", "regular", "stable", "extended"] = Field(
        default="regular", description="Release channel that versions come from."
    )
    days: tuple[Day, ...] = Field(default=("SA", "SU"), min_length=1, description="Days of the week.")
    start: str = Field(
        default="02:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Begin of the window: 02:00."
    )
    hours: int = Field(default=8, ge=4, le=24, description="Length of the window.")

    @model_validator(mode="after")
    def _is_long_enough(self) -> Self:
        if twice := duplicates(self.days):
            raise ValueError(f"the day {', '.join(twice)} is given twice")
        if (hours := 4 * self.hours * len(self.days)) < 48:
            raise ValueError(f"the windows have {hours} hours in 4 weeks, and GKE asks for at least 48")
        return self

    @property
    def window(self) -> tuple[str, str, str]:
        """First begin and end (RFC 3339) and recurrence (RFC 5545), as the API of GKE takes them."""
        hour, minute = map(int, self.start.split(":"))
        monday = datetime.datetime(2026, 1, 5, hour, minute, tzinfo=datetime.UTC)
        # A recurrence begins with its first window: on a day that it names.
        start = monday + datetime.timedelta(days=min(_WEEK.index(day) for day in self.days))
        end = start + datetime.timedelta(hours=self.hours)
        days = ",".join(sorted(self.days, key=_WEEK.index))
        form = "%Y-%m-%dT%H:%M:%SZ"
        return start.strftime(form), end.strftime(form), f"FREQ=WEEKLY;BYDAY={days}"


class LogSettings(Settings):
    """What goes to Cloud Logging, whose log buckets say how long it stays."""

    components: tuple[LogComponent, ...] = Field(
        default=("system", "workloads", "apiServer", "scheduler", "controllerManager"),
        description="Whose logs: those of nodes and GKE itself, of all pods, of parts of the control plane.",
    )


class EncryptionSettings(Settings):
    """The key of Cloud KMS that encrypts the cluster's Secrets, boot disks and volumes."""

    enabled: bool = Field(default=True, description="Whether a key of one's own is used, or Google's.")
    key: str | None = Field(
        default=None,
        pattern=r"^projects/[-a-z0-9]+/locations/[-a-z0-9]+/keyRings/[-_A-Za-z0-9]+/cryptoKeys/[-_A-Za-z0-9]+$",
        description="A key that is there, in the cluster's region; a new one, rotated every 90 days, unless "
        "said: projects/acme-keys/locations/europe-west4/keyRings/ml/cryptoKeys/cluster.",
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.key and not self.enabled:
            raise ValueError(
                "key is for an encryption that is enabled: set enabled to true, or leave key out"
            )
        return self


class StorageSettings(Settings):
    """The classes of volumes."""

    disk_type: Literal["pd-balanced", "pd-ssd"] = Field(
        default="pd-ssd",
        description="Type of the default class's disks; on nodes whose series takes no Persistent Disk they "
        "are hyperdisk-balanced.",
    )
    shared: Literal["multishare", "zonal", "regional", "basicHdd"] | None = Field(
        default="multishare",
        description="Tier of Filestore for volumes that many nodes write. `multishare`: many volumes share "
        "an enterprise instance of at least 1 TiB; with the others each volume is an instance of its own, of "
        "at least 1 TiB. null: no such class.",
    )
    shared_volume_limit: Literal["128Gi", "256Gi", "512Gi", "1024Gi"] = Field(
        default="256Gi",
        description="Largest volume of `multishare`; the smaller, the more fit an instance: 80, 40, 20 or "
        "10. The smallest has 10Gi.",
    )


class GcpSettings(CloudClusterSettings):
    """A regional GKE Standard cluster."""

    provider: Literal["gcp"] = Field(description="Which kind of cluster: GKE on Google Cloud.")
    project: Annotated[str, AfterValidator(project_id)] = Field(description="Id of the project: acme-ml.")
    region: Annotated[str, AfterValidator(_region)] = Field(description="Region: europe-west4.")
    tags: Annotated[Mapping[str, str], AfterValidator(_labels)] = Field(
        default={}, description="Labels of every resource that has labels."
    )
    zones: tuple[str, ...] = Field(
        default=(), description="Zones of the nodes; three that Google chooses unless said."
    )
    node_pools: tuple[GcpPoolSettings, ...] = Field(
        default=(
            GcpPoolSettings(name="system", machine_type="e2-standard-8", min=1, max=6),
            GcpPoolSettings(name="gpu", accelerator=AcceleratorChoice(model="L4"), max=4),
        ),
        min_length=1,
        description="Node pools; one has at least one node without taints, for the platform itself.",
    )
    network: NetworkSettings = NetworkSettings()
    internal_ranges: tuple[PrivateRange, ...] = Field(
        default=(),
        description="Private ranges beside the nodes' own (VPN, build servers) that may reach the private "
        "address of the API.",
    )
    upgrades: UpgradeSettings = UpgradeSettings()
    encryption: EncryptionSettings = EncryptionSettings()
    logs: LogSettings = LogSettings()
    managed_prometheus: bool = Field(
        default=True, description="Whether Google collects metrics that pods offer (managed Prometheus)."
    )
    security_group: str | None = Field(
        default=None,
        pattern=r"^gke-security-groups@[-a-z0-9.]+$",
        description="Google group whose member groups RBAC may name: gke-security-groups@example.com.",
    )
    gpu_driver: Literal["default", "latest"] = Field(
        default="default", description="Version of NVIDIA's driver, which GKE installs for its own version."
    )
    image_streaming: bool = Field(
        default=False,
        description="Whether containers start while their images, of Artifact Registry, are still loading.",
    )
    storage: StorageSettings = StorageSettings()
    enable_apis: bool = Field(
        default=True, description="Whether the project's APIs are enabled; false where others do so."
    )

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        problems = list(pool_problems(self.node_pools, MACHINES))
        problems = problems or [*gcp_pool_problems(self.node_pools, self.region), *self._problems()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _problems(self) -> list[str]:
        found: list[str] = []
        if tuple(map(int, self.version.split("."))) < _LEAST_VERSION:
            found.append(f"version is '{self.version}'; allowed on Google Cloud: 1.35 and later")
        if self.name is not None and not is_cluster_name(self.name):
            found.append(
                f"name is '{self.name}': GKE takes at most 40 letters, digits and '-', starting with a letter"
            )
        if twice := duplicates(self.zones):
            found.append(f"zones: {', '.join(twice)} is given twice")
        wrong = [zone for zone in self.zones if not re.fullmatch(f"{self.region}-[a-z]", zone)]
        found += [f"zones: '{zone}' is not a zone of {self.region}" for zone in wrong]
        if self.encryption.key and f"/locations/{self.region}/" not in self.encryption.key:
            found.append(f"encryption.key is in another region than the cluster, which is in {self.region}")
        given = self.network.given
        if given and given.region != self.region:
            found.append(
                f"network.given.subnetwork is in {given.region}, and the cluster in {self.region}: "
                "give one of its region"
            )
        most = self.network.most_nodes
        asked = sum(pool.max * len(pool.resource_names) for pool in self.node_pools)
        if most is not None and asked > most:
            found.append(
                f"the pools may have {asked} nodes, and network.podRange and network.range are enough for "
                f"{most}: give wider ranges"
            )
        return found

    def contracts(self) -> tuple[NodePool, ...]:
        """The node pools as components see them."""
        return tuple(pool.contract(MACHINES) for pool in self.node_pools)
