"""What a stack may say about TensorBoards."""

from typing import Literal

from pydantic import Field

from ...kube.crud_web_app import CrudWebAppSettings
from ...kube.image import PinnedImage
from ...kube.settings import Compute, ProgramSettings, WorkloadSettings
from ...settings_base import Settings


class ControllerSettings(WorkloadSettings):
    """The TensorBoard controller."""

    # Its flags know these three words only (controller-runtime v0.11, pkg/log/zap/flags.go).
    log_level: Literal["debug", "info", "error"] = Field(default="info", description="What it logs.")
    metrics: bool = Field(
        default=True, description="Whether it keeps metrics, behind a proxy that asks who reads them."
    )
    metrics_proxy: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="5m", memory="32Mi")),
        description="That proxy, the second container of the pod.",
    )


class ServerSettings(Settings):
    """The servers that the controller starts in teams' namespaces."""

    image: PinnedImage | None = Field(
        default=None,
        description="Image with the program /usr/local/bin/tensorboard; the pinned one of this release if "
        "not given. Servers that run keep theirs.",
    )
    same_node: bool = Field(
        default=True,
        description="Whether a server prefers the node on which a ReadWriteOnce volume with its logs is "
        "already mounted.",
    )


class TensorBoardsSettings(Settings):
    """TensorBoard servers in teams' namespaces, and the web app to start them."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    controller: ControllerSettings = Field(
        default=ControllerSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The controller that turns a Tensorboard into a Deployment, a Service and a route.",
    )
    web_app: CrudWebAppSettings = Field(
        default=CrudWebAppSettings(requests=Compute(cpu="10m", memory="256Mi")),
        description="The web app that lists, creates and deletes TensorBoards.",
    )
    server: ServerSettings = Field(default=ServerSettings(), description="The servers themselves.")
