"""The catalog: what its sources become, whose key it uses, and what a stack may not say."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.kubeflow.model_registry import ModelRegistrySettings
from components.settings_errors import explain
from tests.components.model_registry import by_default, container, declared, environment, sources
from tests.support.render import Rendered

CATALOG = "model-catalog-server"
MODEL = {
    "name": "ours/small",
    "libraryName": "transformers",
    "tasks": ["text-generation"],
    "customProperties": {"model_type": "generative", "layers": 12, "score": 0.5, "validated": True},
    "artifacts": [{"uri": "oci://registry.example.com/ours/small:1"}],
}
OWN = {"type": "yaml", "id": "ours", "name": "Ours", "labels": ["Own"], "models": [MODEL]}
META = {"type": "hf", "id": "meta-llama", "name": "Meta", "includedModels": ["meta-llama/*"]}


def catalog(**settings: object) -> Rendered:
    return declared({"catalog": settings})


def refused(match: str, **settings: object) -> None:
    with pytest.raises(ValidationError, match=match):
        ModelRegistrySettings.model_validate({"catalog": settings})


def mounts(rendered: Rendered) -> dict[str, str]:
    """The volumes of the catalog by the path at which it sees them."""
    return {one["mountPath"]: one["name"] for one in container(rendered, CATALOG)["volumeMounts"]}


def volumes(rendered: Rendered) -> dict[str, Any]:
    pod = rendered.get("Deployment", CATALOG)["spec"]["template"]["spec"]
    return {one["name"]: one for one in pod["volumes"]}


def test_a_catalog_without_sources_is_empty_and_reads_a_file_that_is_there() -> None:
    assert sources(by_default()) == {"sources.yaml": {"model_catalogs": [], "mcp_catalogs": []}}
    assert "--catalogs-path=/catalog/sources.yaml" in container(by_default(), CATALOG)["args"]
    mounted = volumes(by_default())[mounts(by_default())["/catalog"]]
    assert mounted["configMap"]["name"] == "model-catalog-sources"


def test_models_that_a_stack_writes_down_stand_in_the_file_that_their_source_names() -> None:
    files = sources(catalog(sources=[OWN]))
    (source,) = files["sources.yaml"]["model_catalogs"]
    written = files[source["properties"]["yamlCatalogPath"]]
    assert (source["type"], source["id"], source["labels"]) == ("yaml", "ours", ["Own"])
    (model,) = written["models"]
    assert (model["name"], model["libraryName"], model["tasks"]) == (
        "ours/small",
        "transformers",
        ["text-generation"],
    )
    assert model["artifacts"] == [{"uri": "oci://registry.example.com/ours/small:1"}]


def test_properties_keep_their_types() -> None:
    files = sources(catalog(sources=[OWN]))
    assert files["models-ours.yaml"]["models"][0]["customProperties"] == {
        "model_type": {"metadataType": "MetadataStringValue", "string_value": "generative"},
        "layers": {"metadataType": "MetadataIntValue", "int_value": "12"},
        "score": {"metadataType": "MetadataDoubleValue", "double_value": 0.5},
        "validated": {"metadataType": "MetadataBoolValue", "bool_value": True},
    }


def test_a_source_in_a_config_map_is_mounted_where_the_catalog_is_sent_to() -> None:
    models = {"type": "yaml", "id": "big", "name": "Big", "configMap": {"name": "models", "key": "m.yaml"}}
    servers = {"id": "tools", "name": "Tools", "configMap": {"name": "servers", "key": "s.yaml"}}
    rendered = catalog(sources=[models], mcpSources=[servers])
    read = sources(rendered)["sources.yaml"]
    for (source,), config_map in ((read["model_catalogs"], "models"), (read["mcp_catalogs"], "servers")):
        folder, _, _ = source["properties"]["yamlCatalogPath"].rpartition("/")
        assert volumes(rendered)[mounts(rendered)[folder]]["configMap"]["name"] == config_map


def test_the_key_for_hugging_face_comes_from_a_secret_and_may_be_missing() -> None:
    told = environment(by_default(), CATALOG)
    assert told["HF_API_KEY"]["secretKeyRef"] == {
        "name": "model-catalog-hf-api-key",
        "key": "HF_API_KEY",
        "optional": True,
    }


def test_a_source_with_a_key_of_its_own_is_told_which_variable_has_it() -> None:
    rendered = catalog(sources=[META | {"apiKey": {"secret": "hf-meta", "key": "token"}}])
    (source,) = sources(rendered)["sources.yaml"]["model_catalogs"]
    variable = source["properties"]["apiKeyEnvVar"]
    assert environment(rendered, CATALOG)[variable]["secretKeyRef"] == {"name": "hf-meta", "key": "token"}
    assert "apiKeyEnvVar" not in str(sources(catalog(sources=[META])))


def test_a_query_under_a_name_is_passed_on() -> None:
    query = {"assetType": "mcp_servers", "filters": {"license": {"operator": "IN", "value": ["mit"]}}}
    assert sources(catalog(namedQueries={"open": query}))["sources.yaml"]["namedQueries"] == {"open": query}


def test_benchmarks_are_read_from_the_claim_that_has_them() -> None:
    rendered = catalog(performanceClaim="benchmarks")
    assert "--performance-metrics=/perf-data" in container(rendered, CATALOG)["args"]
    claim = volumes(rendered)[mounts(rendered)["/perf-data"]]["persistentVolumeClaim"]
    assert claim["claimName"] == "benchmarks"


def test_a_source_that_gives_its_models_nowhere_or_twice_is_refused() -> None:
    nowhere = {"type": "yaml", "id": "ours", "name": "Ours"}
    refused("'ours': give models, or the configMap that has them", sources=[nowhere])
    twice = OWN | {"configMap": {"name": "models", "key": "m.yaml"}}
    refused("'ours': give models, or the configMap that has them", sources=[twice])


def test_two_sources_of_one_id_are_refused_also_where_only_a_dash_differs() -> None:
    refused("the id ours stands there more than once", sources=[OWN, OWN])
    refused("the id meta_llama stands there more than once", sources=[META, META | {"id": "meta_llama"}])


def test_a_hugging_face_source_without_models_is_refused() -> None:
    refused("includedModels", sources=[{"type": "hf", "id": "all", "name": "All"}])
    nothing: list[str] = []
    refused("includedModels", sources=[META | {"includedModels": nothing}])


def test_a_model_both_included_and_excluded_is_refused() -> None:
    refused("meta-llama/.* is both included", sources=[META | {"excludedModels": ["meta-llama/*"]}])


def test_a_key_written_down_is_refused_and_not_shown() -> None:
    written = {"catalog": {"sources": [META | {"apiKey": "hf_not_a_real_one"}]}}
    with pytest.raises(ValidationError) as error:
        ModelRegistrySettings.model_validate(written)
    told = str(explain(error.value, ModelRegistrySettings))
    assert "catalog.sources[0].apiKey: a text stands there; allowed: secret and key" in told
    assert "hf_not" not in told


def test_a_misspelt_field_of_a_model_is_refused_before_the_catalog_would_drop_the_whole_source() -> None:
    refused("licence", sources=[OWN | {"models": [MODEL | {"licence": "mit"}]}])


def test_a_kind_of_source_that_the_catalog_does_not_know_is_refused() -> None:
    refused("git", sources=[OWN | {"type": "git"}])


def test_a_whole_number_that_the_database_cannot_keep_is_refused() -> None:
    huge = OWN | {"models": [MODEL | {"customProperties": {"parameters": 70_000_000_000}}]}
    refused("'parameters': 70000000000 is too large", sources=[huge])


def test_more_models_than_a_config_map_holds_are_refused() -> None:
    many = [MODEL | {"name": f"ours/{number}", "readme": "text " * 2000} for number in range(100)]
    refused("sources: what is written there takes", sources=[OWN | {"models": many}])


def test_a_list_where_one_value_belongs_is_refused() -> None:
    refused("do not fit", namedQueries={"q": {"filters": {"a": {"operator": "=", "value": ["x"]}}}})
