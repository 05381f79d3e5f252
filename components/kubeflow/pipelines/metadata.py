"""ML Metadata: the server that keeps what runs made of what, and the writer for runs of kfp 1.x.

Flags and variables: google/ml-metadata 1.14.0, ml_metadata/metadata_store/metadata_store_server_main.cc;
kubeflow/pipelines 2.16.1, backend/metadata_writer.
"""

import pulumi

from ...contracts import TEAMS, Database
from ...kube.authority import FILE, authority_mounts, authority_volumes
from ...kube.config import config_map
from ...kube.mesh import allow, mutual_tls
from ...kube.network import Opening, allow_ingress
from ...kube.objects import access
from ...kube.program import Program, command_probe, pod_field, secret_key, tcp_probe
from ...kube.workload import Workload, deployment, service
from ...versions import Pipelines as Images
from .args import METADATA_ENVOY, METADATA_SERVER, METADATA_WRITER, RBAC, TMP, TMP_VOLUME, USER, Install

SERVER, SERVICE, PORT = METADATA_SERVER, "metadata-grpc-service", 8080
WRITER = METADATA_WRITER
CONFIG = "metadata-grpc-configmap"

# gRPC's limits: 16 KiB of headers, 100 MiB of a message.
_CHANNEL = (
    "grpc.max_metadata_size=16384,grpc.max_receive_message_length=104857600,"
    "grpc.max_send_message_length=104857600"
)
_SERVER = "/bin/metadata_store_server"
_FLAGS = [
    "--mysql_config_database=$(MYSQL_DATABASE)",
    "--mysql_config_host=$(MYSQL_HOST)",
    "--mysql_config_port=$(MYSQL_PORT)",
    "--mysql_config_user=$(DBCONFIG_USER)",
    "--mysql_config_password=$(DBCONFIG_PASSWORD)",
    "--enable_database_upgrade=true",
]
# No flag turns encryption on, only a file (metadata_store.proto, MySQLDatabaseConfig.SSLOptions), which holds
# the password too. Its client (MariaDB Connector/C 3.0.8, my_auth.c and openssl.c) encrypts where any of the
# options is there. A list of ciphers is the one that asks for no authority's certificate; with `ca` it checks
# who signed, with `verify_server_cert` the name too.
_CONFIG_FILE = "/tmp/server.pbtxt"
_ENCRYPTED = f"""\
set -eu
umask 077
cat > {_CONFIG_FILE} <<END
connection_config {{
  mysql {{
    host: "$MYSQL_HOST"
    port: $MYSQL_PORT
    database: "$MYSQL_DATABASE"
    user: "$DBCONFIG_USER"
    password: "$DBCONFIG_PASSWORD"
    ssl_options {{
      cipher: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
      $CHECKS
    }}
  }}
}}
migration_options {{ enable_upgrade_migration: true }}
END
exec "$0" "$@"
"""
_REACH_SERVER = f"import socket; socket.create_connection(('{SERVICE}', {PORT}), 3)"


def server_address(host: str) -> dict[str, str]:
    """What the pods of runs of kfp 1.x read, in a ConfigMap of their namespace."""
    return {"METADATA_GRPC_SERVICE_HOST": host, "METADATA_GRPC_SERVICE_PORT": str(PORT)}


def metadata_server(install: Install) -> Workload:
    """Declare the server; it starts once its database answers."""
    scope, args = install.scope, install.args
    access(scope, RBAC / "metadata.yaml")
    config_map(scope, CONFIG, server_address(SERVICE), app=SERVER)
    database = args.databases.metadata
    flags = [f"--metadata_store_server_config_file={_CONFIG_FILE}"] if database.tls else _FLAGS
    program = Program(
        name="container",
        image=Images.METADATA_SERVER,
        settings=args.settings.metadata_server,
        command=["/bin/sh", "-c", _ENCRYPTED, _SERVER] if database.tls else [_SERVER],
        args=[f"--grpc_port={PORT}", *flags, f"--grpc_channel_arguments={_CHANNEL}"],
        environment={
            "MYSQL_DATABASE": database.name,
            "MYSQL_HOST": database.host,
            "MYSQL_PORT": str(database.port),
            "DBCONFIG_USER": secret_key(database.secret, database.user_key),
            "DBCONFIG_PASSWORD": secret_key(database.secret, database.password_key),
            **({"CHECKS": _checks(database)} if database.tls else {}),
        },
        ports={"grpc-api": PORT},
        live=tcp_probe("grpc-api", period=10),
        ready=tcp_probe("grpc-api", period=5),
        # The first start makes the tables.
        startup=tcp_probe("grpc-api", period=2, failures=60),
        mounts=[TMP, *authority_mounts(database)],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        "metadata-grpc-deployment",
        app=SERVER,
        programs=[program],
        settings=args.settings.metadata_server,
        service_account=SERVER,
        node_pools=args.node_pools,
        volumes={**TMP_VOLUME, **authority_volumes(database)},
        config_hash=database.made_with or None,
        after=[database.ready],
        api_token=False,
    )
    service(scope, SERVICE, selector=workload.selector, ports={"grpc-api": (PORT, "grpc-api")}, app=SERVER)
    mutual_tls(scope, args.mesh, SERVICE, app=SERVER, service=SERVICE)
    # The pods of runs have no sidecar, and so no identity in the mesh.
    allow(scope, args.mesh, SERVICE, app=SERVER, selector=workload.selector, rules=[{}])
    callers = [TEAMS, *(scope.caller({"app": caller}) for caller in (METADATA_ENVOY, WRITER))]
    opened = Opening(ports=[PORT], callers=callers)
    allow_ingress(scope, SERVER, selector=workload.selector, openings=[opened], app=SERVER)
    return workload


def _checks(database: Database) -> str:
    """How the server's certificate is checked, as options of the configuration file."""
    if database.authority is None:
        return ""
    return f'ca: "{FILE}" verify_server_cert: {str(database.authority.names_host).lower()}'


def metadata_writer(install: Install, after: pulumi.Resource) -> Workload:
    """Declare the writer, once the server answers."""
    scope, args = install.scope, install.args
    settings = args.settings.metadata_writer
    bindings = access(scope, RBAC / "metadata_writer.yaml")
    program = Program(
        name="main",
        image=Images.METADATA_WRITER,
        settings=settings,
        environment={
            "NAMESPACE_TO_WATCH": "",
            "POD_NAMESPACE": pod_field("metadata.namespace"),
            "CLUSTER_DOMAIN": f".svc.{args.mesh.cluster_domain}",
        },
        # It listens to nobody. It is of use while it reaches the server.
        ready=command_probe("python3", "-c", _REACH_SERVER, period=30, timeout=10),
        mounts=[TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    return deployment(
        scope,
        WRITER,
        app=WRITER,
        programs=[program],
        settings=settings,
        service_account="kubeflow-pipelines-metadata-writer",
        node_pools=args.node_pools,
        volumes=TMP_VOLUME,
        after=[*bindings, after],
    )
