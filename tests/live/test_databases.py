"""Databases of the platform, as those sign in who use them."""

import base64
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest

from tests.live.platform import LivePlatform

NAMESPACE = "kubeflow"


@dataclass(frozen=True)
class Server:
    """A database server of the platform.

    Attributes:
        name: of its Deployment, and its label `app`.
        secret, user_key, password_key: where those who use it find how to sign in.
        client: what runs one statement in a database, printing bare values, with the password in `variable`.
        foreign: a statement about what belongs to somebody else.
        used_by: a Deployment that is ready while its database answers, if it runs here.
    """

    name: str
    secret: str
    user_key: str
    password_key: str
    variable: str
    client: Callable[[str, str], list[str]]
    foreign: str
    used_by: str | None = None


MYSQL = Server(
    name="katib-mysql",
    secret="katib-mysql-secrets",
    user_key="MYSQL_USER",
    password_key="MYSQL_PASSWORD",
    variable="MYSQL_PWD",
    client=lambda user, statement: [
        *("mysql", "--host=127.0.0.1", f"--user={user}", f"--database={user}"),
        *("--batch", "--skip-column-names", f"--execute={statement}"),
    ],
    foreign="SELECT * FROM mysql.global_priv",
    used_by="katib-db-manager",
)
POSTGRESQL = Server(
    name="model-registry-db",
    secret="model-registry-db-secrets",
    user_key="POSTGRES_USER",
    password_key="POSTGRES_PASSWORD",
    variable="PGPASSWORD",
    client=lambda user, statement: [
        *("psql", "--host=127.0.0.1", f"--username={user}", f"--dbname={user}"),
        *("--no-psqlrc", "--tuples-only", "--no-align", "--quiet", f"--command={statement}"),
    ],
    foreign="SELECT * FROM pg_authid",
)
SERVERS = pytest.mark.parametrize("server", [MYSQL, POSTGRESQL], ids=["mysql", "postgresql"])


@SERVERS
def test_a_database_outlives_the_pod_of_its_server(platform: LivePlatform, server: Server) -> None:
    user, password = _sign_in(platform, server)
    table = f"kept_{uuid.uuid4().hex[:8]}"
    _ask(platform, server, user, password, f"CREATE TABLE {table} (word VARCHAR(20))")
    _ask(platform, server, user, password, f"INSERT INTO {table} VALUES ('still here')")
    before = _pod(platform, server)
    platform.kubectl("delete", "pod", before, "-n", NAMESPACE)
    platform.wait(f"deployment/{server.name}", "condition=Available", NAMESPACE, seconds=60)
    assert _pod(platform, server) != before
    found = _ask(platform, server, user, password, f"SELECT word FROM {table}")
    assert found.stdout.strip() == "still here"
    _ask(platform, server, user, password, f"DROP TABLE {table}")
    if server.used_by:
        platform.wait(f"deployment/{server.used_by}", "condition=Available", NAMESPACE, seconds=60)


@SERVERS
def test_whoever_does_not_know_the_password_is_refused(platform: LivePlatform, server: Server) -> None:
    user, _ = _sign_in(platform, server)
    refused = _ask(platform, server, user, "guessed", "SELECT 1", check=False)
    assert refused.returncode
    assert "denied" in refused.stderr or "authentication failed" in refused.stderr


@SERVERS
def test_a_user_reads_nothing_of_others(platform: LivePlatform, server: Server) -> None:
    user, password = _sign_in(platform, server)
    refused = _ask(platform, server, user, password, server.foreign, check=False)
    assert refused.returncode
    assert "denied" in refused.stderr


def _sign_in(platform: LivePlatform, server: Server) -> tuple[str, str]:
    data = platform.get("secret", server.secret, NAMESPACE)["data"]
    user, password = (base64.b64decode(data[key]).decode() for key in (server.user_key, server.password_key))
    return user, password


def _pod(platform: LivePlatform, server: Server) -> str:
    """The pod that serves, once there is only one."""

    def only() -> str | None:
        pods = platform.list("pod", NAMESPACE, f"app={server.name}")
        names = [pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]]
        return names[0] if len(names) == 1 else None

    return platform.until(f"{server.name} has one pod", only)


def _ask(
    platform: LivePlatform, server: Server, user: str, password: str, statement: str, *, check: bool = True
) -> CompletedProcess[str]:
    command = ["env", f"{server.variable}={password}", *server.client(user, statement)]
    return platform.kubectl("exec", _pod(platform, server), "-n", NAMESPACE, "--", *command, check=check)
