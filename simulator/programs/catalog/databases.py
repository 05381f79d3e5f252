"""Databases: MariaDB in the place of MySQL, and PostgreSQL, both of the distribution.

MariaDB answers clients of MySQL, whichever of MySQL's own ways to sign in they know. It has no
caching_sha2_password, no X protocol and no `utf8mb4_0900_*` collations.
"""

from pathlib import Path

from components.versions import Databases
from simulator.programs.model import MOUNT, DebianPackages, Image

_SCRIPTS = Path(__file__).parent.parent / "scripts"
# Before the folders of packages, whose commands the scripts run.
_COMMANDS = f"{MOUNT}/databases"
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"

MARIADB = DebianPackages(name="mariadb", version="10.11", packages=("mariadb-server-core", "mariadb-client"))
POSTGRESQL = DebianPackages(name="postgresql", version="15", packages=("postgresql",))


def _commands(script: str, *names: str) -> dict[str, str]:
    """The script under each of the names, by which it knows what to do."""
    text = (_SCRIPTS / script).read_text(encoding="utf-8")
    return {f"{_COMMANDS}/{name}": text for name in names}


_PACKAGES = f"{MOUNT}/mariadb/usr"

IMAGES = (
    Image(
        image=Databases.MYSQL,
        sources=(MARIADB,),
        entrypoint=("mysqld",),
        files={**_commands("mysqld.sh", "mysqld"), **_commands("mysql.sh", "mysql", "mysqladmin")},
        folders={"/var/lib/mysql-files": 0o555},
        environment={"PATH": f"{_COMMANDS}:{_PACKAGES}/sbin:{_PACKAGES}/bin:{_SYSTEM_PATH}"},
        user="999:999",
        version="MariaDB (10.11 of Debian 12) in place of MySQL",
    ),
    Image(
        image=Databases.POSTGRESQL,
        sources=(POSTGRESQL,),
        entrypoint=("postgres",),
        files=_commands(
            "postgresql.sh", "postgres", "initdb", "pg_ctl", "psql", "pg_isready", "pg_dump", "pg_restore"
        ),
        environment={"PATH": f"{_COMMANDS}:{_SYSTEM_PATH}"},
        user="999:999",
        version="the distribution's (15 of Debian 12)",
    ),
)
