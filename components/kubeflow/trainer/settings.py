"""What a stack may say about Trainer and the JobSet controller beneath it."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ...kube.settings import Compute, WorkloadSettings
from ...settings_base import Settings
from .runtime_settings import RuntimesSettings

# client-go, tools/leaderelection: JitterFactor. The deadline has to leave room for a retry that comes late.
_JITTER = 1.2


class LeaderElectionSettings(Settings):
    """How replicas agree on the one that works, by a Lease. Times in seconds."""

    lease_duration: int = Field(
        default=15, ge=1, description="How long the others wait for a leader that is silent."
    )
    renew_deadline: int = Field(default=10, ge=1, description="When a leader that cannot renew gives up.")
    retry_period: int = Field(default=2, ge=1, description="How often each of them tries.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lease_duration <= self.renew_deadline:
            raise ValueError(
                f"leaseDuration {self.lease_duration} is not above renewDeadline {self.renew_deadline}: "
                "two would lead at once"
            )
        if self.renew_deadline <= self.retry_period * _JITTER:
            raise ValueError(
                f"renewDeadline {self.renew_deadline} is not above {_JITTER} times retryPeriod "
                f"{self.retry_period}: a leader would give up after one try"
            )
        return self

    @property
    def wire(self) -> dict[str, str]:
        """The times as configuration files have them (component-base, LeaderElectionConfiguration)."""
        return {
            "leaseDuration": f"{self.lease_duration}s",
            "renewDeadline": f"{self.renew_deadline}s",
            "retryPeriod": f"{self.retry_period}s",
        }


class ControllerSettings(WorkloadSettings):
    """What the two controllers have in common. With more replicas one leads; all answer webhooks."""

    log_verbosity: int = Field(
        default=2,
        ge=0,
        le=10,
        description="0: what happens and what fails; 2: also each object that is looked at; 5: also each "
        "call of a webhook.",
    )
    leader_election: LeaderElectionSettings = Field(
        default=LeaderElectionSettings(), description="How the leading replica is found."
    )

    @property
    def log_flag(self) -> str:
        """The flag of controller-runtime's zap logger, which has no number for its lowest level."""
        return f"--zap-log-level={self.log_verbosity or 'info'}"


class StatusServerSettings(Settings):
    """The server that running jobs tell their progress and metrics (alpha in Trainer 2.2)."""

    enabled: bool = Field(default=False, description="Whether it runs, and jobs are told of it.")
    queries_per_second: int = Field(
        default=5, ge=1, description="How many reports it passes on to the API server in a second."
    )
    burst: int = Field(default=10, ge=1, description="How many at once.")


class TrainControllerSettings(ControllerSettings):
    """The controller that turns a TrainJob into a JobSet."""

    metrics: Literal["https", "http", "off"] = Field(
        default="https",
        description="How metrics are served on port 8443; https has a certificate that nobody knows.",
    )
    status_server: StatusServerSettings = Field(
        default=StatusServerSettings(), description="Progress of running jobs."
    )


class JobSetSettings(ControllerSettings):
    """The controller that turns a JobSet into Jobs and a Service."""

    api_queries_per_second: int = Field(
        default=500, ge=1, description="Requests to the API server in a second."
    )
    api_burst: int = Field(default=500, ge=1, description="Requests to the API server at once.")
    metrics: bool = Field(
        default=True,
        description="Whether metrics are served, on port 8443 by HTTPS, to whoever may read /metrics.",
    )
    in_place_restart: bool = Field(
        default=False,
        description="Whether job sets may restart their containers in place of their pods (alpha in JobSet "
        "0.11).",
    )


class TrainerSettings(Settings):
    """Trainer: training jobs from runtimes."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    controller: TrainControllerSettings = Field(
        default=TrainControllerSettings(requests=Compute(cpu="10m", memory="128Mi")),
        description="The controller of TrainJobs and runtimes.",
    )
    job_set: JobSetSettings = Field(
        default=JobSetSettings(
            requests=Compute(cpu="50m", memory="128Mi"),
            limits=Compute(memory="4Gi"),
        ),
        description="The JobSet controller. It keeps every Job and every pod of a job set in memory.",
    )
    runtimes: RuntimesSettings = Field(
        default=RuntimesSettings(), description="The runtimes that every team can use."
    )
