"""Databases of Cloud SQL: private, encrypted, protected, and one user for each database."""

from typing import Any

import pytest

from tests.clusters.support import Made
from tests.storage.cloud_sql import (
    API,
    CONNECTION,
    INSTANCE,
    KEY,
    KEY_GRANT,
    NETWORK,
    PROJECT,
    REGION,
    USER,
    databases,
    gcp_data,
)

SERVERS = ("ml-mysql", "ml-registry-db")
ENGINES = dict(zip(SERVERS, ("MYSQL_8_4", "POSTGRES_17"), strict=True))


def _server(name: str = "mysql", **database: Any) -> Made:  # noqa: ANN401 - as YAML has it
    return gcp_data(data={"database": database}).one(INSTANCE, name)


def _settings(name: str = "mysql", **database: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML has it
    found: dict[str, Any] = _server(name, **database).inputs["settings"]
    return found


def _job(name: str) -> Made:
    return gcp_data().one("kubernetes:batch/v1:Job", name)


def test_there_is_a_server_for_each_component_that_asked() -> None:
    assert {one.name: one.inputs["databaseVersion"] for one in gcp_data().of(INSTANCE)} == ENGINES


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_has_an_address_in_the_clusters_network_only(name: str) -> None:
    server = gcp_data().one(INSTANCE, name)
    found = server.inputs["settings"]["ipConfiguration"]
    assert found["ipv4Enabled"] is False
    assert found["privateNetwork"] == NETWORK
    assert "authorizedNetworks" not in found
    assert f"{CONNECTION} private-services" in gcp_data().before(server)
    assert (server.inputs["project"], server.inputs["region"]) == (PROJECT, REGION)


def test_in_the_network_of_another_stack_google_has_addresses_already() -> None:
    graph = gcp_data(cloud={"here": False})
    assert graph.of(CONNECTION) == []
    networks = [one.inputs["settings"]["ipConfiguration"]["privateNetwork"] for one in graph.of(INSTANCE)]
    assert networks == [NETWORK, NETWORK]


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_takes_encrypted_connections_only_and_says_so(name: str) -> None:
    assert _settings(name)["ipConfiguration"]["sslMode"] == "ENCRYPTED_ONLY"
    assert all(database.tls for database in databases().values())


@pytest.mark.parametrize("name", SERVERS)
def test_disks_and_copies_are_encrypted_with_the_clusters_key_which_may_be_used(name: str) -> None:
    graph = gcp_data()
    server = graph.one(INSTANCE, name)
    assert server.inputs["encryptionKeyName"] == KEY
    (grant,) = (one for one in graph.of(KEY_GRANT) if "gcp-sa-cloud-sql" in one.inputs["member"])
    assert grant.inputs["cryptoKeyId"] == KEY
    assert grant.key in graph.before(server)


def test_without_a_key_of_the_cluster_googles_own_encrypt_and_nothing_is_granted() -> None:
    graph = gcp_data(cloud={"key": False})
    assert graph.of(KEY_GRANT) == []
    assert all("encryptionKeyName" not in one.inputs for one in graph.of(INSTANCE))


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_protected_copied_and_twice_there_by_default(name: str) -> None:
    server, found = _server(name), _settings(name)
    assert server.protected
    assert server.inputs["deletionProtection"] is found["deletionProtectionEnabled"] is True
    assert found["availabilityType"] == "REGIONAL"
    copies = found["backupConfiguration"]
    assert copies["enabled"] is True
    assert copies["location"] == REGION
    assert copies["transactionLogRetentionDays"] == 7
    assert copies["backupRetentionSettings"] == {"retainedBackups": 7, "retentionUnit": "COUNT"}
    # What a server needs in order to be restored to any second, and to be twice there.
    assert copies["binaryLogEnabled" if name == "ml-mysql" else "pointInTimeRecoveryEnabled"] is True
    assert found["retainBackupsOnDelete"] is True
    assert found["finalBackupConfig"] == {"enabled": True, "retentionDays": 30}


def test_what_a_stack_says_of_protection_copies_and_size_is_what_it_gets() -> None:
    given: dict[str, Any] = {
        "deletionProtection": False,
        "highlyAvailable": False,
        "backupDays": 3,
        "lastCopy": False,
        "machineType": "db-custom-4-16384",
        "diskSize": 20,
        "maximumDiskSize": 40,
        "mysqlVersion": "8.0",
    }
    server, found = _server(**given), _settings(**given)
    assert not server.protected
    assert server.inputs["databaseVersion"] == "MYSQL_8_0"
    assert server.inputs["deletionProtection"] is found["deletionProtectionEnabled"] is False
    assert found["availabilityType"] == "ZONAL"
    assert found["backupConfiguration"]["transactionLogRetentionDays"] == 3
    assert found["retainBackupsOnDelete"] is found["finalBackupConfig"]["enabled"] is False
    assert found["tier"] == "db-custom-4-16384"
    assert (found["diskSize"], found["diskAutoresizeLimit"]) == (20, 40)


@pytest.mark.parametrize(
    ("machine", "edition"),
    [("db-custom-2-8192", "ENTERPRISE"), ("db-perf-optimized-N-2", "ENTERPRISE_PLUS")],
)
def test_the_edition_is_that_of_the_machine_type(machine: str, edition: str) -> None:
    assert _settings("registry-db", machineType=machine)["edition"] == edition


def test_a_disk_that_has_grown_is_left_as_large_as_it_is() -> None:
    assert _settings()["diskAutoresize"] is True
    assert _server().ignored == ("settings.diskSize",)


def test_the_administrators_password_is_generated_and_nobody_else_signs_in_from_google() -> None:
    graph = gcp_data()
    users = {one.inputs["instance"]: one.inputs for one in graph.of(USER)}
    assert set(users) == {f"{name}-1a2b3c4" for name in SERVERS}
    mysql, postgresql = (users[f"{name}-1a2b3c4"] for name in SERVERS)
    assert (mysql["name"], postgresql["name"]) == ("slipway", "slipway")
    assert mysql["host"] == "%"
    assert mysql["password"]["value"] == "value-of-mysql-admin"
    assert "host" not in postgresql
    assert all("rootPassword" not in one.inputs for one in graph.of(INSTANCE))


@pytest.mark.parametrize(("server", "job"), list(zip(SERVERS, ("mysql", "registry-db"), strict=True)))
def test_a_job_makes_databases_once_the_administrator_may_sign_in(server: str, job: str) -> None:
    graph = gcp_data()
    before = graph.before(_job(f"{job}-prepare"))
    assert f"{USER} {server}-slipway" in before
    (container,) = _job(f"{job}-prepare").inputs["spec"]["template"]["spec"]["containers"]
    told = {one["name"]: one.get("value") for one in container["env"]}
    assert told["DATABASE_HOST"].startswith("10.16.0.")


def test_users_of_a_database_wait_for_the_job_that_made_it() -> None:
    found = databases()
    assert set(found) == {"mlpipeline", "metadb", "cachedb", "registry"}
    assert {one.engine for one in found.values()} == {"mysql", "postgresql"}
    assert (found["mlpipeline"].port, found["registry"].port) == (3306, 5432)


def test_who_signs_for_a_server_is_asked_of_google_and_reaches_who_connects() -> None:
    graph = gcp_data()
    found = graph.one("kubernetes:core/v1:ConfigMap", "mysql-authority").inputs["data"]
    assert found == {"ca.crt": "certificate of ml-mysql\n"}
    # Google's certificates are for names of its own, and programs connect to an address.
    authorities = [one.authority for one in databases().values()]
    assert all(one is not None and not one.names_host for one in authorities)
    (container,) = _job("mysql-prepare").inputs["spec"]["template"]["spec"]["containers"]
    assert {"name": "SSL_MODE", "value": "VERIFY_CA"} in container["env"]


@pytest.mark.parametrize("apis", [True, False])
def test_apis_are_enabled_where_the_stack_does_so_and_stay(apis: bool) -> None:
    graph = gcp_data(cloud={"apis": apis})
    found = {one.inputs["service"]: one.inputs["disableOnDestroy"] for one in graph.of(API)}
    wanted = {"sqladmin.googleapis.com": False, "storage.googleapis.com": False}
    assert found == (wanted if apis else {})
    if apis:
        before = graph.before(graph.one(INSTANCE, "ml-mysql"))
        assert f"{API} ml-sqladmin" in before


def test_servers_carry_the_labels_of_the_stack() -> None:
    assert _settings()["userLabels"] == {"team": "ml-platform"}
