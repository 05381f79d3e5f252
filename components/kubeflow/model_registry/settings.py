"""What a stack may say about the model registry and its catalog."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from ...kube.settings import Compute, LogLevel, WorkloadSettings
from ...settings_base import Settings
from ...storage import DatabaseSettings, VolumeSettings
from .source_settings import (
    McpSourceSettings,
    ModelSourceSettings,
    ObjectName,
    SecretKeySettings,
    repeated_ids,
)

# A ConfigMap holds 1 MiB (core/v1 ConfigMap), its keys and the other sources included.
LARGEST = 900_000


class ServerSettings(WorkloadSettings):
    """The registry's server."""

    log_level: Literal["info", "debug"] = Field(default="info", description="What it logs.")
    display_name: str = Field(
        default="Kubeflow Model Registry", min_length=1, description="What people read in the web app."
    )
    description: str = Field(default="", description="What the web app says about it.")


class UiSettings(WorkloadSettings):
    """The web app."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    log_level: LogLevel = Field(default="info", description="What it logs.")


class FieldFilterSettings(Settings):
    """One condition of a named query."""

    operator: Literal["=", "!=", ">", "<", ">=", "<=", "LIKE", "ILIKE", "IN", "NOT IN"] = Field(
        description="How the property is compared."
    )
    value: bool | int | float | str | tuple[bool | int | float | str, ...] = Field(
        description="What it is compared with: a list for IN and NOT IN."
    )

    @model_validator(mode="after")
    def _lists_where_lists_belong(self) -> Self:
        if isinstance(self.value, tuple) != (self.operator in ("IN", "NOT IN")):
            raise ValueError(
                f"operator '{self.operator}' and value '{self.value}' do not fit: a list for IN and NOT IN"
            )
        return self


class NamedQuerySettings(Settings):
    """Conditions under one name, which clients of the catalog refer to."""

    asset_type: Literal["models", "mcp_servers"] = Field(default="models", description="What it selects.")
    filters: Mapping[str, FieldFilterSettings] = Field(
        min_length=1, description="Conditions by the name of the property."
    )


class CatalogSettings(WorkloadSettings):
    """The catalog: models to choose from, of other places."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    log_level: Literal["info", "debug"] = Field(default="info", description="What it logs.")
    sources: tuple[ModelSourceSettings, ...] = Field(default=(), description="Where models come from.")
    mcp_sources: tuple[McpSourceSettings, ...] = Field(
        default=(), description="Where servers of the Model Context Protocol come from."
    )
    named_queries: Mapping[str, NamedQuerySettings] = Field(default={}, description="Queries by name.")
    hugging_face_key: SecretKeySettings = Field(
        default=SecretKeySettings(secret="model-catalog-hf-api-key", key="HF_API_KEY"),
        description="Key for the Hugging Face Hub. Without the Secret only public models are described.",
    )
    performance_claim: ObjectName | None = Field(
        default=None,
        description="A claim of Kubeflow's namespace whose volume has evaluations and benchmarks of models.",
    )

    @model_validator(mode="after")
    def _sources_fit(self) -> Self:
        if twice := repeated_ids([*self.sources, *self.mcp_sources]):
            raise ValueError(
                f"sources and mcpSources: the id {', '.join(twice)} stands there more than once "
                "('-' and '_' count as the same)"
            )
        size = sum(len(source.model_dump_json()) for source in self.sources)
        if size > LARGEST:
            raise ValueError(
                f"sources: what is written there takes {size} bytes; allowed: {LARGEST}, for one ConfigMap "
                "holds it. Put longer lists into ConfigMaps of their own (configMap of the source)"
            )
        return self


class ModelRegistrySettings(Settings):
    """The model registry, its web app, and the catalog."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    server: ServerSettings = Field(
        default=ServerSettings(requests=Compute(cpu="10m", memory="64Mi")), description="The registry."
    )
    ui: UiSettings = Field(
        default=UiSettings(requests=Compute(cpu="5m", memory="64Mi")), description="The web app."
    )
    catalog: CatalogSettings = Field(
        default=CatalogSettings(requests=Compute(cpu="10m", memory="128Mi")), description="The catalog."
    )
    database: DatabaseSettings = Field(
        default=DatabaseSettings(
            requests=Compute(cpu="50m", memory="256Mi"), volume=VolumeSettings(size="15Gi")
        ),
        description="The database of registry and catalog, where it runs in the cluster.",
    )
