"""What MySQL and PostgreSQL have in common: databases with a user each, and how those users learn of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes.core.v1 import Secret

from ..contracts import Database
from ..dynamic import GeneratedPassword
from ..kube.scope import Scope
from ..kube.workload import Workload
from .server import ServerArgs
from .settings import DatabaseSettings

STATEMENTS = "init.sql"

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True, kw_only=True)
class LogicalDatabase:
    """One database of a server, with a user of the same name that may do everything in it and nothing else.

    Attributes:
        name: lower-case letters, digits and `_`.
        user_key, password_key: the keys of the Secret under which user name and password stand.
        native_password: the user's client knows mysql_native_password only (MySQL).

    Raises:
        ValueError: the name is not one that both servers take without quoting.
    """

    name: str
    user_key: str = "username"
    password_key: str = "password"
    native_password: bool = False

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.name):
            raise ValueError(
                f"database '{self.name}': a name has at most 31 lower-case letters, digits and '_', "
                "a letter first"
            )


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs(ServerArgs):
    """A server and its databases.

    Raises:
        ValueError: two databases share a name or a key of the Secret.
    """

    settings: DatabaseSettings
    databases: Sequence[LogicalDatabase]

    def __post_init__(self) -> None:
        names = [database.name for database in self.databases]
        keys = [key for database in self.databases for key in (database.user_key, database.password_key)]
        for what, found in (("name", names), ("key of the Secret", keys)):
            if twice := sorted({item for item in found if found.count(item) > 1}):
                raise ValueError(f"{self.name}: {what} '{twice[0]}' stands for two databases")

    def password_name(self, database: LogicalDatabase) -> str:
        """Name of the resource that holds the password of a database's user."""
        return f"{self.name}-{database.name}"


def secret_of_users(scope: Scope, args: DatabaseArgs, made: Mapping[str, GeneratedPassword]) -> Secret:
    """Declare the Secret that the users of the databases read."""
    values: dict[str, pulumi.Input[str]] = {}
    for database in args.databases:
        values[database.user_key] = database.name
        values[database.password_key] = made[args.password_name(database)].value
    return Secret(
        args.secret,
        metadata=scope.metadata(args.secret, app=args.name),
        string_data=values,
        opts=scope.options(),
    )


def secret_of_server(scope: Scope, args: DatabaseArgs, values: Mapping[str, pulumi.Input[str]]) -> Secret:
    """Declare the Secret that only the server reads."""
    name = f"{args.name}-server"
    return Secret(
        name,
        metadata=scope.metadata(name, app=args.name),
        string_data=dict(values),
        opts=scope.options(),
    )


def contracts(
    scope: Scope,
    args: DatabaseArgs,
    made: Mapping[str, GeneratedPassword],
    *,
    engine: Literal["mysql", "postgresql"],
    port: int,
    secret: Secret,
    workload: Workload,
) -> Mapping[str, Database]:
    """Each database's contract, by its name."""
    return {
        database.name: Database(
            engine=engine,
            host=f"{args.name}.{scope.namespace_name}",
            port=port,
            name=database.name,
            secret=secret.metadata.name,
            user_key=database.user_key,
            password_key=database.password_key,
            ready=workload.resource,
            revision=made[args.password_name(database)].id,
        )
        for database in args.databases
    }
