"""What a stack may say about LLM inference services."""

from typing import Literal

from pydantic import Field

from ....kube.image import PinnedImage
from ....kube.settings import WorkloadSettings
from ....settings_base import Settings

# controller-runtime's zap flags know no 'warn'.
ControllerLogLevel = Literal["debug", "info", "error"]


class PrometheusSettings(Settings):
    """Where KEDA asks for the replicas that a variant autoscaler of LLM services wants."""

    url: str = Field(pattern=r"^https?://", description="Address of Prometheus.")
    skip_verification: bool = Field(default=False, description="Whether any certificate is accepted.")
    auth_modes: str | None = Field(default=None, description="KEDA's authModes: bearer, basic, tls.")
    authentication: str | None = Field(default=None, description="Name of KEDA's TriggerAuthentication.")
    authentication_kind: Literal["TriggerAuthentication", "ClusterTriggerAuthentication"] = Field(
        default="TriggerAuthentication", description="Its kind."
    )


class LLMSettings(WorkloadSettings):
    """The controller of LLM inference services, and the presets that make up their pods."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    log_level: ControllerLogLevel = Field(default="info", description="What it logs.")
    engine_image: PinnedImage | None = Field(default=None, description="vLLM, which runs the models.")
    scheduler_image: PinnedImage | None = Field(default=None, description="What picks a pod for a request.")
    tokenizer_image: PinnedImage | None = Field(default=None, description="What counts tokens for it.")
    routing_image: PinnedImage | None = Field(
        default=None, description="What leads a request from prefill to decode pods."
    )
    tls: bool = Field(default=False, description="Whether their pods speak TLS to each other.")
    rdma: bool = Field(
        default=False,
        description="Whether pods that span nodes may use RDMA: capabilities that the Pod Security Standard "
        "`baseline` forbids, and RoCE found where KSERVE_INFER_ROCE is set.",
    )
    prometheus: PrometheusSettings | None = Field(
        default=None, description="For scaling by a variant autoscaler; null: no such scaling."
    )
