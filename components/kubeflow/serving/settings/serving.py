"""What a stack may say about serving."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ....kube.settings import Compute, ProgramSettings, WorkloadSettings
from ....settings_base import Settings, duplicates
from .llm import ControllerLogLevel, LLMSettings
from .local_models import LocalModelsSettings
from .routing import RoutingSettings
from .runtimes import RuntimesSettings
from .services import (
    AutoscalerSettings,
    CredentialsSettings,
    DeploymentSettings,
    MetricsSettings,
    OpenTelemetrySettings,
)
from .sidecars import (
    ExplainerSettings,
    LoggerSettings,
    RouterSettings,
    SidecarSettings,
    StorageContainerSettings,
    StorageInitializerSettings,
)


class ControllerSettings(WorkloadSettings):
    """The controller of inference services and graphs; with more replicas one leads and the others wait."""

    log_level: ControllerLogLevel = Field(default="info", description="What it logs.")
    metrics: bool = Field(
        default=True, description="Whether its metrics are served, to those who may read /metrics."
    )
    metrics_proxy: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="5m", memory="32Mi")),
        description="The proxy in front of its metrics, which asks the API server who may read them.",
    )


class WebAppSettings(WorkloadSettings):
    """The web app of inference services."""

    log_level: Literal["debug", "info"] = Field(default="info", description="What it logs.")
    secure_cookies: bool = Field(
        default=True, description="Whether its cookie is sent over TLS only; off over plain HTTP."
    )
    metrics: bool = Field(
        default=True, description="Whether it keeps metrics, and Prometheus is told to scrape them."
    )
    grafana: str = Field(default="/grafana", pattern=r"^/", description="Path of Grafana, for its charts.")


class ServingSettings(Settings):
    """Inference services, their controllers, runtimes and web app (KServe)."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    controller: ControllerSettings = Field(
        default=ControllerSettings(requests=Compute(cpu="20m", memory="192Mi")),
        description="The controller of inference services and graphs.",
    )
    llm: LLMSettings = Field(
        default=LLMSettings(requests=Compute(cpu="20m", memory="192Mi")),
        description="LLM inference services.",
    )
    local_models: LocalModelsSettings = Field(
        default=LocalModelsSettings(), description="Models that are kept on nodes."
    )
    web_app: WebAppSettings = Field(
        default=WebAppSettings(requests=Compute(cpu="10m", memory="256Mi")),
        description="The web app; its three processes hold about 80 MiB each.",
    )
    deployment: DeploymentSettings = Field(
        default=DeploymentSettings(), description="What becomes of an inference service."
    )
    routing: RoutingSettings = Field(default=RoutingSettings(), description="The way to it from outside.")
    runtimes: RuntimesSettings = Field(default=RuntimesSettings(), description="Serving runtimes.")
    storage_initializer: StorageInitializerSettings = Field(
        default=StorageInitializerSettings(), description="What fetches models."
    )
    storage_containers: tuple[StorageContainerSettings, ...] = Field(
        default=(), description="Further containers that fetch models."
    )
    credentials: CredentialsSettings = Field(
        default=CredentialsSettings(), description="Names of what opens object stores."
    )
    agent: SidecarSettings = Field(
        default=SidecarSettings(), description="What batches requests, logs payloads and loads models."
    )
    logger: LoggerSettings = Field(default=LoggerSettings(), description="Where payloads are logged.")
    router: RouterSettings = Field(default=RouterSettings(), description="The router of inference graphs.")
    explainers: ExplainerSettings = Field(default=ExplainerSettings(), description="Explainers.")
    autoscaler: AutoscalerSettings = Field(
        default=AutoscalerSettings(), description="Autoscaling in standard mode."
    )
    metrics: MetricsSettings = Field(default=MetricsSettings(), description="Metrics in Knative mode.")
    open_telemetry: OpenTelemetrySettings = Field(
        default=OpenTelemetrySettings(), description="The collector for scaling by own metrics."
    )

    @model_validator(mode="after")
    def _routes_exist(self) -> Self:
        knative = self.deployment.mode == "Knative"
        if self.routing.by == "path" and not knative and self.routing.gateway_api.enabled is False:
            raise ValueError(
                "routing.by is 'path', which an Ingress of KServe cannot do; allowed: 'host', or 'path' with "
                "routing.gatewayApi.enabled or deployment.mode 'Knative'"
            )
        if twice := duplicates(one.name for one in self.storage_containers):
            raise ValueError(f"storageContainers: '{twice[0]}' is listed twice; allowed: once")
        return self
