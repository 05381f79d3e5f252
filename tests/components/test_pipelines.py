"""Pipelines: what the programs are told, whom they trust, and which settings are refused."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from components.kubeflow.pipelines import PipelinesDatabases
from components.kubeflow.pipelines.default_pipelines import files
from tests.support.pipelines import (
    COMPILED,
    by_default,
    changed,
    container,
    environment,
    in_namespace,
    pipelines,
    values,
)
from tests.support.render import Rendered

API = "ml-pipeline"


def config(rendered: Rendered, name: str, namespace: str = "kubeflow") -> Mapping[str, str]:
    return in_namespace(rendered, namespace)[f"ConfigMap/{name}"]["data"]


def api_config(rendered: Rendered) -> dict[str, Any]:
    return json.loads(config(rendered, "ml-pipeline-config")["config.json"])


def secret(name: str, key: str) -> dict[str, object]:
    return {"secretKeyRef": {"name": name, "key": key}}


# Passwords and keys


def test_no_password_that_the_public_knows_occurs_anywhere() -> None:
    everything = json.dumps(by_default().objects)
    assert "minio123" not in everything
    assert "MYSQL_ALLOW_EMPTY_PASSWORD" not in everything


def test_no_generated_password_stands_outside_of_a_secret() -> None:
    others = json.dumps([one for one in by_default().objects if one["kind"] != "Secret"])
    assert "value-of-" not in others


@pytest.mark.parametrize(
    ("deployment", "user", "password", "database"),
    [
        (API, "DBCONFIG_MYSQLCONFIG_USER", "DBCONFIG_MYSQLCONFIG_PASSWORD", "mlpipeline"),
        ("cache-server", "DBCONFIG_USER", "DBCONFIG_PASSWORD", "cachedb"),
        ("metadata-grpc-deployment", "DBCONFIG_USER", "DBCONFIG_PASSWORD", "metadb"),
    ],
)
def test_each_program_signs_in_as_the_user_of_its_own_database(
    deployment: str, user: str, password: str, database: str
) -> None:
    told = environment(by_default(), deployment)
    held = values(by_default().get("Secret", "mysql-secret"))
    assert told[user]["secretKeyRef"]["name"] == "mysql-secret"
    assert held[told[user]["secretKeyRef"]["key"]] == database
    assert held[told[password]["secretKeyRef"]["key"]] == f"value-of-mysql-{database}"


def test_the_pages_read_the_bucket_with_keys_of_their_own_which_cannot_write() -> None:
    told = environment(by_default(), "ml-pipeline-ui")
    assert told["MINIO_SECRET_KEY"] == secret("mlpipeline-minio-pages", "secretkey")
    held = json.loads(values(by_default().get("Secret", "seaweedfs-identities"))["identities.json"])
    (pages,) = [one for one in held["identities"] if one["name"] == "kubeflow-pipelines-pages"]
    assert {action.partition(":")[0] for action in pages["actions"]} == {"Read", "List"}


def test_another_version_of_the_passwords_restarts_the_server_and_every_reader() -> None:
    # Under mocks a password keeps its id; what it is named by stands for it.
    revision = "slipway.dev/config-hash"
    template = by_default().get("Deployment", API)["spec"]["template"]["metadata"]["annotations"]
    assert "mysql-mlpipeline-id" in template[revision]
    for deployment, password in (
        ("cache-server", "mysql-cachedb"),
        ("metadata-grpc-deployment", "mysql-metadb"),
    ):
        found = by_default().get("Deployment", deployment)["spec"]["template"]["metadata"]["annotations"]
        assert found[revision] == f"{password}-id"


# The API server


def test_the_api_server_serves_many_teams_and_asks_the_mesh_whose_request_it_is() -> None:
    told = environment(by_default(), API)
    assert told["MULTIUSER"] == "true"
    assert told["KUBEFLOW_USERID_HEADER"] == "kubeflow-userid"
    assert told["KUBEFLOW_USERID_PREFIX"] == ""
    assert told["DEFAULTPIPELINERUNNERSERVICEACCOUNT"] == "default-editor"


def test_the_api_server_knows_services_that_kubernetes_would_tell_it_only_if_they_were_older() -> None:
    told = environment(by_default(), API)
    assert told["ML_PIPELINE_VISUALIZATIONSERVER_SERVICE_HOST"] == "ml-pipeline-visualizationserver"
    assert told["ML_PIPELINE_VISUALIZATIONSERVER_SERVICE_PORT"] == "8888"
    pages = environment(by_default(), "ml-pipeline-ui")
    assert pages["ML_PIPELINE_SERVICE_HOST"] == "ml-pipeline"
    assert pages["METADATA_ENVOY_SERVICE_SERVICE_HOST"] == "metadata-envoy-service"


def test_images_of_driver_and_launcher_are_pinned_and_told_in_the_offer() -> None:
    told = environment(by_default(), API)
    images = by_default().outputs["pipelines"].images
    for name in ("V2_DRIVER_IMAGE", "V2_LAUNCHER_IMAGE"):
        assert told[name].endswith(":2.16.1")
        assert told[name] in images
    assert "quay.io/argoproj/argoexec:v3.7.3" in images


def test_images_of_runs_can_be_replaced() -> None:
    told = environment(changed(), API)
    assert (told["V2_DRIVER_IMAGE"], told["V2_LAUNCHER_IMAGE"]) == ("here/driver:1", "here/launcher:1")
    assert "here/driver:1" in changed().outputs["pipelines"].images


@pytest.mark.parametrize("image", ["here/driver", "here/driver:latest"])
def test_an_image_of_runs_that_is_not_pinned_is_refused(image: str) -> None:
    with pytest.raises(ValidationError, match="is not pinned"):
        pipelines(runs={"driverImage": image})


def test_the_tutorials_are_there_unless_they_are_switched_off() -> None:
    listed = json.loads(config(by_default(), "ml-pipeline-config")["sample_config.json"])
    assert len(listed["pipelines"]) == 2
    assert "sample_config.json" not in files((), samples=False)


def test_a_pipeline_of_a_stack_is_listed_with_the_file_it_is_kept_in() -> None:
    data = config(changed(), "ml-pipeline-config")
    (listed,) = json.loads(data["sample_config.json"])["pipelines"]
    assert listed["file"] == "/config/pipeline-train.yaml"
    assert (listed["displayName"], listed["versionName"]) == ("Train", "train-2")
    assert yaml.safe_load(data["pipeline-train.yaml"])["pipelineInfo"] == {"name": "train"}
    mounts = {one["name"]: one["mountPath"] for one in container(by_default(), API)["volumeMounts"]}
    assert mounts["config"] == "/config"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("kind: Workflow", "has no pipelineInfo, root, schemaVersion"),
        ("a: [", "is no YAML"),
        ("", "has no pipelineInfo"),
    ],
)
def test_a_pipeline_that_nobody_compiled_is_refused(spec: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        pipelines(apiServer={"pipelines": [{"name": "train", "spec": spec}]})


def test_two_pipelines_of_one_name_are_refused() -> None:
    own = {"name": "train", "spec": COMPILED}
    with pytest.raises(ValidationError, match="train stands there more than once"):
        pipelines(apiServer={"pipelines": [own, own]})


def test_pipelines_too_large_for_a_config_map_are_refused() -> None:
    own = {"name": "train", "spec": COMPILED + f"# {'x' * 900_000}\n"}
    with pytest.raises(ValidationError, match=r"found \d+ bytes of compiled pipelines, allowed are 900000"):
        pipelines(apiServer={"pipelines": [own]})


def test_exceptions_from_a_rule_that_is_off_are_refused() -> None:
    with pytest.raises(ValidationError, match="blockFirstGeneration, which is false"):
        pipelines(apiServer={"firstGenerationNamespaces": ["team-a"]})


def test_who_blocks_the_first_generation_tells_the_controller_of_recurring_runs_too() -> None:
    for deployment in (API, "ml-pipeline-scheduledworkflow"):
        told = environment(changed(), deployment)
        assert told["BLOCK_V1_PIPELINES"] == "true"
        assert told["V1_ALLOWED_NAMESPACES"] == "team-a,team-b"


def test_a_patch_of_workflows_reaches_the_compiler() -> None:
    assert json.loads(environment(changed(), API)["COMPILED_PIPELINE_SPEC_PATCH"]) == {"priority": 5}
    assert environment(by_default(), API)["COMPILED_PIPELINE_SPEC_PATCH"] == "{}"


def test_workspaces_get_volumes_of_the_class_that_is_asked_for() -> None:
    spec = api_config(changed())["Workspace"]["VolumeClaimTemplateSpec"]
    assert spec == {"accessModes": ["ReadWriteMany"], "storageClassName": "shared"}
    default = api_config(by_default())["Workspace"]["VolumeClaimTemplateSpec"]
    assert default == {"accessModes": ["ReadWriteOnce"], "storageClassName": "standard"}


def test_the_cache_can_be_switched_off_for_all_runs() -> None:
    assert api_config(by_default())["CacheEnabled"] == "true"
    assert api_config(changed())["CacheEnabled"] == "false"


# Databases that do not fit


def test_a_database_other_than_mysql_is_refused_by_name() -> None:
    def wrong(given: PipelinesDatabases) -> PipelinesDatabases:
        return replace(given, cache=replace(given.cache, engine="postgresql"))

    with pytest.raises(ValueError, match="database 'cache' is postgresql; allowed: mysql"):
        pipelines(databases=wrong)


def test_ml_metadata_is_told_by_a_file_to_encrypt_where_its_database_wants_it() -> None:
    def encrypted(given: PipelinesDatabases) -> PipelinesDatabases:
        return replace(given, metadata=replace(given.metadata, tls=True))

    there = container(pipelines(databases=encrypted), "metadata-grpc-deployment")
    assert "ssl_options" in there["command"][2]
    assert "--metadata_store_server_config_file=/tmp/server.pbtxt" in there["args"]
    assert not any(one.startswith("--mysql_config") for one in there["args"])
    plain = container(by_default(), "metadata-grpc-deployment")
    assert plain["command"] == ["/bin/metadata_store_server"]
    assert "--mysql_config_host=$(MYSQL_HOST)" in plain["args"]


def test_encryption_is_asked_for_where_the_database_wants_it() -> None:
    assert api_config(changed())["DBConfig"]["MySQLConfig"]["ExtraParams"] == {"tls": "skip-verify"}
    assert '--db_extra_params={"tls": "skip-verify"}' in container(changed(), "cache-server")["args"]
    assert "ExtraParams" not in api_config(by_default())["DBConfig"]["MySQLConfig"]
