"""A server of Amazon RDS with the databases that a component asks for.

Private: in the cluster's own subnets, without a public address, open to the cluster's nodes only. Encrypted
at rest with the cluster's key, and on the way because the server takes nothing else. Offers
contracts.Database for each database, as the servers in the cluster do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, rds, vpc

from ...contracts import Authority, Database, Offer
from ...dynamic import GeneratedPassword
from ...kube.authority import authority
from ...kube.scope import Scope
from ..cloud_database import PORTS, prepared, users_of
from ..data_settings import CloudDatabaseSettings
from ..database import DatabaseArgs
from ..database_server import Engine
from ..preparation import ADMIN, Server
from .place import AwsData
from .traits import AWS

# As RDS names engines, parameters and logs (RDS user guide, read in November 2026).
_ENGINES: Mapping[Engine, str] = {"mysql": "mysql", "postgresql": "postgres"}
_ENCRYPTED: Mapping[Engine, str] = {"mysql": "require_secure_transport", "postgresql": "rds.force_ssl"}
_LOGS: Mapping[Engine, list[str]] = {"mysql": ["error"], "postgresql": ["postgresql", "upgrade"]}


@dataclass(frozen=True, kw_only=True)
class RdsArgs:
    """What a server of RDS is made from.

    Attributes:
        databases: what the component asks of a server, wherever it runs.
    """

    engine: Engine
    settings: CloudDatabaseSettings
    databases: DatabaseArgs
    place: AwsData


class RdsServer(pulumi.ComponentResource):
    """A server.

    Attributes:
        databases: each database's contract, by its name.
        offer: the image that makes databases and users, and nothing that stays.
    """

    databases: Mapping[str, Database]
    offer: Offer

    def __init__(self, name: str, args: RdsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:Rds", name, None, opts)
        users = users_of(self, args.databases, args.settings.password_version)
        instance = self._instance(args, users.admin)
        signed = _authority(users.scope, args)
        server = Server(engine=args.engine, host=instance.address, port=PORTS[args.engine], authority=signed)
        done = prepared(users, server, host=instance.address)
        self.databases, self.offer = done.databases, done.offer
        self.register_outputs({})

    def _instance(self, args: RdsArgs, admin: GeneratedPassword) -> rds.Instance:
        settings, place, engine = args.settings, args.place, args.engine
        chosen = AWS.chosen(settings)
        name = place.name(args.databases.name)
        options = place.options(self)
        subnets = rds.SubnetGroup(
            name,
            subnet_ids=list(place.cloud.private_subnet_ids),
            description=f"The private subnets of {place.cluster}",
            opts=options,
        )
        group = ec2.SecurityGroup(
            name,
            vpc_id=place.cloud.vpc_id,
            description=f"The database {args.databases.name}, for nodes of {place.cluster}",
            tags={"Name": name},
            opts=options,
        )
        vpc.SecurityGroupIngressRule(
            name,
            security_group_id=group.id,
            referenced_security_group_id=place.cloud.node_security_group_id,
            ip_protocol="tcp",
            from_port=PORTS[engine],
            to_port=PORTS[engine],
            description="Nodes of the cluster",
            opts=options,
        )
        version = chosen.mysql_version if engine == "mysql" else chosen.postgresql_version
        parameters = rds.ParameterGroup(
            name,
            family=f"{_ENGINES[engine]}{version}",
            description="Connections are encrypted",
            parameters=[
                rds.ParameterGroupParameterArgs(
                    name=_ENCRYPTED[engine], value="1", apply_method="pending-reboot"
                )
            ],
            opts=options,
        )
        return rds.Instance(
            name,
            identifier=name,
            engine=_ENGINES[engine],
            engine_version=version,
            auto_minor_version_upgrade=True,
            instance_class=chosen.machine_type,
            allocated_storage=chosen.disk_size,
            max_allocated_storage=chosen.maximum_disk_size,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=place.cloud.kms_key_arn,
            multi_az=settings.highly_available,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[group.id],
            publicly_accessible=False,
            port=PORTS[engine],
            parameter_group_name=parameters.name,
            username=ADMIN,
            password=admin.value,
            backup_retention_period=chosen.backup_days,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not settings.last_copy,
            skip_final_snapshot=not settings.last_copy,
            final_snapshot_identifier=f"{name}-last" if settings.last_copy else None,
            deletion_protection=settings.deletion_protection,
            enabled_cloudwatch_logs_exports=_LOGS[engine],
            opts=place.options(self, protect=settings.deletion_protection),
        )


def _authority(scope: Scope, args: RdsArgs) -> Authority | None:
    """Amazon's authorities of the region, where the stack gives them: RDS tells nobody through its API."""
    given, name = args.settings.authority, args.databases.name
    return authority(scope, f"{name}-authority", given, app=name) if given else None
