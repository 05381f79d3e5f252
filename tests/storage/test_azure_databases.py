"""Flexible servers of Azure: private, encrypted, protected, and one user for each database."""

from typing import Any

import pytest

from tests.clusters.support import Graph, Made
from tests.storage.flexible import ENDPOINTS, VAULT, azure_data, databases

MYSQL, POSTGRESQL = "dbformysql", "dbforpostgresql"
SERVERS = (
    (MYSQL, "ml-mysql", "mysqlServer"),
    (POSTGRESQL, "ml-registry-db", "postgresqlServer"),
    (POSTGRESQL, "ml-tuning-db", "postgresqlServer"),
)
_ZONES = {"privatelink.mysql.database.azure.com", "privatelink.postgres.database.azure.com"}


def _server(kind: str, name: str, graph: Graph | None = None) -> Made:
    return (graph or azure_data()).one(f"{kind}:Server", name)


def _changed(**database: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    return azure_data(database=database)


def test_there_is_a_server_for_each_component_that_asked() -> None:
    graph = azure_data()
    assert {one.name for one in graph.made if one.token.endswith(":Server")} == {one for _, one, _ in SERVERS}


@pytest.mark.parametrize(("kind", "name", "part"), SERVERS)
def test_a_server_is_reached_by_an_address_in_the_clusters_network_only(
    kind: str, name: str, part: str
) -> None:
    graph = azure_data()
    assert _server(kind, name).inputs["network"] == {"publicNetworkAccess": "Disabled"}
    endpoint = graph.one("network:PrivateEndpoint", name).inputs
    assert endpoint["subnet"]["id"] == ENDPOINTS
    (connection,) = endpoint["privateLinkServiceConnections"]
    assert (connection["privateLinkServiceId"], connection["groupIds"]) == (f"{name}-id", [part])
    assert not [one for one in graph.made if "FirewallRule" in one.token]


def test_servers_of_one_kind_share_a_zone_and_a_zone_that_is_there_is_taken() -> None:
    zones = {one.inputs["privateZoneName"] for one in azure_data().of("privatedns:PrivateZone")}
    assert len(azure_data().of("privatedns:PrivateZone")) == len(zones) == 3
    assert zones >= _ZONES
    given = azure_data({"private_zones": dict.fromkeys(_ZONES, "/subscriptions/1/zone")})
    assert {one.inputs["privateZoneName"] for one in given.of("privatedns:PrivateZone")} == zones - _ZONES
    records = given.one("PrivateDnsZoneGroup", "ml-mysql").inputs["privateDnsZoneConfigs"]
    assert [one["privateDnsZoneId"] for one in records] == ["/subscriptions/1/zone"]


def test_names_of_others_that_no_private_zone_has_are_asked_of_public_ones() -> None:
    links = azure_data().of("VirtualNetworkLink")
    assert {one.inputs["resolutionPolicy"] for one in links} == {"NxDomainRedirect"}
    assert not any(one.inputs["registrationEnabled"] for one in links)


@pytest.mark.parametrize(("kind", "name", "_part"), SERVERS)
def test_disks_are_encrypted_with_a_key_in_the_clusters_vault(kind: str, name: str, _part: str) -> None:
    graph = azure_data()
    server = _server(kind, name)
    encryption = server.inputs["dataEncryption"]
    assert encryption["type"] == "AzureKeyVault"
    assert encryption["primaryKeyURI"] == "https://kv.vault.azure.net/keys/databases/1"
    assert list(server.inputs["identity"]["userAssignedIdentities"]) == ["ml-databases-id"]
    role = graph.one("RoleAssignment", "ml-databases").inputs
    assert (role["scope"], role["principalId"]) == (VAULT, "principal-ml-databases")
    assert role["roleDefinitionId"].endswith("e147488a-f6f5-4113-8e2d-b22465e65bf6")
    assert "azure-native:authorization:RoleAssignment ml-databases" in graph.before(server)


def test_the_key_of_databases_has_no_end_since_a_server_holds_on_to_one_version() -> None:
    keys = {one.inputs["keyName"]: one.inputs["properties"] for one in azure_data().of("keyvault:Key")}
    assert "rotationPolicy" not in keys["databases"]
    assert keys["objects"]["rotationPolicy"]["attributes"]["expiryTime"] == "P2Y"


def test_without_a_vault_azures_own_keys_encrypt() -> None:
    graph = azure_data({"keys": False})
    assert graph.of("keyvault:Key") == []
    for kind, name, _ in SERVERS:
        assert not _server(kind, name, graph).inputs.keys() & {"dataEncryption", "identity"}


@pytest.mark.parametrize(("kind", "value"), [(MYSQL, "ON"), (POSTGRESQL, "on")])
def test_a_server_takes_encrypted_connections_only_and_says_so(kind: str, value: str) -> None:
    graph = azure_data()
    found = {
        one.inputs["serverName"]: one.inputs["value"]
        for one in graph.of(f"{kind}:Configuration")
        if one.inputs["configurationName"] == "require_secure_transport"
    }
    assert found == {one.name: value for one in graph.of(f"{kind}:Server")}
    assert all(database.tls for database in databases().values())


def test_mysql_leaves_tables_as_pipelines_make_them_and_is_told_one_thing_after_the_other() -> None:
    graph = azure_data()
    first, second = graph.of(f"{MYSQL}:Configuration")
    assert {one.inputs["configurationName"]: one.inputs["value"] for one in (first, second)} == {
        "require_secure_transport": "ON",
        "sql_generate_invisible_primary_key": "OFF",
    }
    assert first.key in second.waits


@pytest.mark.parametrize(("kind", "name", "_part"), SERVERS)
def test_a_server_is_protected_copied_and_twice_there_by_default(kind: str, name: str, _part: str) -> None:
    server = _server(kind, name)
    assert server.protected
    lock = azure_data().one("ManagementLockByScope", name).inputs
    assert (lock["scope"], lock["level"]) == (f"{name}-id", "CanNotDelete")
    assert server.inputs["highAvailability"]["mode"] == "ZoneRedundant"
    assert server.inputs["backup"]["backupRetentionDays"] == 14
    assert server.inputs["storage"]["autoGrow"] == "Enabled"


def test_where_a_region_has_no_zones_the_second_server_is_beside_the_first() -> None:
    graph = azure_data({"zones": False})
    for kind, name, _ in SERVERS:
        assert _server(kind, name, graph).inputs["highAvailability"]["mode"] == "SameZone"


@pytest.mark.parametrize(("kind", "name", "_part"), SERVERS)
def test_what_a_stack_says_of_protection_copies_and_size_is_what_it_gets(
    kind: str, name: str, _part: str
) -> None:
    graph = _changed(
        deletionProtection=False,
        highlyAvailable=False,
        backupDays=9,
        machineType="Standard_B2ms",
        diskSize=64,
    )
    server = _server(kind, name, graph)
    assert not server.protected
    assert graph.of("ManagementLockByScope") == []
    assert server.inputs["highAvailability"]["mode"] == "Disabled"
    assert server.inputs["backup"]["backupRetentionDays"] == 9
    assert server.inputs["sku"] == {"name": "Standard_B2ms", "tier": "Burstable"}
    assert server.inputs["storage"]["storageSizeGB"] == 64


@pytest.mark.parametrize(("kind", "version"), [(MYSQL, "8.0.21"), (POSTGRESQL, "17")])
def test_versions_are_those_that_the_components_know(kind: str, version: str) -> None:
    found = {one.inputs["version"] for one in azure_data().of(f"{kind}:Server")}
    assert found == {version}


def test_nobody_signs_in_to_postgresql_but_by_a_password_of_ours() -> None:
    access = _server(POSTGRESQL, "ml-registry-db").inputs["authConfig"]
    assert (access["passwordAuth"], access["activeDirectoryAuth"]) == ("Enabled", "Disabled")


def test_each_database_has_a_user_and_a_password_of_its_own() -> None:
    secret = azure_data().one("kubernetes:core/v1:Secret", "mysql-secret").inputs["stringData"]
    data = secret.get("value", secret)
    passwords = {key: value for key, value in data.items() if "password" in key}
    assert len(passwords) == 3
    assert len({str(one) for one in passwords.values()}) == 3
    assert set(databases()) == {"mlpipeline", "metadb", "cachedb", "registry", "tuning"}


@pytest.mark.parametrize(
    ("job", "kind", "name"),
    [("mysql-prepare", MYSQL, "ml-mysql"), ("tuning-db-prepare", POSTGRESQL, "ml-tuning-db")],
)
def test_databases_are_made_once_the_server_is_found_by_name_and_refuses_clear_text(
    job: str, kind: str, name: str
) -> None:
    graph = azure_data()
    before = graph.before(graph.one("kubernetes:batch/v1:Job", job))
    assert {
        f"azure-native:{kind}:Server {name}",
        f"azure-native:{kind}:Configuration {name}",
        f"azure-native:network:PrivateDnsZoneGroup {name}",
    } <= before
    assert any("VirtualNetworkLink" in one for one in before)
    assert {one.ready.__class__.__name__ for one in databases().values()} == {"Job"}
