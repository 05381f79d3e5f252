"""Makes the databases and users of a server outside of the cluster, from a pod: nobody else reaches it.

A Job runs once, and again when a password or a database changes. What it runs may run many times.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import PodSpecArgsDict, Secret

from ..contracts import Authority
from ..dynamic import GeneratedPassword
from ..kube.authority import FILE, authority_mounts, authority_volumes, postgresql_checks
from ..kube.placement import placed
from ..kube.program import Mount, Program, container, secret_key
from ..kube.scope import Scope
from ..kube.settings import ProgramSettings
from ..kube.workload import CONFIG_HASH
from ..versions import Databases as Images
from . import mysql, postgresql
from .database import DatabaseArgs
from .database_server import STATEMENTS, Engine
from .server import account, revision

ADMIN = "slipway"
"""User of a server who may make databases and users."""

PASSWORD_KEY = "password"
_FOLDER = "/etc/statements"
_USER = 999


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that takes encrypted connections only; the first database of PostgreSQL is `postgres`.

    Attributes:
        authority: by whom its certificate is checked; None believes whoever answers.
    """

    engine: Engine
    host: pulumi.Input[str]
    port: int
    authority: Authority | None = None


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """The Job, which is complete once databases and users are there, and the images that it pulls."""

    resource: Job
    images: tuple[str, ...]


def admin_name(args: DatabaseArgs) -> str:
    """Name of the resource that holds the password of the server's administrator."""
    return f"{args.name}-admin"


def prepare(
    scope: Scope, args: DatabaseArgs, server: Server, made: Mapping[str, GeneratedPassword]
) -> Preparation:
    """Declare the Job, and the Secret that nobody but it reads."""
    secret = _secret(scope, args, server, made)
    is_mysql = server.engine == "mysql"
    password = secret_key(secret.metadata.name, PASSWORD_KEY)
    program = Program(
        name="prepare",
        image=Images.MYSQL if is_mysql else Images.POSTGRESQL,
        settings=ProgramSettings(),
        command=["/bin/sh", "-c", _MYSQL if is_mysql else _POSTGRESQL],
        environment={
            "DATABASE_HOST": server.host,
            "DATABASE_PORT": str(server.port),
            "MYSQL_PWD" if is_mysql else "PGPASSWORD": password,
            **_checks(server),
        },
        mounts=[
            Mount(path=_FOLDER, volume="statements"),
            Mount(path="/tmp", volume="tmp", read_only=False),
            *authority_mounts(server),
        ],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )
    name = f"{args.name}-prepare"
    where = placed(args.settings.placement, args.node_pools)
    pod: PodSpecArgsDict = {
        "service_account_name": account(scope, args),
        "automount_service_account_token": False,
        "restart_policy": "OnFailure",
        "containers": [container(program)],
        "security_context": {
            "run_as_non_root": True,
            "seccomp_profile": {"type": "RuntimeDefault"},
            "fs_group": _USER,
        },
        "volumes": [
            {
                "name": "statements",
                "secret": {
                    "secret_name": secret.metadata.name,
                    "items": [{"key": STATEMENTS, "path": STATEMENTS}],
                    "default_mode": 0o440,
                },
            },
            {"name": "tmp", "empty_dir": {}},
            *({"name": volume, **source} for volume, source in authority_volumes(server).items()),
        ],
    }
    if where.node_selector:
        pod["node_selector"] = where.node_selector
    if where.tolerations:
        pod["tolerations"] = where.tolerations
    job = Job(
        name,
        metadata=scope.metadata(name, app=name),
        spec={
            # A server that was made a moment ago may not answer yet.
            "backoff_limit": 10,
            "template": {
                "metadata": {
                    "labels": {**scope.labels(name), "sidecar.istio.io/inject": "false"},
                    "annotations": {CONFIG_HASH: revision(made)},
                },
                "spec": pod,
            },
        },
        opts=scope.options(),
    )
    return Preparation(resource=job, images=(program.chosen_image,))


_MYSQL = (
    'exec mysql --host="$DATABASE_HOST" --port="$DATABASE_PORT" '
    f'--user={ADMIN} --ssl-mode="$SSL_MODE" ${{SSL_CA:+--ssl-ca="$SSL_CA"}} '
    f"< {_FOLDER}/{STATEMENTS}"
)
_POSTGRESQL = (
    "exec psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "
    f'--host="$DATABASE_HOST" --port="$DATABASE_PORT" --username={ADMIN} --dbname=postgres '
    f"--file={_FOLDER}/{STATEMENTS}"
)


def _checks(server: Server) -> dict[str, str]:
    """What the programs are told of encryption; both know how to check the signature without the name."""
    if server.engine == "postgresql":
        return postgresql_checks(server)
    if server.authority is None:
        return {"SSL_MODE": "REQUIRED"}
    mode = "VERIFY_IDENTITY" if server.authority.names_host else "VERIFY_CA"
    return {"SSL_MODE": mode, "SSL_CA": FILE}


def _secret(
    scope: Scope, args: DatabaseArgs, server: Server, made: Mapping[str, GeneratedPassword]
) -> Secret:
    def lines(known: Mapping[str, str]) -> str:
        if server.engine == "mysql":
            found = mysql.user_lines(args, known)
        else:
            found = postgresql.user_lines(args, known, superuser=False)
        return "\n".join([*found, ""])

    known = pulumi.Output.all(**{name: password.value for name, password in made.items()})
    name = f"{args.name}-server"
    return Secret(
        name,
        metadata=scope.metadata(name, app=args.name),
        string_data={PASSWORD_KEY: made[admin_name(args)].value, STATEMENTS: known.apply(lines)},
        opts=scope.options(),
    )
