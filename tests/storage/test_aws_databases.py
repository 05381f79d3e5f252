"""Databases of RDS: private, encrypted, protected, and one user for each database."""

from typing import Any

import pytest

from tests.clusters.support import Made
from tests.storage.rds import KEY, NODES, aws_data, databases

SERVERS = ("ml-mysql", "ml-registry-db")


def _server(name: str = "mysql", **database: Any) -> Made:  # noqa: ANN401 - as YAML has it
    return aws_data(database=database).one("aws:rds/instance:Instance", name)


def _job(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = aws_data().one("kubernetes:batch/v1:Job", name).inputs["spec"]
    return spec


def test_there_is_a_server_for_each_component_that_asked() -> None:
    made = {one.inputs["identifier"]: one.inputs["engine"] for one in aws_data().of("rds/instance:Instance")}
    assert made == {"ml-mysql": "mysql", "ml-registry-db": "postgres"}


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_has_no_public_address_and_lies_in_the_clusters_subnets(name: str) -> None:
    graph = aws_data()
    assert graph.one("rds/instance:Instance", name).inputs["publiclyAccessible"] is False
    assert graph.one("SubnetGroup", name).inputs["subnetIds"] == ["subnet-a", "subnet-b"]


@pytest.mark.parametrize(("name", "port"), list(zip(SERVERS, (3306, 5432), strict=True)))
def test_only_nodes_reach_a_server_and_only_at_its_port(name: str, port: int) -> None:
    rules = [one.inputs for one in aws_data().of("SecurityGroupIngressRule") if one.name == name]
    assert len(rules) == 1
    assert rules[0]["referencedSecurityGroupId"] == NODES
    assert (rules[0]["fromPort"], rules[0]["toPort"]) == (port, port)
    assert not rules[0].keys() & {"cidrIpv4", "cidrIpv6", "prefixListId"}


@pytest.mark.parametrize("name", SERVERS)
def test_disks_are_encrypted_with_the_clusters_key(name: str) -> None:
    inputs = _server(name).inputs
    assert inputs["storageEncrypted"] is True
    assert inputs["kmsKeyId"] == KEY


@pytest.mark.parametrize(
    ("name", "parameter"), list(zip(SERVERS, ("require_secure_transport", "rds.force_ssl"), strict=True))
)
def test_a_server_takes_encrypted_connections_only_and_says_so(name: str, parameter: str) -> None:
    (found,) = aws_data().one("ParameterGroup", name).inputs["parameters"]
    assert (found["name"], found["value"]) == (parameter, "1")
    assert all(database.tls for database in databases().values())


def test_a_server_is_protected_copied_and_twice_there_by_default() -> None:
    inputs = _server().inputs
    assert _server().protected
    assert inputs["deletionProtection"] is True
    assert inputs["multiAz"] is True
    assert inputs["backupRetentionPeriod"] == 14
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["deleteAutomatedBackups"] is False
    assert inputs["finalSnapshotIdentifier"] == "ml-mysql-last"


def test_what_a_stack_says_of_protection_copies_and_size_is_what_it_gets() -> None:
    inputs = _server(
        deletionProtection=False,
        highlyAvailable=False,
        backupDays=3,
        lastCopy=False,
        machineType="db.t4g.medium",
        diskSize=20,
        maximumDiskSize=40,
    ).inputs
    assert inputs["deletionProtection"] is inputs["multiAz"] is False
    assert inputs["backupRetentionPeriod"] == 3
    assert inputs["skipFinalSnapshot"] is True
    assert "finalSnapshotIdentifier" not in inputs
    assert inputs["instanceClass"] == "db.t4g.medium"
    assert (inputs["allocatedStorage"], inputs["maxAllocatedStorage"]) == (20, 40)


def test_the_password_of_a_server_is_generated_and_no_plain_text() -> None:
    graph = aws_data()
    assert graph.one("rds/instance:Instance", "ml-mysql").inputs["username"] == "slipway"
    made = {one.name for one in graph.made if one.token.startswith("pulumi-python:dynamic")}
    assert {"mysql-admin", "registry-db-admin"} <= made


def test_each_database_has_a_user_and_a_password_of_its_own() -> None:
    secret = aws_data().one("kubernetes:core/v1:Secret", "mysql-secret").inputs["stringData"]
    data = secret.get("value", secret)
    passwords = {key: value for key, value in data.items() if "password" in key}
    assert len(passwords) == 3
    assert len({str(one) for one in passwords.values()}) == 3
    assert set(databases()) == {"mlpipeline", "metadb", "cachedb", "registry"}


@pytest.mark.parametrize(
    ("name", "said"),
    [("mysql-prepare", {"SSL_MODE": "REQUIRED"}), ("registry-db-prepare", {"PGSSLMODE": "require"})],
)
def test_the_job_that_makes_databases_speaks_encrypted_and_gets_nothing_it_does_not_need(
    name: str, said: dict[str, str]
) -> None:
    pod = _job(name)["template"]["spec"]
    (container,) = pod["containers"]
    assert said.items() <= {one["name"]: one.get("value") for one in container["env"]}.items()
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert _job(name)["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"


def test_programs_wait_for_the_databases_and_not_just_for_the_server() -> None:
    graph = aws_data()
    before = graph.before(graph.one("kubernetes:batch/v1:Job", "mysql-prepare"))
    assert "aws:rds/instance:Instance ml-mysql" in before
    assert {one.ready.__class__.__name__ for one in databases().values()} == {"Job"}
