"""The settings of a cluster on Azure Kubernetes Service. Nothing of Azure's SDK is imported here."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...contracts import NodePool
from ...settings_base import Settings, SettingsError, duplicates
from ..cloud_settings import AcceleratorChoice, CloudClusterSettings, pool_problems
from .names import ClusterName, Region, Uuid, cluster_name, of_kind
from .network_settings import NetworkSettings
from .pool_settings import MACHINES, AzurePoolSettings, azure_pool_problems

LogCategory = Literal[
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "guard",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
]
WorkspaceId = Annotated[str, of_kind("Microsoft.OperationalInsights/workspaces")]
RegistryId = Annotated[str, of_kind("Microsoft.ContainerRegistry/registries")]


def _some_group(groups: tuple[str, ...]) -> tuple[str, ...]:
    if not groups:
        raise ValueError("found none; one group is needed at least, since the cluster has no local accounts")
    return groups


def _some_log(categories: tuple[LogCategory, ...]) -> tuple[LogCategory, ...]:
    if not categories:
        raise ValueError("found none; to have no logs, set enabled to false")
    return categories


class EncryptionSettings(Settings):
    """Whose keys encrypt what is at rest."""

    customer_keys: bool = Field(
        default=True,
        description="Whether a key vault of the stack holds the keys of secrets in etcd, of disks and of "
        "shared files; Azure's own keys otherwise. It cannot change later.",
    )
    at_host: bool = Field(
        default=True,
        description="Whether nodes encrypt local disks and caches too. The subscription needs the feature "
        "Microsoft.Compute/EncryptionAtHost.",
    )


class LogsSettings(Settings):
    """Logs of the control plane, in a workspace of Log Analytics."""

    enabled: bool = Field(default=True, description="Whether the control plane writes logs.")
    workspace_id: WorkspaceId | None = Field(
        default=None, description="A workspace that is there; a new one unless said."
    )
    retention_days: int = Field(
        default=30, ge=30, le=730, description="Days for which a new workspace keeps logs."
    )
    daily_gigabytes: int | None = Field(
        default=None, ge=1, description="Most that a new workspace takes in a day; no limit unless said."
    )
    categories: Annotated[tuple[LogCategory, ...], AfterValidator(_some_log)] = Field(
        default=(
            "kube-apiserver",
            "kube-audit-admin",
            "kube-controller-manager",
            "kube-scheduler",
            "cluster-autoscaler",
            "cloud-controller-manager",
            "guard",
        ),
        description="Which logs. `kube-audit` has every read access too, and is large.",
    )


class UpgradeSettings(Settings):
    """What AKS upgrades by itself, and when."""

    channel: Literal["patch", "none"] = Field(
        default="patch",
        description="Kubernetes: patch releases of `version`, or nothing. A minor version never.",
    )
    node_images: Literal["nodeImage", "securityPatch", "none"] = Field(
        default="nodeImage", description="Nodes: new images each week, security patches only, or nothing."
    )
    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] = Field(
        default="Sunday", description="Day of the week of the maintenance window."
    )
    start: str = Field(
        default="01:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Its start, 24 hours."
    )
    hours: int = Field(default=6, ge=4, le=24, description="Its length in hours.")
    utc_offset: str = Field(
        default="+00:00",
        pattern=r"^[+-][01][0-9]:[0-5][0-9]$",
        description="Time zone, as an offset from UTC.",
    )


class AutoscalerSettings(Settings):
    """How AKS's cluster autoscaler decides."""

    unneeded_minutes: int = Field(
        default=10, ge=1, le=1440, description="Minutes for which a node has to be unneeded before it goes."
    )
    provision_minutes: int = Field(
        default=30, ge=5, le=120, description="Minutes after which a node that did not come is given up."
    )
    utilization: float = Field(
        default=0.5, gt=0, lt=1, description="Share of a node's requests below which it counts as unneeded."
    )


class StorageSettings(Settings):
    """Volumes."""

    redundancy: Literal["zone", "local"] | None = Field(
        default=None,
        description="Copies of disks and shared files in three zones, or in one place; `zone` unless said, "
        "where the cluster has zones. Not every region has zone-redundant premium disks.",
    )
    shared_files: bool = Field(
        default=True,
        description="Whether there is a class of volumes that many nodes write: Azure Files premium by NFS.",
    )
    encrypt_in_transit: bool = Field(
        default=True, description="Whether nodes mount shared files over TLS (AKS 1.33 or later)."
    )


