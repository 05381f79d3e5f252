"""A whole platform on Google Cloud with the cloud's databases and bucket, under mocks."""

from functools import cache
from typing import Any

import pytest

from components.clusters.gcp.cluster import GcpArgs, GcpCluster
from components.clusters.gcp.settings import GcpSettings
from components.contracts import Cluster
from components.platform import deploy_on
from components.platform_settings import platform_settings
from tests.clusters.gcp.graph import told
from tests.clusters.support import Graph, declare
from tests.storage import cloud_sql
from tests.storage.cloud_sql import CONNECTION_OF_GOOGLE, FOLDER_GRANT, HMAC, INSTANCE, STORE
from tests.support.stack_files import made_up_secrets, stack_values

CLOUD = {"provider": "cloud", "objectStore": {"name": "acme-ml"}}
TEAMS = {"vision": {"owner": "ada@example.com"}}


def _told(token: str, name: str, inputs: Any) -> Any:  # noqa: ANN401 - as Pulumi has it
    if token.startswith("pulumi-python:dynamic"):
        return {"value": f"value-of-{name}", "kubeconfig": "{}"}
    return {**told(token, name, inputs), **cloud_sql.told(token, name, inputs)}


@cache
def _platform(*, in_cloud: bool) -> Graph:
    given = stack_values("gcp-prod") | {"teams": TEAMS, "data": CLOUD if in_cloud else {}}
    settings = platform_settings(given)
    assert isinstance(settings.cluster, GcpSettings)
    chosen = settings.cluster

    def build() -> Cluster:
        cluster = GcpCluster("cluster", GcpArgs(settings=chosen, stack="gcp-prod")).contract
        deploy_on(cluster, settings, made_up_secrets(settings))
        return cluster

    return declare(build, _told, cloud_sql.answered)


def _names(graph: Graph, kind: str) -> set[str]:
    return {str(one.inputs["metadata"]["name"]) for one in graph.of(kind)}


def test_no_server_of_data_runs_in_a_cluster_whose_data_is_the_clouds() -> None:
    servers = {"mysql", "seaweedfs", "katib-mysql", "model-registry-db"}
    assert servers <= _names(_platform(in_cloud=False), "apps/v1:Deployment")
    assert not servers & _names(_platform(in_cloud=True), "apps/v1:Deployment")


def test_nothing_of_the_clouds_data_is_made_for_a_stack_that_keeps_it_in_the_cluster() -> None:
    kinds = (INSTANCE, STORE, HMAC, "batch/v1:Job")
    assert [len(_platform(in_cloud=False).of(kind)) for kind in kinds] == [0, 0, 0, 0]
    assert [len(_platform(in_cloud=True).of(kind)) for kind in kinds] == [3, 1, 1, 3]


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


def test_servers_come_once_google_has_addresses_in_the_network_and_go_before_it_is_closed() -> None:
    graph = _platform(in_cloud=True)
    for server in graph.of(INSTANCE):
        assert [one for one in graph.before(server) if one.startswith(CONNECTION_OF_GOOGLE)]


def test_an_identity_is_named_once_the_cluster_has_made_them_known() -> None:
    graph = _platform(in_cloud=True)
    for grant in graph.of(FOLDER_GRANT):
        if grant.inputs["member"].startswith("principal://"):
            assert [one for one in graph.before(grant) if one.startswith("gcp:container/cluster:Cluster")]


def test_a_team_has_its_part_of_the_bucket_without_keys_and_without_annotations() -> None:
    graph = _platform(in_cloud=True)
    who = {one.inputs["member"] for one in graph.of(FOLDER_GRANT)}
    assert any(one.endswith("/subject/ns/vision/sa/default-editor") for one in who)
    secrets = [one.name for one in graph.of("core/v1:Secret") if "mlpipeline-minio-artifact" in one.name]
    assert secrets == []
    (account,) = (one for one in graph.of("core/v1:ServiceAccount") if one.name == "vision-default-editor")
    assert "annotations" not in account.inputs["metadata"]


def test_the_api_server_does_not_look_for_an_identity_that_it_cannot_have() -> None:
    (server,) = (
        one for one in _platform(in_cloud=True).of("apps/v1:Deployment") if one.name == "ml-pipeline"
    )
    (container,) = server.inputs["spec"]["template"]["spec"]["containers"]
    told_of = {one["name"]: one.get("value") for one in container["env"]}
    assert told_of["AWS_EC2_METADATA_DISABLED"] == "true"
    assert not [name for name in told_of if "ACCESSKEY" in name]
