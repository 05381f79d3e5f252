"""What MariaDB and PostgreSQL are told where the deployed arguments are MySQL's; the servers are scripted."""

import subprocess
from pathlib import Path

import pytest

from components.versions import Databases
from simulator.programs import images

STATEMENTS = (
    "CREATE USER IF NOT EXISTS 'one'@'%' IDENTIFIED WITH caching_sha2_password BY 'never-in-a-file';\n"
)
# Prints its arguments, one on each line, and what it is to run first.
SERVER = '#!/bin/sh\nprintf "%s\\n" "$@"\nfor o; do case $o in --init-file=*) cat "${o#*=}";; esac; done\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the image's commands, the server that they start, statements and a folder to run in."""
    for path, text in images(["databases"])[Databases.MYSQL].files.items():
        _command(tmp_path / Path(path).name, text)
    _command(tmp_path / "mariadbd", SERVER)
    (tmp_path / "init.sql").write_text(STATEMENTS)
    (tmp_path / "run").mkdir()
    return tmp_path


def test_statements_of_mysql_are_those_of_mariadb_and_lie_in_no_other_file(home: Path) -> None:
    said = _start(home, f"--init-file={home}/init.sql")
    assert "CREATE USER IF NOT EXISTS 'one'@'%' IDENTIFIED BY 'never-in-a-file';" in said
    left = [path for path in (home / "run").iterdir() if not path.is_fifo()]
    assert left == []


def test_options_that_only_mysql_has_are_not_handed_on(home: Path) -> None:
    said = _start(
        home, "--mysqlx=OFF", "--mysql-native-password=ON", "--secure-file-priv=NULL", "--port=3307"
    )
    assert not [line for line in said if "mysqlx" in line or "native" in line or "NULL" in line], said
    assert {"--port=3307", "--secure-file-priv=/var/lib/mysql-files", "--skip-name-resolve"} <= set(said)


def _start(home: Path, *options: str) -> list[str]:
    deployed = [f"--datadir={home}/data", f"--socket={home}/run/mysqld.sock", "--skip-name-resolve", *options]
    done = subprocess.run(
        [home / "mysqld", *deployed],
        env={"PATH": f"{home}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def _command(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
