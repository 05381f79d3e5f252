"""What a stack may say about volumes."""

from typing import Literal

from pydantic import Field

from ...kube.crud_web_app import CrudWebAppSettings
from ...kube.settings import Compute, Placement, ProgramSettings, WorkloadSettings
from ...settings_base import DnsLabel, Settings


class ViewerControllerSettings(WorkloadSettings):
    """The controller of PVC viewers."""

    # Its flag knows these three words only (controller-runtime v0.17, pkg/log/zap/flags.go).
    log_level: Literal["debug", "info", "error"] = Field(default="info", description="What it logs.")
    failure_policy: Literal["Fail", "Ignore"] = Field(
        default="Fail", description="What becomes of a new viewer while no webhook answers."
    )
    metrics: bool = Field(
        default=True, description="Whether it keeps metrics, behind a proxy that asks who reads them."
    )
    metrics_proxy: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="5m", memory="32Mi")),
        description="That proxy, the second container of the pod.",
    )


class ViewerSettings(ProgramSettings):
    """The file browser that opens a volume, in the team's namespace. `image` is one of File Browser."""

    service_account: DnsLabel = Field(
        default="default-editor",
        description="Service account of the team that it runs as; it gets no token of it.",
    )
    user: int | None = Field(
        default=1000,
        ge=1,
        description="Numeric user it runs as: that of notebook servers, whose files it may change. "
        "null: the image's own, which is root.",
    )
    group: int | None = Field(
        default=100,
        ge=1,
        description="Numeric group it runs as, which the volume is given to (fsGroup), as notebooks do. "
        "null where the cluster assigns groups itself (OpenShift).",
    )
    read_only: bool = Field(default=False, description="Whether people can look at files only.")
    timeout: str = Field(
        default="300s",
        pattern=r"^[1-9][0-9]*(ms|s|m|h)$",
        description="How long one request may take, such as the download of a file.",
    )
    same_node: bool = Field(
        default=True,
        description="Whether it prefers the node on which a ReadWriteOnce volume is already mounted.",
    )
    placement: Placement = Field(default=Placement(), description="Which nodes it may run on.")


class VolumesSettings(Settings):
    """The web app for volumes, and the controller that opens them in the browser."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    web_app: CrudWebAppSettings = Field(
        default=CrudWebAppSettings(requests=Compute(cpu="10m", memory="256Mi")),
        description="The web app that lists, creates and deletes volumes.",
    )
    viewer_controller: ViewerControllerSettings = Field(
        default=ViewerControllerSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The controller that turns a PVCViewer into a Deployment, a Service and a route.",
    )
    viewer: ViewerSettings = Field(
        default=ViewerSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="What opens a volume from the web app.",
    )
