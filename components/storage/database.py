"""Databases of a server in the cluster, with a user each: what whoever wants one asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..contracts import Caller
from .server import ServerArgs
from .settings import DatabaseSettings

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True, kw_only=True)
class LogicalDatabase:
    """One database of a server, with a user of the same name that may do everything in it and nothing else.

    Attributes:
        name: lower-case letters, digits and `_`.
        user_key, password_key: the keys of the Secret under which user name and password stand.
        native_password: the user's client knows mysql_native_password only (MySQL).
        used_by: the pods that sign in as that user; nobody else reaches the server.

    Raises:
        ValueError: the name is not one that both servers take without quoting.
    """

    name: str
    user_key: str = "username"
    password_key: str = "password"
    native_password: bool = False
    used_by: Sequence[Caller] = ()

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

    @property
    def callers(self) -> tuple[Caller, ...]:
        """The pods that use any of its databases."""
        return tuple(caller for database in self.databases for caller in database.used_by)

    def password_name(self, database: LogicalDatabase) -> str:
        """Name of the resource that holds the password of a database's user."""
        return f"{self.name}-{database.name}"
