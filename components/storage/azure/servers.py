"""A flexible server of either engine: what its maker is told, and the two makers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azure_native import dbformysql, dbforpostgresql

from ...clusters.azure.names import MYSQL_ZONE, POSTGRESQL_ZONE
from ..cloud_traits import ChosenServer
from ..data_settings import CloudDatabaseSettings
from ..database_server import Engine
from ..preparation import ADMIN
from .encryption import Key
from .place import AzureData
from .traits import tier

# The versions' names in Azure's API. That of 8.4 the SDK does not know yet; the API takes it
# (hashicorp/terraform-provider-azurerm, pull request 31099).
_MYSQL_VERSIONS = {"8.0": "8.0.21", "8.4": "8.4"}
# By what follows the server's name. Azure gives tables without a primary key an invisible one, by which
# migrations of schemas fail that add one later (keycloak/keycloak, pull request 26539); MySQL does not.
_MYSQL_PARAMETERS = {
    "": ("require_secure_transport", "ON"),
    "-keys": ("sql_generate_invisible_primary_key", "OFF"),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a server is made from.

    Attributes:
        name: how its name begins. password: that of its administrator.
        key: what encrypts its disk and copies; None for Azure's own.
    """

    name: str
    place: AzureData
    settings: CloudDatabaseSettings
    chosen: ChosenServer
    password: pulumi.Input[str]
    key: Key | None
    opts: pulumi.ResourceOptions

    @property
    def standby(self) -> Literal["Disabled", "SameZone", "ZoneRedundant"]:
        """Where its second server is."""
        if not self.settings.highly_available:
            return "Disabled"
        return "ZoneRedundant" if self.place.cloud.zone_redundant else "SameZone"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A server that was declared. `ready` is the leaf after which it refuses connections in clear text."""

    resource: pulumi.CustomResource
    host: pulumi.Output[str]
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One engine.

    Attributes:
        part: what a private endpoint calls it. zone: the private DNS zone of its servers.
    """

    port: int
    part: Literal["mysqlServer", "postgresqlServer"]
    zone: str
    make: Callable[[Wanted], Made]


def _mysql(wanted: Wanted) -> Made:
    cloud, chosen, key = wanted.place.cloud, wanted.chosen, wanted.key
    server = dbformysql.Server(
        wanted.name,
        resource_group_name=cloud.resource_group,
        location=cloud.location,
        administrator_login=ADMIN,
        administrator_login_password=wanted.password,
        version=_MYSQL_VERSIONS[chosen.mysql_version],
        sku=dbformysql.MySQLServerSkuArgs(name=chosen.machine_type, tier=tier(chosen.machine_type)),
        storage=dbformysql.StorageArgs(
            storage_size_gb=chosen.disk_size, auto_grow="Enabled", auto_io_scaling="Enabled"
        ),
        backup=dbformysql.BackupArgs(
            backup_retention_days=chosen.backup_days, geo_redundant_backup="Disabled"
        ),
        high_availability=dbformysql.HighAvailabilityArgs(mode=wanted.standby),
        network=dbformysql.NetworkArgs(public_network_access="Disabled"),
        identity=(
            dbformysql.MySQLServerIdentityArgs(
                type="UserAssigned", user_assigned_identities=[key.identity.id]
            )
            if key
            else None
        ),
        data_encryption=(
            dbformysql.DataEncryptionArgs(
                type=dbformysql.DataEncryptionType.AZURE_KEY_VAULT,
                primary_key_uri=key.key.key_uri_with_version,
                primary_user_assigned_identity_id=key.identity.id,
            )
            if key
            else None
        ),
        tags=cloud.tags,
        opts=wanted.opts,
    )
    # Azure changes one parameter of a server at a time and refuses the others meanwhile.
    changed: list[pulumi.Resource] = []
    for suffix, (parameter, value) in _MYSQL_PARAMETERS.items():
        one = dbformysql.Configuration(
            f"{wanted.name}{suffix}",
            configuration_name=parameter,
            server_name=server.name,
            resource_group_name=cloud.resource_group,
            value=value,
            source="user-override",
            opts=wanted.place.options(wanted.opts.parent, depends_on=changed[-1:]),
        )
        changed.append(one)
    return Made(resource=server, host=server.fully_qualified_domain_name, ready=changed[-1])


def _postgresql(wanted: Wanted) -> Made:
    cloud, chosen, key = wanted.place.cloud, wanted.chosen, wanted.key
    server = dbforpostgresql.Server(
        wanted.name,
        resource_group_name=cloud.resource_group,
        location=cloud.location,
        administrator_login=ADMIN,
        administrator_login_password=wanted.password,
        auth_config=dbforpostgresql.AuthConfigArgs(active_directory_auth="Disabled", password_auth="Enabled"),
        version=chosen.postgresql_version,
        sku=dbforpostgresql.SkuArgs(name=chosen.machine_type, tier=tier(chosen.machine_type)),
        storage=dbforpostgresql.StorageArgs(storage_size_gb=chosen.disk_size, auto_grow="Enabled"),
        backup=dbforpostgresql.BackupArgs(
            backup_retention_days=chosen.backup_days, geo_redundant_backup="Disabled"
        ),
        high_availability=dbforpostgresql.HighAvailabilityArgs(mode=wanted.standby),
        network=dbforpostgresql.NetworkArgs(public_network_access="Disabled"),
        identity=(
            dbforpostgresql.UserAssignedIdentityArgs(
                type="UserAssigned", user_assigned_identities=key.identity.id.apply(_by_id)
            )
            if key
            else None
        ),
        data_encryption=(
            dbforpostgresql.DataEncryptionArgs(
                type="AzureKeyVault",
                primary_key_uri=key.key.key_uri_with_version,
                primary_user_assigned_identity_id=key.identity.id,
            )
            if key
            else None
        ),
        tags=cloud.tags,
        opts=wanted.opts,
    )
    encrypted = dbforpostgresql.Configuration(
        wanted.name,
        configuration_name="require_secure_transport",
        server_name=server.name,
        resource_group_name=cloud.resource_group,
        value="on",
        source="user-override",
        opts=wanted.place.options(wanted.opts.parent),
    )
    return Made(resource=server, host=server.fully_qualified_domain_name, ready=encrypted)


def _by_id(identity: str) -> dict[str, dbforpostgresql.UserIdentityArgs]:
    return {identity: dbforpostgresql.UserIdentityArgs()}


KINDS: Mapping[Engine, Kind] = {
    "mysql": Kind(port=3306, part="mysqlServer", zone=MYSQL_ZONE, make=_mysql),
    "postgresql": Kind(port=5432, part="postgresqlServer", zone=POSTGRESQL_ZONE, make=_postgresql),
}
