"""A whole platform on AWS with the cloud's databases and bucket, under mocks."""

from functools import cache
from typing import Any

import pytest

from components.clusters.aws.cluster import AwsArgs, AwsCluster
from components.clusters.aws.settings import AwsSettings
from components.contracts import Cluster
from components.platform import deploy_on
from components.platform_settings import platform_settings
from tests.clusters.aws.eks import told
from tests.clusters.support import Graph, declare
from tests.support.stack_files import made_up_secrets, stack_values

CLOUD = {"provider": "cloud", "objectStore": {"name": "acme-ml"}}
TEAMS = {"vision": {"owner": "ada@example.com"}}


def _told(token: str, name: str, inputs: Any) -> Any:  # noqa: ANN401 - as Pulumi has it
    if token.startswith("pulumi-python:dynamic"):
        return {"value": f"value-of-{name}", "kubeconfig": "{}"}
    return {"address": f"{name}.rds.test"} if "rds/instance" in token else told(token, name, inputs)


@cache
def _platform(*, in_cloud: bool) -> Graph:
    given = stack_values("aws-prod") | {"teams": TEAMS, "data": CLOUD if in_cloud else {}}
    settings = platform_settings(given)
    assert isinstance(settings.cluster, AwsSettings)
    chosen = settings.cluster

    def build() -> Cluster:
        cluster = AwsCluster("cluster", AwsArgs(settings=chosen, stack="aws-prod")).contract
        deploy_on(cluster, settings, made_up_secrets(settings))
        return cluster

    return declare(build, _told)


def _names(graph: Graph, kind: str) -> set[str]:
    return {str(one.inputs["metadata"]["name"]) for one in graph.of(kind)}


def test_no_server_of_data_runs_in_a_cluster_whose_data_is_the_clouds() -> None:
    servers = {"mysql", "seaweedfs", "katib-mysql", "model-registry-db"}
    assert servers <= _names(_platform(in_cloud=False), "apps/v1:Deployment")
    assert not servers & _names(_platform(in_cloud=True), "apps/v1:Deployment")


def test_nothing_of_the_clouds_data_is_made_for_a_stack_that_keeps_it_in_the_cluster() -> None:
    kinds = ("rds/instance:Instance", "s3/bucket:Bucket", "batch/v1:Job")
    assert [len(_platform(in_cloud=False).of(kind)) for kind in kinds] == [0, 0, 0]
    assert [len(_platform(in_cloud=True).of(kind)) for kind in kinds] == [3, 1, 3]


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


@pytest.mark.parametrize(
    ("program", "user"),
    [
        ("ml-pipeline", "kubeflow-pipelines"),
        ("ml-pipeline-ui", "kubeflow-pipelines-pages"),
        ("vision-ml-pipeline-ui-artifact", "vision"),
    ],
)
def test_a_program_starts_once_its_pods_have_the_identity_that_opens_the_bucket(
    program: str, user: str
) -> None:
    graph = _platform(in_cloud=True)
    (there,) = (one for one in graph.of("apps/v1:Deployment") if one.name == program)
    found = [one for one in graph.before(there) if "PodIdentityAssociation" in one and one.endswith(user)]
    assert found, sorted(one for one in graph.before(there) if "PodIdentity" in one)


def test_the_database_of_katib_is_one_that_it_can_encrypt_to() -> None:
    graph = _platform(in_cloud=True)
    (manager,) = (one for one in graph.of("apps/v1:Deployment") if one.name == "katib-db-manager")
    (container,) = manager.inputs["spec"]["template"]["spec"]["containers"]
    told = {one["name"]: one.get("value") for one in container["env"]}
    assert told["DB_NAME"] == "postgres"
    assert told["KATIB_POSTGRESQL_SSL_MODE"] == "require"


def test_a_team_gets_no_keys_where_there_are_none() -> None:
    def keys(graph: Graph) -> list[str]:
        return [one.name for one in graph.of("core/v1:Secret") if "mlpipeline-minio-artifact" in one.name]

    assert keys(_platform(in_cloud=True)) == []
    assert "vision-mlpipeline-minio-artifact" in keys(_platform(in_cloud=False))
