"""MySQL in the cluster: one pod with one volume, its databases, and a user for each.

Installs a Deployment, its Service and claim, a Secret for those who use it, and one with the statements that
the server runs each time it starts: they make every database and user what the settings say, so that a
database or a password can change later. No connection is taken before they have run. Offers
contracts.Database for each database.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.core.v1 import Secret

from ..kube.program import Mount, Program, command_probe
from ..kube.scope import Scope
from ..versions import Databases as Images
from .database import DatabaseArgs, LogicalDatabase
from .database_server import STATEMENTS, DatabaseServer, Kind, Pod, root_name
from .server import DATA, script

PORT = 3306

_VOLUME = "/var/lib/mysql"
_DATA_FOLDER = f"{_VOLUME}/data"
_STATEMENTS_FOLDER = "/etc/mysql/statements"
_SOCKET = "/var/run/mysqld/mysqld.sock"
# The image's user mysql (docker-library/mysql, 8.4/Dockerfile.oracle).
_USER = 999
# Needs no password: a refused one is an answer too.
_ALIVE = ("mysqladmin", "ping", "--host=127.0.0.1", "--connect-timeout=3")
_INITIALIZE = "mysql_initialize.sh"


class MySQL(DatabaseServer):
    """A MySQL server."""

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        kind = Kind(
            token="slipway:storage:MySQL",
            engine="mysql",
            port=PORT,
            root=True,
            statements=_lines,
            pod=_pod,
        )
        super().__init__(kind, name, args, opts)


def _lines(args: DatabaseArgs, known: Mapping[str, str]) -> list[str]:
    """One statement on each line, as the server's init_file wants it. Passwords are letters and digits."""
    root = f"IDENTIFIED WITH caching_sha2_password BY '{known[root_name(args)]}'"
    return [f"ALTER USER 'root'@'localhost' {root};", *user_lines(args, known)]


def user_lines(args: DatabaseArgs, known: Mapping[str, str]) -> list[str]:
    """What makes each database and its user, one statement on each line."""
    lines: list[str] = []
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
    return lines


def _pod(_scope: Scope, args: DatabaseArgs, statements: Secret) -> Pod:
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
    return Pod(
        server=server,
        first=initialize,
        user=_USER,
        volumes={
            "statements": {
                "secret": {
                    "secret_name": statements.metadata.name,
                    # The superuser's password stands there too.
                    "items": [{"key": STATEMENTS, "path": STATEMENTS}],
                    "default_mode": 0o440,
                }
            },
            "run": {"empty_dir": {}},
            "tmp": {"empty_dir": {}},
        },
    )


def _arguments(databases: Sequence[LogicalDatabase]) -> list[str]:
    arguments = [
        f"--datadir={_DATA_FOLDER}",
        f"--init-file={_STATEMENTS_FOLDER}/{STATEMENTS}",
        f"--socket={_SOCKET}",
        "--pid-file=/var/run/mysqld/mysqld.pid",
        # It may ask nobody for the names of those who connect, and no user is known by one.
        "--skip-name-resolve",
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