class AzureSettings(CloudClusterSettings):
    """A cluster on Azure Kubernetes Service."""

    provider: Literal["azure"] = Field(description="Which kind of cluster: one on Azure Kubernetes Service.")
    name: ClusterName | None = Field(
        default=None, description="Name of the cluster and its resource group; the stack's unless said."
    )
    region: Region = Field(description="Region, as `az account list-locations` names it: westeurope.")
    subscription_id: Uuid = Field(description="Subscription that holds everything.")
    admin_groups: Annotated[tuple[Uuid, ...], AfterValidator(_some_group)] = Field(
        description="Object IDs of the groups of Entra ID whose members administer the cluster. Whoever runs "
        "`pulumi up` has to be in one: there are no local accounts.",
    )
    login: Literal[
        "azurecli", "azurepipelines", "devicecode", "interactive", "msi", "spn", "workloadidentity"
    ] = Field(default="azurecli", description="How kubelogin, in the kubeconfig, gets its token (`--login`).")
    tier: Literal["free", "standard", "premium"] = Field(
        default="standard", description="Tier of the control plane; `free` is without availability guarantee."
    )
    zones: tuple[Literal["1", "2", "3"], ...] = Field(
        default=("1", "2", "3"), description="Zones of the nodes; `[]` in a region without zones."
    )
    network: NetworkSettings = NetworkSettings()
    encryption: EncryptionSettings = EncryptionSettings()
    logs: LogsSettings = LogsSettings()
    upgrades: UpgradeSettings = UpgradeSettings()
    autoscaler: AutoscalerSettings = AutoscalerSettings()
    storage: StorageSettings = StorageSettings()
    container_registries: tuple[RegistryId, ...] = Field(
        default=(), description="IDs of the container registries that nodes may pull from (AcrPull)."
    )
    node_os: Literal["ubuntu", "azureLinux"] = Field(
        default="ubuntu", description="Operating system of the nodes."
    )
    gpu_driver: Literal["install", "none"] = Field(
        default="install",
        description="Whether AKS installs NVIDIA's driver; `none` leaves it to the GPU operator.",
    )
    node_pools: tuple[AzurePoolSettings, ...] = Field(
        default=(
            AzurePoolSettings(name="system", machine_type="Standard_D8s_v5", min=2, max=6),
            AzurePoolSettings(name="gpu", accelerator=AcceleratorChoice(model="T4", count=1), min=0, max=4),
        ),
        description="Node pools. The first on-demand one with min 1 and no taint holds AKS's own pods.",
    )

    @model_validator(mode="after")
    def _can_be_had(self) -> Self:
        problems = pool_problems(self.node_pools, MACHINES)
        if not problems:
            problems = azure_pool_problems(
                self.node_pools, self.zones, gpu_driver=self.gpu_driver == "install"
            )
        most = sum(pool.max * (2 if pool.capacity == "spotWithFallback" else 1) for pool in self.node_pools)
        if most > self.network.most_nodes:
            problems.append(
                f"network.podRange {self.network.pod_range} is enough for {self.network.most_nodes} nodes, "
                f"and the pools may have {most}: choose a larger one"
            )
        if twice := duplicates(self.zones):
            problems.append(f"the zone {', '.join(twice)} is given twice")
        if self.storage.redundancy == "zone" and not self.zones:
            problems.append(
                "storage.redundancy is 'zone', and the cluster has no zones: leave it out, or set zones"
            )
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def contracts(self) -> tuple[NodePool, ...]:
        """The node pools as components see them."""
        return tuple(pool.contract(MACHINES) for pool in self.node_pools)

    def named(self, stack: str) -> str:
        """The name of the cluster. Raises SettingsError where it is the stack's and Azure refuses it."""
        try:
            return self.name or cluster_name(stack)
        except ValueError as error:
            raise SettingsError(
                f"slipway:cluster.name: is that of the stack unless set, and {error}."
            ) from None

    @property
    def zone_redundant(self) -> bool:
        """Whether disks and shared files have copies in three zones."""
        return (self.storage.redundancy or ("zone" if self.zones else "local")) == "zone"
