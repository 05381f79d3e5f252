"""Which kind of GPU support a cluster needs, and by which charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from ..contracts import AwsCloud, AzureCloud, Capabilities, Cluster, GcpCloud, NodePool
from ..versions import Chart, Charts
from .settings import GpuSettings
from .sharing import nvidia_pools, sharing_of

Support = Literal["devicePlugin", "operator", "none"]

Cloud = type[AwsCloud] | type[AzureCloud] | type[GcpCloud] | None


@dataclass(frozen=True, kw_only=True)
class Devices:
    """What is known of a cluster's devices before there is a cluster.

    Attributes:
        pools: those with devices of NVIDIA's.
        cloud: which cloud's nodes they are.
    """

    pools: tuple[NodePool, ...]
    capabilities: Capabilities
    cloud: Cloud = None

    @classmethod
    def among(cls, pools: Sequence[NodePool], capabilities: Capabilities, cloud: Cloud = None) -> Self:
        """The devices of these pools."""
        return cls(pools=nvidia_pools(pools), capabilities=capabilities, cloud=cloud)

    @classmethod
    def of(cls, cluster: Cluster) -> Self:
        """The devices of a cluster."""
        cloud = type(cluster.cloud) if cluster.cloud is not None else None
        return cls.among(cluster.node_pools, cluster.capabilities, cloud)

    @property
    def partitioned(self) -> bool:
        """Whether a pool has its devices cut."""
        sharings = (sharing_of(pool) for pool in self.pools)
        return any(one is not None and one.strategy == "mig" for one in sharings)

    def to_cut(self, settings: GpuSettings) -> bool:
        """Whether somebody has to cut devices here.

        AKS cuts those of a pool with a MIG instance profile, GKE those of a pool with a partition size.
        """
        return self.partitioned and not (settings.mig_ready or self.cloud in (AzureCloud, GcpCloud))


def needed(devices: Devices, settings: GpuSettings) -> Support:
    """The kind of support that is meant: what is said, or the least that serves all node pools."""
    if not devices.pools:
        return "none"
    if settings.support != "auto":
        return settings.support
    if devices.capabilities.gpu_device_plugin:
        return "none"
    bare = not devices.capabilities.gpu_driver
    return "operator" if bare or devices.to_cut(settings) else "devicePlugin"


def charts(devices: Devices, settings: GpuSettings) -> tuple[Chart, ...]:
    """The charts that GPU support installs."""
    match needed(devices, settings):
        case "operator":
            return (Charts.GPU_OPERATOR,)
        case "devicePlugin":
            exporter = (Charts.DCGM_EXPORTER,) if settings.monitoring else ()
            return (Charts.NVIDIA_DEVICE_PLUGIN, *exporter)
        case _:
            return ()
