"""A whole platform on Azure with the cloud's databases and bucket, under mocks."""

from functools import cache
from typing import Any

import pytest

from components.clusters.azure.cluster import AzureArgs, AzureCluster
from components.clusters.azure.settings import AzureSettings
from components.contracts import Cluster
from components.platform import deploy_on
from components.platform_settings import platform_settings
from tests.clusters.azure.aks import answered, former_names_left_out, told
from tests.clusters.support import Graph, declare
from tests.support.stack_files import made_up_secrets, stack_values

CLOUD = {"provider": "cloud", "objectStore": {"name": "acme-ml"}}
TEAMS = {"vision": {"owner": "ada@example.com"}}


def _told(token: str, name: str, inputs: Any) -> Any:  # noqa: ANN401 - as Pulumi has it
    if token.startswith("pulumi-python:dynamic"):
        return {"value": f"value-of-{name}", "kubeconfig": "{}"}
    said = dict(told(token, name, inputs))
    if token.endswith(":Server"):
        said["fullyQualifiedDomainName"] = f"{name}.database.azure.com"
    if token.endswith(":StorageAccount"):
        kinds = ("blob", "dfs", "file", "queue", "table", "web")
        said["primaryEndpoints"] = {kind: f"https://{name}.{kind}.core.windows.net/" for kind in kinds}
    return said


@cache
def _platform(*, in_cloud: bool) -> Graph:
    given = stack_values("azure-prod") | {"teams": TEAMS, "data": CLOUD if in_cloud else {}}
    settings = platform_settings(given)
    assert isinstance(settings.cluster, AzureSettings)
    chosen = settings.cluster

    def build() -> Cluster:
        args = AzureArgs(settings=chosen, stack="azure-prod")
        cluster = AzureCluster("cluster", args, former_names_left_out()).contract
        deploy_on(cluster, settings, made_up_secrets(settings))
        return cluster

    return declare(build, _told, answered)


def _names(graph: Graph, kind: str) -> set[str]:
    return {str(one.inputs["metadata"]["name"]) for one in graph.of(kind)}


def test_no_server_of_data_runs_in_a_cluster_whose_data_is_the_clouds() -> None:
    servers = {"mysql", "seaweedfs", "katib-mysql", "model-registry-db"}
    assert servers <= _names(_platform(in_cloud=False), "apps/v1:Deployment")
    deployments = _names(_platform(in_cloud=True), "apps/v1:Deployment")
    assert not servers & deployments
    assert {one for one in deployments if one.startswith("blob-")} == {
        "blob-kubeflow-pipelines",
        "blob-kubeflow-pipelines-pages",
        "blob-vision",
    }


def test_nothing_of_the_clouds_data_is_made_for_a_stack_that_keeps_it_in_the_cluster() -> None:
    kinds = ("dbformysql:Server", "dbforpostgresql:Server", "BlobContainer", "batch/v1:Job", "RoleDefinition")
    assert [len(_platform(in_cloud=False).of(kind)) for kind in kinds] == [0, 0, 0, 0, 0]
    assert [len(_platform(in_cloud=True).of(kind)) for kind in kinds] == [1, 2, 1, 3, 2]


@pytest.mark.parametrize(
    ("program", "job"),
    [
        ("ml-pipeline", "mysql-prepare"),
        ("metadata-grpc-deployment", "mysql-prepare"),
        ("cache-server", "mysql-prepare"),
        ("katib-db-manager", "katib-postgres-prepare"),
        ("model-registry-deployment", "model-registry-db-prepare"),
    ],
)
def test_a_program_starts_once_its_database_is_there(program: str, job: str) -> None:
    graph = _platform(in_cloud=True)
    assert f"kubernetes:batch/v1:Job {job}" in graph.before(graph.one("apps/v1:Deployment", program))


def test_the_api_server_starts_once_its_gateway_answers() -> None:
    graph = _platform(in_cloud=True)
    (there,) = (one for one in graph.of("apps/v1:Deployment") if one.name == "ml-pipeline")
    assert "kubernetes:apps/v1:Deployment blob-kubeflow-pipelines" in graph.before(there)


def test_the_account_of_a_teams_pods_is_told_its_identity() -> None:
    def editor(graph: Graph) -> dict[str, str]:
        return (
            graph.one("core/v1:ServiceAccount", "vision-default-editor")
            .inputs["metadata"]
            .get("annotations", {})
        )

    assert list(editor(_platform(in_cloud=True))) == ["azure.workload.identity/client-id"]
    assert editor(_platform(in_cloud=False)) == {}


def test_people_choose_the_identity_for_a_notebook_by_the_label_that_azure_asks_for() -> None:
    graph = _platform(in_cloud=True)
    (chosen,) = (one for one in graph.of("PodDefault") if one.name == "vision-cloud-bucket")
    assert chosen.inputs["spec"]["selector"] == {"matchLabels": {"azure.workload.identity/use": "true"}}
    told = {one["name"]: one["value"] for one in chosen.inputs["spec"]["env"]}
    assert told["AZURE_STORAGE_CONTAINER"] == "acme-ml"
    assert not [one for one in _platform(in_cloud=False).of("PodDefault") if "cloud-bucket" in one.name]


def test_the_keys_of_a_team_are_those_of_its_gateway() -> None:
    graph = _platform(in_cloud=True)

    def keys(name: str) -> dict[str, Any]:
        found = graph.one("core/v1:Secret", name).inputs["stringData"]
        return found.get("value", found)

    assert keys("vision-mlpipeline-minio-artifact") == keys("blob-vision")
