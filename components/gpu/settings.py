"""Settings of GPU support."""

from typing import Literal

from pydantic import Field

from ..clusters.sharing import SharingSettings
from ..kube.settings import Compute
from ..settings_base import Settings


class GpuSettings(Settings):
    """How nodes come to offer their NVIDIA devices, where the cluster does not see to it itself."""

    support: Literal["auto", "devicePlugin", "operator", "none"] = Field(
        default="auto",
        description="`devicePlugin`: NVIDIA's device plugin with GPU feature discovery; `operator`: NVIDIA's "
        "GPU operator, which installs drivers and cuts devices into partitions too; `none`: neither; `auto`: "
        "the least that the node pools need.",
    )
    sharing: SharingSettings | None = Field(
        default=None,
        description="How devices are shared in node pools that name an accelerator and say nothing of it; "
        "`sharing: null` leaves those of a pool whole, and pools for training over several nodes stay whole.",
    )
    monitoring: bool = Field(
        default=True, description="Whether NVIDIA's DCGM exporter measures the devices, for Prometheus."
    )
    mig_ready: bool = Field(
        default=False,
        description="Whether nodes come with their MIG partitions made, on a cluster that is already there.",
    )
    plugin: Compute = Field(
        default=Compute(cpu="20m", memory="64Mi"), description="What each pod of the device plugin reserves."
    )
    exporter: Compute = Field(
        default=Compute(cpu="100m", memory="512Mi"), description="What each pod of the exporter reserves."
    )
