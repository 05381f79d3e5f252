"""PostgreSQL in the cluster: one pod with one volume, its databases, and an owner for each.

Installs a Deployment, its Service and claim, a Secret for those who use it, and one with the statements that
run before each start of the server, while it listens to nobody else: they make every database and owner what
the settings say. The superuser has no password and is reached only inside the pod. Offers contracts.Database
for each database.
"""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core.v1 import Secret

from ..kube.config import config_map
from ..kube.program import Mount, Program, command_probe
from ..kube.scope import Scope
from ..versions import Databases as Images
from .database import DatabaseArgs
from .database_server import STATEMENTS, DatabaseServer, Kind, Pod
from .server import DATA, script

PORT = 5432
ACCESS_FILE = "pg_hba.conf"

_VOLUME = "/var/lib/postgresql/data"
_DATA_FOLDER = f"{_VOLUME}/pgdata"
_STATEMENTS_FOLDER = "/etc/postgresql/statements"
_ACCESS_FOLDER = "/etc/postgresql/access"
# The image's user postgres (docker-library/postgres, 17/bookworm/Dockerfile).
_USER = 999
_ALIVE = ("pg_isready", "--host=127.0.0.1", "--username=postgres")
_PREPARE = "postgresql_prepare.sh"
# Whoever runs programs in the pod is let in; over the network a password is asked for.
_ACCESS = """\
local all all trust
host  all all all scram-sha-256
"""


class PostgreSQL(DatabaseServer):
    """A PostgreSQL server."""

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        kind = Kind(
            token="slipway:storage:PostgreSQL",
            engine="postgresql",
            port=PORT,
            root=False,
            statements=user_lines,
            pod=_pod,
        )
        super().__init__(kind, name, args, opts)


def user_lines(args: DatabaseArgs, known: Mapping[str, str], *, superuser: bool = True) -> list[str]:
    r"""What psql reads; a line with \gexec runs what its query returns. Passwords are letters and digits.

    Whoever is no superuser makes somebody an owner by being a member of that role.
    """
    more = "NOSUPERUSER NOCREATEDB NOCREATEROLE " if superuser else ""
    lines: list[str] = []
    for database in args.databases:
        name, password = database.name, known[args.password_name(database)]
        lines += [
            f"SELECT 'CREATE ROLE {name}' WHERE NOT EXISTS "
            f"(SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec",
            f"ALTER ROLE {name} LOGIN {more}PASSWORD '{password}';",
            *([] if superuser else [f"GRANT {name} TO CURRENT_USER;"]),
            f"SELECT 'CREATE DATABASE {name} OWNER {name}' WHERE NOT EXISTS "
            f"(SELECT FROM pg_database WHERE datname = '{name}') \\gexec",
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;",
        ]
    return lines


def _pod(scope: Scope, args: DatabaseArgs, statements: Secret) -> Pod:
    settings = args.settings
    access = config_map(scope, f"{args.name}-access", {ACCESS_FILE: _ACCESS}, app=args.name)
    mounts = [
        Mount(path=_VOLUME, volume=DATA, read_only=False),
        Mount(path="/var/run/postgresql", volume="run", read_only=False),
        Mount(path="/tmp", volume="tmp", read_only=False),
        Mount(path=_ACCESS_FOLDER, volume="access"),
    ]
    server = Program(
        name="postgres",
        image=Images.POSTGRESQL,
        settings=settings,
        command=["postgres"],
        args=[f"-D{_DATA_FOLDER}", "-clisten_addresses=*", f"-chba_file={_ACCESS_FOLDER}/{ACCESS_FILE}"],
        ports={"postgres": PORT},
        live=command_probe(*_ALIVE, period=15, timeout=5, failures=4),
        ready=command_probe(*_ALIVE, period=5, timeout=5),
        startup=command_probe(*_ALIVE, period=2, timeout=5, failures=300),
        mounts=mounts,
        user=_USER,
        group=_USER,
        read_only_root=True,
    )
    prepare = Program(
        name="prepare",
        image=Images.POSTGRESQL,
        settings=settings,
        command=["/bin/bash", "-c", script(_PREPARE)],
        environment={
            "DATA_FOLDER": _DATA_FOLDER,
            "ACCESS_FILE": f"{_ACCESS_FOLDER}/{ACCESS_FILE}",
            "STATEMENTS": f"{_STATEMENTS_FOLDER}/{STATEMENTS}",
        },
        mounts=[*mounts, Mount(path=_STATEMENTS_FOLDER, volume="statements")],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )
    return Pod(
        server=server,
        first=prepare,
        user=_USER,
        volumes={
            "access": {"config_map": {"name": access.name}},
            "statements": {"secret": {"secret_name": statements.metadata.name, "default_mode": 0o440}},
            "run": {"empty_dir": {}},
            "tmp": {"empty_dir": {}},
        },
        restarts_with=access.digest,
    )
