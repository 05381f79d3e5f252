"""What a stack may say about the Spark operator."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from ...kube.settings import Compute, WorkloadSettings
from ...settings_base import DnsLabel, Settings, duplicates

GoDuration = Annotated[
    str,
    Field(pattern=r"^([0-9]+(ms|s|m|h))+$", description="A duration as Go writes it: 500ms, 10s, 1h30m."),
]
# Prometheus' data model, https://prometheus.io/docs/concepts/data_model/.
MetricLabel = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]

# Batch schedulers that the operator knows by itself (cmd/operator/controller/start.go).
_KNOWN_SCHEDULERS = ("volcano", "yunikorn")


class ProgramOfOperatorSettings(WorkloadSettings):
    """What controller and webhook have in common."""

    # Their flag knows these three words only (controller-runtime, pkg/log/zap/flags.go).
    log_level: Literal["debug", "info", "error"] = Field(default="info", description="What it logs.")
    log_format: Literal["console", "json"] = Field(default="console", description="How it logs.")


class QueueSettings(Settings):
    """How fast the controller takes up changed objects again."""

    per_second: int = Field(default=50, ge=1, description="Objects per second, on average.")
    burst: int = Field(default=500, ge=1, description="Objects at once.")
    max_delay: GoDuration = Field(default="6h", description="How long one object waits at most.")


class ControllerSettings(ProgramOfOperatorSettings):
    """The controller, which runs spark-submit for each application."""

    workers: int = Field(
        default=10,
        ge=1,
        le=200,
        description="Applications at work at the same time. Each submission is a JVM of 128 MiB in the pod.",
    )
    max_tracked_executors: int = Field(
        default=1000, ge=1, description="Executors of one application whose state its status tells."
    )
    driver_grace_period: GoDuration = Field(
        default="10s", description="How long a driver may be missing after its submission."
    )
    schedule_precision: Literal["nanos", "micros", "millis", "seconds", "minutes"] = Field(
        default="nanos",
        description="Precision of the time in the names of scheduled runs; coarser ones are shorter and "
        "must be finer than the schedule.",
    )
    queue: QueueSettings = Field(default=QueueSettings(), description="Its work queue.")
    ui_service: bool = Field(default=True, description="Whether each application's web UI gets a Service.")
    partial_restart: bool = Field(
        default=False,
        description="Whether a change of what the webhook writes into new executors leaves the application "
        "running (feature gate PartialRestart, alpha).",
    )
    load_spark_defaults: bool = Field(
        default=False,
        description="Whether spark-submit reads spark-defaults.conf too (feature gate LoadSparkDefaults, "
        "alpha; Spark 4).",
    )


class WebhookSettings(ProgramOfOperatorSettings):
    """The webhook, which checks applications and completes the pods of drivers and executors."""

    failure_policy: Literal["Fail", "Ignore"] = Field(
        default="Fail",
        description="What becomes of applications and their pods while no webhook answers: refused, or "
        "created without volumes, tolerations and all else that spark-submit cannot give a pod.",
    )
    timeout_seconds: int = Field(
        default=10, ge=1, le=30, description="How long the API server waits for an answer."
    )
    enforce_quotas: bool = Field(
        default=False,
        description="Whether an application that its namespace's ResourceQuota cannot hold is refused.",
    )


class MetricsSettings(Settings):
    """Metrics of controller and webhook."""

    enabled: bool = Field(default=True, description="Whether they are kept, and Prometheus told of them.")
    prefix: str = Field(
        default="", pattern=r"^[a-zA-Z0-9_:]*$", description="What the name of each metric begins with."
    )
    labels: tuple[MetricLabel, ...] = Field(
        default=("app_type",), description="Labels of applications that become labels of their metrics."
    )
    start_latency_buckets: tuple[int, ...] = Field(
        default=(30, 60, 90, 120, 150, 180, 210, 240, 270, 300),
        min_length=1,
        description="Upper bounds of the histogram of how long applications took to start, in seconds.",
    )

    @field_validator("start_latency_buckets")
    @classmethod
    def _rising(cls, bounds: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in zip((0, *bounds), bounds, strict=False)):
            raise ValueError(f"{', '.join(map(str, bounds))}: allowed are whole seconds above 0 that rise")
        return bounds


class BatchSchedulerSettings(Settings):
    """Schedulers that start all pods of an application or none. They are not installed with the operator."""

    enabled: bool = Field(default=False, description="Whether applications may name one.")
    kube_schedulers: tuple[DnsLabel, ...] = Field(
        default=(), description="Schedulers with the coscheduling plugin, beside Volcano and YuniKorn."
    )
    default: str | None = Field(default=None, description="That of applications that name none.")

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        if not self.enabled and (self.kube_schedulers or self.default):
            raise ValueError("schedulers are named while enabled is false: set it to true, or name none")
        known = (*_KNOWN_SCHEDULERS, *self.kube_schedulers)
        if self.default is not None and self.default not in known:
            raise ValueError(f"default: found '{self.default}'; allowed: one of {', '.join(known)}")
        return self


class SparkSettings(Settings):
    """The Spark operator."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    namespaces: tuple[DnsLabel, ...] = Field(
        default=(), description="Namespaces whose applications are run; none named: all."
    )
    controller: ControllerSettings = Field(
        default=ControllerSettings(requests=Compute(cpu="10m", memory="256Mi")),
        description="The controller; with more replicas one leads and the others wait.",
    )
    webhook: WebhookSettings = Field(
        default=WebhookSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The webhook; two or more replicas keep answering while a node is drained.",
    )
    metrics: MetricsSettings = Field(default=MetricsSettings(), description="Metrics of both.")
    batch_scheduler: BatchSchedulerSettings = Field(
        default=BatchSchedulerSettings(), description="Batch schedulers for applications."
    )

    @field_validator("namespaces")
    @classmethod
    def _each_once(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        if twice := duplicates(namespaces):
            raise ValueError(f"{', '.join(twice)} stands there more than once")
        return namespaces
