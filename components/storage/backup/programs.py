"""The programs of the Jobs that copy: those of the database servers, and rclone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

from ...kube.program import Environment, Mount, Program
from ...versions import Backups as Images
from ...versions import Databases
from ..database import DatabaseArgs
from ..database_server import Engine
from ..server import script
from .settings import BackupSettings

# MySQL's and PostgreSQL's; rclone runs as anybody.
USER = 999
WORK, USERS = "/work", "/etc/database-users"

_IMAGES: Mapping[Engine, str] = {"mysql": Databases.MYSQL, "postgresql": Databases.POSTGRESQL}
_MOUNTS = [
    Mount(path=WORK, volume="work", read_only=False),
    Mount(path="/tmp", volume="tmp", read_only=False),
]


@dataclass(frozen=True, kw_only=True)
class CopiedServer:
    """A database server in the cluster.

    Attributes:
        secret: the Secret with the names and passwords of its users, as `args` names the keys.
        ready: the leaf after which it answers.
    """

    engine: Engine
    args: DatabaseArgs
    port: int
    secret: pulumi.Output[str]
    ready: pulumi.Resource


def database_program(
    server: CopiedServer, settings: BackupSettings, what: Literal["dump", "load"]
) -> Program:
    """What reads or writes all databases of a server, by its own programs."""
    asked = server.args
    told: Environment = {
        "HOST": f"{asked.name}.{asked.namespaces.kubeflow_name}",
        "PORT": str(server.port),
        "USERS": USERS,
        "WORK": WORK,
        "HOME": "/tmp",
        **({"REPLACE": "no"} if what == "load" else {}),
    }
    return Program(
        name=what,
        image=settings.dumper.image or asked.settings.image or _IMAGES[server.engine],
        settings=settings.dumper,
        command=["/bin/bash", "-c", script(f"backup/{server.engine}_{what}.sh")],
        environment=told,
        mounts=[*_MOUNTS, Mount(path=USERS, volume="users")],
        user=USER,
        group=USER,
        read_only_root=True,
    )


def copier(settings: BackupSettings, name: str, file: str, environment: Environment) -> Program:
    """What moves copies, by one of the scripts beside this."""
    return Program(
        name=name,
        image=Images.RCLONE,
        settings=settings.copier,
        command=["/bin/sh", "-c", script(f"backup/{file}")],
        environment={**environment, **dict(_variables())},
        mounts=_MOUNTS,
        user=USER,
        group=USER,
        read_only_root=True,
    )


def _variables() -> Iterator[tuple[str, str]]:
    """Of rclone: nothing but its variables configures it, and a bucket is there or is refused."""
    yield "HOME", "/tmp"
    yield "RCLONE_CONFIG", "/tmp/rclone.conf"
    yield "RCLONE_CACHE_DIR", "/tmp/rclone"
    yield "RCLONE_S3_NO_CHECK_BUCKET", "true"
