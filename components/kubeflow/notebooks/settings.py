"""What a stack may say about notebooks."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...kube.crud_web_app import CrudWebAppSettings
from ...kube.settings import Compute, WorkloadSettings
from ...settings_base import Settings
from .spawner_settings import SpawnerSettings

_DURATION = re.compile(r"(?:(?P<d>[0-9]+)d)?(?:(?P<h>[0-9]+)h)?(?:(?P<m>[0-9]+)m)?")


def minutes(duration: str) -> int:
    """Whole minutes of a duration such as `90m`, `24h`, `7d` or `1d12h`.

    Raises ValueError where it is none, or shorter than a minute.
    """
    match = _DURATION.fullmatch(duration)
    parts = {unit: int(count or 0) for unit, count in match.groupdict().items()} if match else {}
    total = parts.get("d", 0) * 1440 + parts.get("h", 0) * 60 + parts.get("m", 0)
    if total < 1:
        raise ValueError(
            f"'{duration}' is not a duration of whole minutes (days, hours, minutes: 90m, 24h, 7d, 1d12h)"
        )
    return total


def _duration(value: str) -> str:
    minutes(value)
    return value


Duration = Annotated[
    str, AfterValidator(_duration), Field(description="A duration of at least a minute: 90m, 24h, 7d.")
]


class CullingSettings(Settings):
    """Stopping notebooks that nobody uses.

    The controller asks each server for its Jupyter kernels. Code-server and RStudio have none to show: theirs
    stop `idleTime` after their start, used or not.
    """

    enabled: bool = Field(default=False, description="Whether idle notebooks are stopped; volumes stay.")
    idle_time: Duration = Field(default="1d", description="How long no kernel was busy before it is stopped.")
    check_period: Duration = Field(default="1m", description="How often each notebook is asked.")

    @model_validator(mode="after")
    def _asked_often_enough(self) -> Self:
        if minutes(self.check_period) > minutes(self.idle_time):
            raise ValueError(
                f"checkPeriod '{self.check_period}' is longer than idleTime '{self.idle_time}': "
                "a notebook would be stopped later than it says; allowed: at most idleTime"
            )
        return self


class ControllerSettings(WorkloadSettings):
    """The notebook controller."""

    # Its flags know these three words only (controller-runtime v0.11, pkg/log/zap/flags.go).
    log_level: Literal["debug", "info", "error"] = Field(default="info", description="What it logs.")
    api_queries_per_second: int = Field(
        default=0, ge=0, description="Requests per second to the API server; 0: its own default of 20."
    )
    api_burst: int = Field(
        default=0, ge=0, description="Requests at once to the API server; 0: its own default of 30."
    )
    add_fs_group: bool = Field(
        default=True,
        description="Whether a notebook without a pod security context gets fsGroup 100, so that its user "
        "can write to its volumes. Off where the cluster assigns groups itself (OpenShift).",
    )
    metrics: bool = Field(default=True, description="Whether Prometheus is told to scrape it.")


class NotebooksSettings(Settings):
    """Notebook servers in teams' namespaces, and the web app to start them."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    controller: ControllerSettings = Field(
        default=ControllerSettings(requests=Compute(cpu="10m", memory="128Mi")),
        description="The controller that turns a Notebook into a StatefulSet, a Service and a route.",
    )
    culling: CullingSettings = Field(default=CullingSettings(), description="Stopping idle notebooks.")
    web_app: CrudWebAppSettings = Field(
        default=CrudWebAppSettings(requests=Compute(cpu="10m", memory="256Mi")),
        description="The web app; its three processes hold about 80 MiB each.",
    )
    spawner: SpawnerSettings = Field(
        default=SpawnerSettings(), description="What the form for a new notebook offers."
    )
