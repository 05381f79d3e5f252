"""MySQL in the cluster: one pod with one volume, its databases, and a user for each.

Installs a Deployment, its Service and claim, a Secret for those who use it, and one with the statements that
the server runs each time it starts: they make every database and user what the settings say, so that a
database or a password can change later. No connection is taken before they have run. Offers
contracts.Database for each database.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.core.v1 import Secret

from ..contracts import Database, Offer
from ..dynamic import GeneratedPassword
from ..kube.program import Mount, Program, command_probe
from ..kube.scope import Scope
from ..kube.workload import Workload, deployment, service
from ..versions import Databases as Images
from .database import (
    STATEMENTS,
    DatabaseArgs,
    LogicalDatabase,
    contracts,
    secret_of_server,
    secret_of_users,
)
from .server import DATA, account, data_volume, guard, passwords, revision, script, total

PORT = 3306
ROOT_KEY = "root-password"

_VOLUME = "/var/lib/mysql"
_DATA_FOLDER = f"{_VOLUME}/data"
_STATEMENTS_FOLDER = "/etc/mysql/statements"
_SOCKET = "/var/run/mysqld/mysqld.sock"
# The image's user mysql (docker-library/mysql, 8.4/Dockerfile.oracle).
_USER = 999
# Needs no password: a refused one is an answer too.
_ALIVE = ("mysqladmin", "ping", "--host=127.0.0.1", "--connect-timeout=3")
_INITIALIZE = "mysql_initialize.sh"


class MySQL(pulumi.ComponentResource):
    """A MySQL server.

    Attributes:
        databases: each database's contract, by its name.
        offer: its images and what it reserves, disk included.
    """

    databases: Mapping[str, Database]
    offer: Offer

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:MySQL", name, None, opts)
        scope = Scope(component=args.component, parent=self, namespaces=args.namespaces)
        names = [_root(args), *(args.password_name(database) for database in args.databases)]
        made = passwords(scope, names, args.settings.password_version)
        secret = secret_of_users(scope, args, made)
        statements = secret_of_server(
            scope,
            args,
            {ROOT_KEY: made[_root(args)].value, STATEMENTS: _statements(args, made)},
        )
        workload = _workload(scope, args, statements, revision(made))
        service(
            scope,
            args.name,
            selector=workload.selector,
            ports={"mysql": (PORT, "mysql")},
            app=args.name,
        )
        guard(scope, args, workload, PORT)
        self.databases = contracts(
            scope, args, made, engine="mysql", port=PORT, secret=secret, workload=workload
        )
        self.offer = Offer(images=workload.images, request=total(workload, args.settings.volume))
        self.register_outputs({})


def _statements(args: DatabaseArgs, made: Mapping[str, GeneratedPassword]) -> pulumi.Output[str]:
    values = {name: password.value for name, password in made.items()}
    return pulumi.Output.all(**values).apply(lambda known: "\n".join(_lines(args, known)))


def _lines(args: DatabaseArgs, known: Mapping[str, str]) -> list[str]:
    """One statement on each line, as the server's init_file wants it. Passwords are letters and digits."""
    root = f"IDENTIFIED WITH caching_sha2_password BY '{known[_root(args)]}'"
    lines = [f"ALTER USER 'root'@'localhost' {root};"]
    for database in args.databases:
        user = f"'{database.name}'@'%'"
        plugin = "mysql_native_password" if database.native_password else "caching_sha2_password"
        identified = f"IDENTIFIED WITH {plugin} BY '{known[args.password_name(database)]}'"
        # In a GRANT the name is a pattern, in which `_` stands for any character.
        pattern = database.name.replace("_", r"\_")
        lines += [
            f"CREATE DATABASE IF NOT EXISTS `{database.name}`;",
            f"CREATE USER IF NOT EXISTS {user} {identified};",
            f"ALTER USER {user} {identified};",
            f"GRANT ALL PRIVILEGES ON `{pattern}`.* TO {user};",
        ]
    return [*lines, ""]


def _root(args: DatabaseArgs) -> str:
    return f"{args.name}-root"


def _workload(scope: Scope, args: DatabaseArgs, statements: Secret, made_with: pulumi.Input[str]) -> Workload:
    settings = args.settings
    data = Mount(path=_VOLUME, volume=DATA, read_only=False)
    writable = [
        Mount(path="/var/run/mysqld", volume="run", read_only=False),
        Mount(path="/tmp", volume="tmp", read_only=False),
    ]
    server = Program(
        name="mysql",
        image=Images.MYSQL,
        settings=settings,
        command=["mysqld"],
        args=_arguments(args.databases),
        ports={"mysql": PORT},
        live=command_probe(*_ALIVE, period=15, timeout=5, failures=4),
        ready=command_probe(*_ALIVE, period=5, timeout=5),
        # Recovery after a crash goes through the log before it answers.
        startup=command_probe(*_ALIVE, period=2, timeout=5, failures=300),
        mounts=[data, *writable, Mount(path=_STATEMENTS_FOLDER, volume="statements")],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )
    initialize = Program(
        name="initialize",
        image=Images.MYSQL,
        settings=settings,
        command=["/bin/bash", "-c", script(_INITIALIZE)],
        environment={"DATA_FOLDER": _DATA_FOLDER},
        mounts=[data, *writable],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )
    return deployment(
        scope,
        args.name,
        app=args.name,
        programs=[server],
        first=[initialize],
        settings=settings,
        service_account=account(scope, args),
        node_pools=args.node_pools,
        volumes={
            DATA: data_volume(scope, args, settings.volume),
            "statements": {
                "secret": {
                    "secret_name": statements.metadata.name,
                    "items": [{"key": STATEMENTS, "path": STATEMENTS}],
                    "default_mode": 0o440,
                }
            },
            "run": {"empty_dir": {}},
            "tmp": {"empty_dir": {}},
        },
        strategy="Recreate",
        volume_group=_USER,
        api_token=False,
        mesh=args.mesh is not None,
        config_hash=made_with,
    )


def _arguments(databases: Sequence[LogicalDatabase]) -> list[str]:
    arguments = [
        f"--datadir={_DATA_FOLDER}",
        f"--init-file={_STATEMENTS_FOLDER}/{STATEMENTS}",
        f"--socket={_SOCKET}",
        "--pid-file=/var/run/mysqld/mysqld.pid",
        # Nothing is replicated, and the binary log would fill the volume.
        "--disable-log-bin",
        # No statement reads or writes files.
        "--secure-file-priv=NULL",
        # The X protocol's port is used by nobody here.
        "--mysqlx=OFF",
    ]
    if any(database.native_password for database in databases):
        arguments.append("--mysql-native-password=ON")
    return arguments
