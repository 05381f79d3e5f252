"""What a stack may say about pipelines."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from ...kube.image import PinnedImage
from ...kube.settings import Compute, LogLevel, ProgramSettings, WorkloadSettings
from ...settings_base import Settings, duplicates
from ...storage import DatabaseSettings, ObjectStoreSettings
from .default_pipelines import LARGEST, DefaultPipeline
from .run_settings import RetentionSettings, RunSettings

_AGE = re.compile(
    r"P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?"
)


def _age(value: str) -> str:
    if value and not _AGE.fullmatch(value):
        raise ValueError(f"'{value}' is no duration of ISO 8601 (P30D, PT12H, P1DT6H), and not empty")
    return value


Age = Annotated[str, AfterValidator(_age), Field(description="A duration of ISO 8601, or empty.")]


class ApiServerSettings(WorkloadSettings):
    """The API server."""

    log_level: LogLevel = Field(default="info", description="What it logs.")
    samples: bool = Field(
        default=True, description="Whether the two tutorials of the image are there for everybody."
    )
    pipelines: tuple[DefaultPipeline, ...] = Field(
        default=(), description="Pipelines that are there for everybody from the start."
    )
    newest_version_is_default: bool = Field(
        default=True, description="Whether a new version of a pipeline becomes its default."
    )
    block_first_generation: bool = Field(
        default=False, description="Whether pipelines compiled by kfp 1.x are refused."
    )
    first_generation_namespaces: tuple[str, ...] = Field(
        default=(), description="Namespaces that may run them all the same."
    )
    api_queries_per_second: float = Field(
        default=5, gt=0, description="Requests per second to the Kubernetes API."
    )
    api_burst: int = Field(default=10, ge=1, description="Requests at once to the Kubernetes API.")

    @field_validator("pipelines")
    @classmethod
    def _fit_in_a_config_map(cls, pipelines: tuple[DefaultPipeline, ...]) -> tuple[DefaultPipeline, ...]:
        if twice := duplicates(pipeline.name for pipeline in pipelines):
            raise ValueError(f"{', '.join(twice)} stands there more than once")
        size = sum(len(pipeline.spec.encode()) for pipeline in pipelines)
        if size > LARGEST:
            raise ValueError(
                f"found {size} bytes of compiled pipelines, allowed are {LARGEST}, since they are kept in a "
                "ConfigMap: upload the large ones instead"
            )
        return pipelines

    @model_validator(mode="after")
    def _exceptions_have_a_rule(self) -> "ApiServerSettings":
        if self.first_generation_namespaces and not self.block_first_generation:
            raise ValueError(
                "firstGenerationNamespaces are exceptions from blockFirstGeneration, which is false: set it "
                "to true, or leave them out"
            )
        return self


class PersistenceAgentSettings(WorkloadSettings):
    """The agent that reports workflows. It has no leader: a second one would report them twice."""

    replicas: int = Field(default=1, ge=0, le=1, description="Number of pods.")
    log_level: LogLevel = Field(default="info", description="What it logs.")
    workers: int = Field(default=2, ge=1, le=64, description="Workflows that are reported at the same time.")


class ScheduledWorkflowsSettings(WorkloadSettings):
    """The controller of recurring runs. It has no leader: a second one would start runs twice."""

    replicas: int = Field(default=1, ge=0, le=1, description="Number of pods.")
    log_level: LogLevel = Field(default="info", description="What it logs.")
    time_zone: str = Field(
        default="UTC",
        pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$",
        description="Time zone of cron schedules, by its name in the IANA database (Europe/Zurich).",
    )
    resync_seconds: int = Field(default=30, ge=1, description="How often every schedule is looked at anew.")
    api_queries_per_second: float = Field(
        default=10, gt=0, description="Requests per second to the Kubernetes API."
    )
    api_burst: int = Field(default=20, ge=1, description="Requests at once to the Kubernetes API.")


class UiSettings(WorkloadSettings):
    """The pages."""

    custom_visualizations: bool = Field(
        default=True, description="Whether the pages offer visualizations written in Python."
    )


class ViewerSettings(WorkloadSettings):
    """The controller of viewers (TensorBoards that the pages start)."""

    replicas: int = Field(default=1, ge=0, le=1, description="Number of pods; it has no leader.")
    max_viewers: int = Field(
        default=50, ge=1, description="Viewers in one namespace; one more removes the oldest."
    )


class CacheSettings(WorkloadSettings):
    """Reuse of the results of earlier runs."""

    enabled: bool = Field(default=True, description="Whether steps of runs may take results from the cache.")
    default_age: Age = Field(
        default="",
        description="How old a result may be where a step of kfp 1.x says nothing; empty: any age.",
    )
    maximum_age: Age = Field(
        default="", description="How old it may be at most, whatever a step says; empty: any age."
    )
    image_of_cached_steps: PinnedImage | None = Field(
        default=None, description="Image of the pod that stands in for a cached step of kfp 1.x."
    )
    keep_node_restrictions: bool = Field(
        default=False, description="Whether that pod keeps the node selector and affinity of the step."
    )


class WorkflowControllerSettings(WorkloadSettings):
    """The Argo workflow controller; with more replicas one leads and the others wait."""

    log_level: LogLevel = Field(default="info", description="What it logs.")
    parallelism: int = Field(
        default=0, ge=0, description="Workflows that run at the same time; 0: without limit."
    )
    namespace_parallelism: int = Field(
        default=0, ge=0, description="The same in one namespace; 0: without limit."
    )
    executor: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The containers that Argo adds to the pods of runs.",
    )


class SingleSettings(WorkloadSettings):
    """A program that must not run twice."""

    replicas: int = Field(default=1, ge=0, le=1, description="Number of pods.")


class ArtifactsProxySettings(WorkloadSettings):
    """The server in each team's namespace that reads artifacts with the team's own keys.

    Where it is off, the pages read artifacts with keys of their own and with any Secret of any namespace, and
    do not ask who may see them.
    """

    enabled: bool = Field(default=True, description="Whether teams have one.")


class PipelinesSettings(Settings):
    """Kubeflow Pipelines with Argo Workflows, and the storage of both."""

    enabled: bool = Field(default=True, description="Whether pipelines are installed.")
    runs: RunSettings = Field(default=RunSettings(), description="What holds for every run.")
    retention: RetentionSettings = Field(
        default=RetentionSettings(), description="How long what runs leave behind is kept."
    )
    api_server: ApiServerSettings = Field(
        default=ApiServerSettings(requests=Compute(cpu="250m", memory="500Mi")),
        description="The API server.",
    )
    persistence_agent: PersistenceAgentSettings = Field(
        default=PersistenceAgentSettings(requests=Compute(cpu="120m", memory="500Mi")),
        description="The agent that reports workflows to the API server.",
    )
    scheduled_workflows: ScheduledWorkflowsSettings = Field(
        default=ScheduledWorkflowsSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The controller of recurring runs.",
    )
    ui: UiSettings = Field(
        default=UiSettings(requests=Compute(cpu="10m", memory="128Mi")), description="The pages."
    )
    viewer: ViewerSettings = Field(
        default=ViewerSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The controller of viewers.",
    )
    visualization: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="30m", memory="500Mi")),
        description="The server that runs visualizations; 0 replicas switch it off.",
    )
    cache: CacheSettings = Field(
        default=CacheSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="Reuse of the results of earlier runs.",
    )
    metadata_server: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The server of metadata (ML Metadata).",
    )
    metadata_envoy: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The proxy by which pages reach the metadata.",
    )
    metadata_writer: SingleSettings = Field(
        default=SingleSettings(requests=Compute(cpu="10m", memory="128Mi")),
        description="The writer of metadata about runs of kfp 1.x.",
    )
    workflow_controller: WorkflowControllerSettings = Field(
        default=WorkflowControllerSettings(requests=Compute(cpu="100m", memory="500Mi")),
        description="The Argo workflow controller.",
    )
    artifacts_proxy: ArtifactsProxySettings = Field(
        default=ArtifactsProxySettings(requests=Compute(cpu="10m", memory="70Mi")),
        description="The server in each team's namespace that reads its artifacts.",
    )
    database: DatabaseSettings = Field(
        default=DatabaseSettings(), description="The MySQL server in the cluster."
    )
    object_store: ObjectStoreSettings = Field(
        default=ObjectStoreSettings(), description="The SeaweedFS server in the cluster."
    )
