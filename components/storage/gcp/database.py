"""A server of Cloud SQL with the databases that a component asks for.

Private: an address in the cluster's network, and none of the internet. Encrypted at rest with the cluster's
key where it has one, and on the way because the server takes nothing else. Offers contracts.Database for each
database, as the servers in the cluster do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import sql
from pulumi_gcp.sql.outputs import DatabaseInstanceServerCaCert

from ...contracts import Authority, Database, Offer
from ...dynamic import GeneratedPassword
from ...kube.authority import authority
from ...kube.scope import Scope
from ..cloud_database import PORTS, prepared, users_of
from ..data_settings import CloudDatabaseSettings
from ..database import DatabaseArgs
from ..database_server import Engine
from ..preparation import ADMIN, Server
from .place import GcpData
from .traits import GCP, is_enterprise_plus

LAST_COPY_DAYS = 30
"""How long the last copy of a server that is deleted stays."""


@dataclass(frozen=True, kw_only=True)
class CloudSqlArgs:
    """What a server of Cloud SQL is made from.

    Attributes:
        databases: what the component asks of a server, wherever it runs.
    """

    engine: Engine
    settings: CloudDatabaseSettings
    databases: DatabaseArgs
    place: GcpData


class CloudSqlServer(pulumi.ComponentResource):
    """A server.

    Attributes:
        databases: each database's contract, by its name.
        offer: the image that makes databases and users, and nothing that stays.
    """

    databases: Mapping[str, Database]
    offer: Offer

    def __init__(self, name: str, args: CloudSqlArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:CloudSql", name, None, opts)
        users = users_of(self, args.databases, args.settings.password_version)
        instance = self._instance(args)
        admin = self._admin(args, instance, users.admin)
        signed = _authority(users.scope, args.databases.name, instance)
        # Nobody signs in before there is somebody who may.
        address = pulumi.Output.all(instance.private_ip_address, admin.id).apply(lambda known: str(known[0]))
        server = Server(engine=args.engine, host=address, port=PORTS[args.engine], authority=signed)
        done = prepared(users, server, host=instance.private_ip_address)
        self.databases, self.offer = done.databases, done.offer
        self.register_outputs({})

    def _instance(self, args: CloudSqlArgs) -> sql.DatabaseInstance:
        settings, place, cloud = args.settings, args.place, args.place.cloud
        network = [cloud.private_services] if cloud.private_services else []
        # A name cannot be had again for days after its server is deleted: Pulumi makes up its end.
        return sql.DatabaseInstance(
            place.name(args.databases.name),
            project=cloud.project,
            region=cloud.region,
            database_version=_version(args),
            encryption_key_name=cloud.kms_key_id,
            deletion_protection=settings.deletion_protection,
            settings=_settings(args),
            opts=place.options(
                self,
                api="sqladmin",
                depends_on=[*network, *place.key_of_databases],
                protect=settings.deletion_protection,
                # Disks grow by themselves, and Google cannot make them smaller again.
                ignore_changes=["settings.diskSize"],
            ),
        )

    def _admin(
        self, args: CloudSqlArgs, instance: sql.DatabaseInstance, password: GeneratedPassword
    ) -> sql.User:
        place = args.place
        return sql.User(
            place.name(f"{args.databases.name}-{ADMIN}"),
            project=place.cloud.project,
            instance=instance.name,
            name=ADMIN,
            host="%" if args.engine == "mysql" else None,
            password=password.value,
            # It goes with the server; by itself it could not, as it is a member of the roles that it made.
            deletion_policy="ABANDON",
            opts=place.options(self),
        )


def _authority(scope: Scope, name: str, instance: sql.DatabaseInstance) -> Authority:
    """The authority of this server alone, which signs for a name that Google gives it, not its address."""

    def text(known: Sequence[DatabaseInstanceServerCaCert]) -> str:
        return "".join(f"{one.cert.strip()}\n" for one in known if one.cert)

    # The provider keeps them secret, though whoever connects is shown them.
    certificates = pulumi.Output.unsecret(instance.server_ca_certs.apply(text))
    return authority(scope, f"{name}-authority", certificates, app=name, names_host=False)


def _version(args: CloudSqlArgs) -> str:
    chosen = GCP.chosen(args.settings)
    if args.engine == "mysql":
        return f"MYSQL_{chosen.mysql_version.replace('.', '_')}"
    return f"POSTGRES_{chosen.postgresql_version}"


def _settings(args: CloudSqlArgs) -> sql.DatabaseInstanceSettingsArgs:
    settings, cloud, chosen = args.settings, args.place.cloud, GCP.chosen(args.settings)
    mysql = args.engine == "mysql"
    last_copy = sql.DatabaseInstanceSettingsFinalBackupConfigArgs(
        enabled=settings.last_copy, retention_days=LAST_COPY_DAYS if settings.last_copy else None
    )
    return sql.DatabaseInstanceSettingsArgs(
        tier=chosen.machine_type,
        # Left open, Google chooses Enterprise Plus for new versions, which takes other machine types.
        edition="ENTERPRISE_PLUS" if is_enterprise_plus(chosen.machine_type) else "ENTERPRISE",
        availability_type="REGIONAL" if settings.highly_available else "ZONAL",
        disk_type="PD_SSD",
        disk_size=chosen.disk_size,
        disk_autoresize=True,
        disk_autoresize_limit=chosen.maximum_disk_size,
        deletion_protection_enabled=settings.deletion_protection,
        ip_configuration=sql.DatabaseInstanceSettingsIpConfigurationArgs(
            ipv4_enabled=False, private_network=cloud.network_id, ssl_mode="ENCRYPTED_ONLY"
        ),
        backup_configuration=sql.DatabaseInstanceSettingsBackupConfigurationArgs(
            enabled=True,
            location=cloud.region,
            binary_log_enabled=True if mysql else None,
            point_in_time_recovery_enabled=None if mysql else True,
            transaction_log_retention_days=chosen.backup_days,
            backup_retention_settings=sql.DatabaseInstanceSettingsBackupConfigurationBackupRetentionSettingsArgs(
                retained_backups=chosen.backup_days, retention_unit="COUNT"
            ),
        ),
        retain_backups_on_delete=settings.last_copy,
        final_backup_config=last_copy,
        user_labels=cloud.labels,
    )
