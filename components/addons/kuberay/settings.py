"""Settings of KubeRay."""

from pydantic import Field

from ...kube.settings import Compute
from ...settings_base import Settings


class KubeRaySettings(Settings):
    """The operator of Ray clusters, jobs and services."""

    enabled: bool = Field(default=False, description="Whether it is installed.")
    requests: Compute = Field(default=Compute(cpu="100m", memory="512Mi"), description="What it reserves.")
    limits: Compute = Field(default=Compute(memory="1Gi"), description="What it may use at most.")
