"""What a stack may say about the training operator."""

from typing import Literal, get_args

from pydantic import Field, field_validator

from ...kube.image import PinnedImage
from ...kube.settings import Compute, WorkloadSettings
from ...settings_base import DnsLabel, Settings, duplicates

JobType = Literal["TFJob", "PyTorchJob", "MPIJob", "XGBoostJob", "JAXJob", "PaddleJob"]

JOB_TYPES: tuple[JobType, ...] = get_args(JobType)


class OperatorSettings(WorkloadSettings):
    """The operator's one pod."""

    replicas: int = Field(
        default=1,
        ge=0,
        le=1,
        description="One, or none to stop it: it is granted no Lease by which one of several could lead.",
    )
    # Words of controller-runtime's zap flags.
    log_level: Literal["debug", "info", "error"] = Field(default="info", description="What it logs.")
    threads: int = Field(default=1, ge=1, le=100, description="Jobs of one type that it looks at at once.")
    api_queries_per_second: int = Field(
        default=20, ge=1, description="Requests to the API server in a second."
    )
    api_burst: int = Field(default=30, ge=1, description="Requests to the API server at once.")
    metrics: bool = Field(default=True, description="Whether it serves metrics, and Prometheus is told.")


class PyTorchInitSettings(Settings):
    """The container that has each worker of a PyTorchJob wait for its master's name."""

    image: PinnedImage | None = Field(
        default=None, description="Image with `nslookup`; the pinned one of this release if not given."
    )
    tries: int = Field(default=100, ge=1, description="How often it looks, every two seconds.")


class TrainingOperatorSettings(Settings):
    """The operator of Trainer's first version, for those who have jobs of its types."""

    enabled: bool = Field(default=False, description="Whether it is installed.")
    operator: OperatorSettings = Field(
        default=OperatorSettings(requests=Compute(cpu="10m", memory="64Mi")), description="The operator."
    )
    job_types: tuple[JobType, ...] = Field(
        default=JOB_TYPES,
        min_length=1,
        description="The types that it runs. The API has the others too: switching one off deletes no job.",
    )
    namespace: DnsLabel | None = Field(
        default=None, description="The only namespace whose jobs it runs; null: every one."
    )
    gang_scheduler: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
        description="Who starts all pods of a job or none: `volcano`, or the name of a scheduler with the "
        "coscheduling plugin. It has to be there: without its type PodGroup the operator ends.",
    )
    pytorch_init: PyTorchInitSettings = Field(
        default=PyTorchInitSettings(), description="What workers of a PyTorchJob wait with."
    )
    mpi_kubectl_image: PinnedImage | None = Field(
        default=None,
        description="Image that gives the launcher of an MPIJob its kubectl; the pinned one of this release "
        "if not given.",
    )

    @field_validator("job_types")
    @classmethod
    def _each_once(cls, job_types: tuple[JobType, ...]) -> tuple[JobType, ...]:
        if twice := duplicates(job_types):
            raise ValueError(f"{', '.join(twice)} stands there more than once")
        return job_types
