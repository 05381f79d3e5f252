"""What a stack may say about inference services in general."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ....kube.quantity import parse_quantity
from ....kube.settings import Compute
from ....settings_base import Settings


class S3Settings(Settings):
    """S3, where neither service account nor Secret says otherwise. Unset: the client's own default."""

    access_key_name: str = Field(default="AWS_ACCESS_KEY_ID", description="Key of a Secret: access key.")
    secret_key_name: str = Field(default="AWS_SECRET_ACCESS_KEY", description="Key of a Secret: secret key.")
    endpoint: str | None = Field(default=None, min_length=1, description="Host and port of the object store.")
    https: bool | None = Field(default=None, description="Whether it is spoken to by HTTPS.")
    region: str | None = Field(default=None, min_length=1, description="Region of the bucket.")
    verify: bool | None = Field(default=None, description="Whether its certificate is checked.")
    virtual_bucket: bool | None = Field(
        default=None, description="Whether the bucket is part of the host name."
    )
    accelerate: bool | None = Field(default=None, description="Whether transfer acceleration is used.")
    anonymous: bool | None = Field(default=None, description="Whether no credentials are sent.")
    ca_bundle_config_map: str | None = Field(
        default=None, min_length=1, description="ConfigMap in the service's namespace with a CA."
    )
    ca_bundle: str | None = Field(default=None, pattern=r"^/", description="Path of the CA's file.")


class CredentialsSettings(Settings):
    """How services reach where their models are. No secret stands here: these are names."""

    storage_secret: str = Field(
        default="storage-config", min_length=1, description="Secret of a namespace for `storage:` of a model."
    )
    secret_annotation: str = Field(
        default="serving.kserve.io/storageSecretName",
        min_length=1,
        description="Annotation of a service that names another Secret.",
    )
    google_file: str = Field(
        default="gcloud-application-credentials.json", description="Key of a Secret: Google's credentials."
    )
    s3: S3Settings = Field(default=S3Settings(), description="S3.")


class RolloutSettings(Settings):
    """How the Deployment of a service is replaced (standard mode), unless the service says so itself.

    In percent only: KServe v0.18.0 writes whatever stands here as text into the Deployment, and of texts
    Kubernetes takes no other.
    """

    max_surge: str = Field(default="25%", pattern=r"^[0-9]+%$", description="Pods beyond the wanted number.")
    max_unavailable: str = Field(default="25%", pattern=r"^[0-9]+%$", description="Pods that may be missing.")

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if not (int(self.max_surge.rstrip("%")) or int(self.max_unavailable.rstrip("%"))):
            raise ValueError("maxSurge and maxUnavailable are both 0%: nothing could be replaced")
        return self


class DeploymentSettings(Settings):
    """What becomes of an inference service that does not say it by its annotation."""

    mode: Literal["Standard", "Knative"] = Field(
        default="Standard",
        description="Standard: a Deployment with an autoscaler. Knative: a Knative Service, scaled to zero.",
    )
    rollout: RolloutSettings | None = Field(
        default=None, description="How pods are replaced; null: as Kubernetes does."
    )
    headless_services: bool = Field(
        default=False, description="Whether Services in front of pods have no address of their own."
    )
    service_account_token: bool = Field(
        default=True, description="Whether pods get a token for the Kubernetes API unless they say otherwise."
    )
    requests: Compute = Field(
        default=Compute(cpu="1", memory="2Gi"), description="Of containers that say nothing of it."
    )
    limits: Compute = Field(
        default=Compute(cpu="1", memory="2Gi"), description="Of containers that say nothing of it."
    )
    ignored_annotations: tuple[str, ...] = Field(
        default=(), description="Annotations of a service that its pods do not get."
    )
    ignored_labels: tuple[str, ...] = Field(
        default=(), description="Labels of a service that its pods do not get."
    )
    gpu_resources: tuple[str, ...] = Field(
        default=(),
        description="What counts as a GPU beside the known ones and those of this stack's node pools.",
    )

    @model_validator(mode="after")
    def _requests_fit(self) -> Self:
        for name in ("cpu", "memory"):
            asked, most = getattr(self.requests, name), getattr(self.limits, name)
            if asked and most and parse_quantity(asked) > parse_quantity(most):
                raise ValueError(
                    f"requests.{name} is {asked} and limits.{name} is {most}; allowed: at most the limit"
                )
        return self


class AutoscalerSettings(Settings):
    """How long an autoscaler looks back before it changes the number of pods, in seconds (standard mode)."""

    scale_up_window: int = Field(default=0, ge=0, le=3600, description="Before it adds pods.")
    scale_down_window: int = Field(default=300, ge=0, le=3600, description="Before it removes pods.")


class MetricsSettings(Settings):
    """What Prometheus is told of pods (Knative mode, where Knative's proxy has metrics of its own)."""

    aggregation: bool = Field(
        default=False, description="Whether the proxy adds the server's metrics to its own."
    )
    scraping: bool = Field(default=False, description="Whether Prometheus is told to scrape.")


class OpenTelemetrySettings(Settings):
    """The collector beside pods that are scaled by their own metrics (KEDA with its OpenTelemetry scaler)."""

    scrape_interval: str = Field(default="5s", pattern=r"^[0-9]+(ms|s|m)$", description="How often it asks.")
    receiver: str = Field(default="keda-otel-scaler.keda.svc:4317", description="Where it sends metrics.")
    scaler: str = Field(default="keda-otel-scaler.keda.svc:4318", description="Whom KEDA asks.")
    requests: Compute = Field(default=Compute(cpu="200m", memory="512Mi"), description="What it reserves.")
    limits: Compute = Field(default=Compute(cpu="1", memory="2Gi"), description="What it may use at most.")
