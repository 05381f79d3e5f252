"""The catalog's configuration: `sources.yaml`, and beside it the models that a stack writes down.

The catalog watches both and reads them again when they change (kubeflow/hub, basecatalog/monitor.go), so that
a change needs no restart.
"""

from collections.abc import Mapping, Sequence

import yaml

from .settings import CatalogSettings, NamedQuerySettings
from .source_settings import (
    ConfigMapKeySettings,
    HuggingFaceSettings,
    McpSourceSettings,
    ModelListSettings,
    ModelSettings,
)

FILE = "sources.yaml"
# Where the ConfigMaps of sources are mounted, each by the identifier of its source.
FOLDER = "/sources"

Properties = Mapping[str, bool | int | float | str]


def sources(settings: CatalogSettings) -> Mapping[str, str]:
    """The data of the catalog's ConfigMap."""
    document: dict[str, object] = {
        "model_catalogs": [_model_source(source) for source in settings.sources],
        "mcp_catalogs": [_mcp_source(source) for source in settings.mcp_sources],
    }
    if settings.named_queries:
        document["namedQueries"] = {name: _query(one) for name, one in settings.named_queries.items()}
    written = {
        _file(source): _dump({"source": source.name, "models": [_model(one) for one in source.models]})
        for source in settings.sources
        if isinstance(source, ModelListSettings) and source.models
    }
    return {FILE: _dump(document), **written}


def mounted(settings: CatalogSettings) -> Mapping[str, ConfigMapKeySettings]:
    """The ConfigMaps that sources bring, by the identifier of the source."""
    own: Sequence[ModelListSettings | McpSourceSettings] = [
        *(source for source in settings.sources if isinstance(source, ModelListSettings)),
        *settings.mcp_sources,
    ]
    return {source.id: source.config_map for source in own if source.config_map is not None}


def key_variable(source: HuggingFaceSettings) -> str:
    """The variable with a source's own key for Hugging Face."""
    return "HF_API_KEY_" + source.id.upper().replace("-", "_")


def _file(source: ModelListSettings) -> str:
    return f"models-{source.id}.yaml"


def _model_source(source: ModelListSettings | HuggingFaceSettings) -> dict[str, object]:
    result = _common(source)
    if source.included_models:
        result["includedModels"] = list(source.included_models)
    if source.excluded_models:
        result["excludedModels"] = list(source.excluded_models)
    if isinstance(source, ModelListSettings):
        path = _path(source.id, source.config_map) if source.config_map else _file(source)
        result |= {"type": "yaml", "properties": {"yamlCatalogPath": path}}
        return result
    properties: dict[str, object] = {"syncInterval": source.sync_interval}
    if source.allowed_organization is not None:
        properties["allowedOrganization"] = source.allowed_organization
    if source.url is not None:
        properties["url"] = source.url
    if source.api_key is not None:
        properties["apiKeyEnvVar"] = key_variable(source)
    return {**result, "type": "hf", "properties": properties}


def _mcp_source(source: McpSourceSettings) -> dict[str, object]:
    path = _path(source.id, source.config_map)
    return {**_common(source), "type": "yaml", "properties": {"yamlCatalogPath": path}}


def _common(source: ModelListSettings | HuggingFaceSettings | McpSourceSettings) -> dict[str, object]:
    return {
        "id": source.id,
        "name": source.name,
        "enabled": source.enabled,
        "labels": list(source.labels),
    }


def _path(source: str, config_map: ConfigMapKeySettings) -> str:
    return f"{FOLDER}/{source}/{config_map.key}"


def _model(model: ModelSettings) -> dict[str, object]:
    result: dict[str, object] = model.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"custom_properties", "artifacts"}
    )
    if model.custom_properties:
        result["customProperties"] = _properties(model.custom_properties)
    artifacts: list[dict[str, object]] = []
    for artifact in model.artifacts:
        entry: dict[str, object] = {"uri": artifact.uri}
        if artifact.custom_properties:
            entry["customProperties"] = _properties(artifact.custom_properties)
        artifacts.append(entry)
    if artifacts:
        result["artifacts"] = artifacts
    return result


def _properties(given: Properties) -> dict[str, object]:
    """Values with their types, as the catalog's API has them (MetadataValue in api/openapi)."""
    result: dict[str, object] = {}
    for name, value in given.items():
        match value:
            case bool():
                result[name] = {"metadataType": "MetadataBoolValue", "bool_value": value}
            case int():
                result[name] = {"metadataType": "MetadataIntValue", "int_value": str(value)}
            case float():
                result[name] = {"metadataType": "MetadataDoubleValue", "double_value": value}
            case str():
                result[name] = {"metadataType": "MetadataStringValue", "string_value": value}
    return result


def _query(query: NamedQuerySettings) -> dict[str, object]:
    filters = {
        name: {
            "operator": one.operator,
            "value": list(one.value) if isinstance(one.value, tuple) else one.value,
        }
        for name, one in query.filters.items()
    }
    return {"assetType": query.asset_type, "filters": filters}


def _dump(document: Mapping[str, object]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
