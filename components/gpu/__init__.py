"""GPU support: what makes nodes offer their NVIDIA devices to pods, whole or shared, and measures them."""

from .component import Gpu, GpuArgs
from .problems import problems
from .settings import GpuSettings
from .support import Devices, charts

__all__ = ["Devices", "Gpu", "GpuArgs", "GpuSettings", "charts", "problems"]
