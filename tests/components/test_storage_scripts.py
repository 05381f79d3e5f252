"""The scripts that start and keep the servers, run with programs that only write down what they are asked."""

import os
import subprocess
from pathlib import Path

import pytest

from components.storage.server import script as text_of


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}")
    file.chmod(0o755)


def run(
    script: str, programs: Path, shell: str = "bash", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shell, "-c", text_of(script)],
        env={"PATH": f"{programs}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_mysql_is_initialized_once(tmp_path: Path, programs: Path) -> None:
    log = tmp_path / "log"
    program(programs, "mysqld", f'echo "$@" >> {log}; mkdir "${{2#--datadir=}}"\n')
    data = tmp_path / "volume" / "data"
    data.parent.mkdir()
    for _ in range(2):
        assert run("mysql_initialize.sh", programs, DATA_FOLDER=str(data)).returncode == 0
    assert data.is_dir()
    assert log.read_text().splitlines() == [f"--initialize-insecure --datadir={data}.new"]


def test_an_initialization_that_was_cut_off_is_begun_anew(tmp_path: Path, programs: Path) -> None:
    data = tmp_path / "data"
    program(programs, "mysqld", 'mkdir "${2#--datadir=}"; touch "${2#--datadir=}/half"; exit 1\n')
    assert run("mysql_initialize.sh", programs, DATA_FOLDER=str(data)).returncode != 0
    assert not data.exists()
    program(programs, "mysqld", 'mkdir "${2#--datadir=}"; touch "${2#--datadir=}/whole"\n')
    assert run("mysql_initialize.sh", programs, DATA_FOLDER=str(data)).returncode == 0
    assert [one.name for one in data.iterdir()] == ["whole"]


def postgresql_programs(programs: Path, log: Path, *, psql: str = "exit 0") -> None:
    program(programs, "initdb", f'echo initdb >> {log}; mkdir "${{1#--pgdata=}}"\n')
    program(programs, "pg_ctl", f'echo "pg_ctl $1 $*" >> {log}\n')
    program(programs, "psql", f"echo psql >> {log}; {psql}\n")


def prepare(programs: Path, data: Path) -> subprocess.CompletedProcess[str]:
    files = {"ACCESS_FILE": "/access", "STATEMENTS": "/statements"}
    return run("postgresql_prepare.sh", programs, DATA_FOLDER=str(data), **files)


def test_postgresql_is_prepared_at_every_start_and_made_at_the_first(tmp_path: Path, programs: Path) -> None:
    log = tmp_path / "log"
    postgresql_programs(programs, log)
    for _ in range(2):
        assert prepare(programs, tmp_path / "data").returncode == 0
    asked = [line.split()[0:2] for line in log.read_text().splitlines()]
    again = [["pg_ctl", "start"], ["psql"], ["pg_ctl", "stop"]]
    assert asked == [["initdb"], *again, *again]


def test_while_it_is_prepared_postgresql_listens_to_nobody_on_the_network(
    tmp_path: Path, programs: Path
) -> None:
    log = tmp_path / "log"
    postgresql_programs(programs, log)
    prepare(programs, tmp_path / "data")
    started = next(line for line in log.read_text().splitlines() if line.startswith("pg_ctl start"))
    assert "listen_addresses=''" in started


def test_postgresql_does_not_start_where_a_statement_failed(tmp_path: Path, programs: Path) -> None:
    postgresql_programs(programs, tmp_path / "log", psql="exit 3")
    assert prepare(programs, tmp_path / "data").returncode != 0


IDENTITIES = '{"identities": [%s]}'


def identities(*names: str) -> str:
    return IDENTITIES % ", ".join(f'{{"name": "{name}", "actions": ["Read:things"]}}' for name in names)


class Keeper:
    """The program beside SeaweedFS. What happens while it sleeps is a shell line for each time."""

    def __init__(self, tmp_path: Path, programs: Path) -> None:
        self.programs = programs
        self.log, self.state = tmp_path / "log", tmp_path / "state"
        self.file, self.buckets = tmp_path / "identities.json", tmp_path / "buckets"
        self.state.mkdir()
        self.buckets.touch()
        self.file.write_text(identities("owner", "team-a"))

    def run(self, *meanwhile: str, retention: str = "") -> list[str]:
        """Run it until the last of these has happened, and return what it asked of others."""
        turns = "\n".join(f"{number}) {line} ;;" for number, line in enumerate(meanwhile, start=1))
        count = self.state / "turns"
        program(
            self.programs,
            "sleep",
            f'[ "$1" = 5 ] || exit 0\necho x >> {count}\ncase $(wc -l < {count}) in\n{turns}\n'
            f"*) kill $PPID ;;\nesac\n",
        )
        program(self.programs, "wget", "exit 0\n")
        program(self.programs, "pkill", f'echo "$1" >> {self.log}\n')
        program(
            self.programs,
            "weed",
            f'read -r asked; echo "$asked" >> {self.log}\ncase "$asked" in\n'
            f's3.bucket.list) printf "> "; while read -r one; do printf "  %s\\tsize:0\\n" "$one"; '
            f"done < {self.buckets} ;;\n"
            f's3.bucket.create*) echo "${{asked##* }}" >> {self.buckets} ;;\nesac\n',
        )
        count.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        run(
            "seaweedfs_keep.sh",
            self.programs,
            shell="sh",
            BUCKET="things",
            RETENTION=retention,
            IDENTITIES=str(self.file),
            STATE=str(self.state),
        )
        return self.log.read_text().splitlines()

    def changed_to(self, *names: str) -> str:
        """A shell line that gives the store other users."""
        other = self.file.with_name(f"{'-'.join(names)}.json")
        other.write_text(identities(*names))
        return f"cp {other} {self.file}"


@pytest.fixture
def keeper(tmp_path: Path, programs: Path) -> Keeper:
    return Keeper(tmp_path, programs)


def signals(asked: list[str]) -> list[str]:
    return [line for line in asked if line in ("-HUP", "-TERM")]


def test_the_bucket_is_made_where_it_is_missing(keeper: Keeper) -> None:
    asked = keeper.run()
    assert asked[:3] == ["s3.bucket.list", "s3.bucket.create -name things", "s3.bucket.list"]
    assert (keeper.state / "ready").exists()


def test_a_bucket_that_is_there_is_left_alone(keeper: Keeper) -> None:
    keeper.buckets.write_text("things-of-others\nthings\n")
    assert not [line for line in keeper.run() if line.startswith("s3.bucket.create")]


def test_keys_are_read_again_at_the_start_and_when_they_change(keeper: Keeper) -> None:
    asked = keeper.run("true", keeper.changed_to("owner", "team-a", "team-b"), "true")
    assert signals(asked) == ["-HUP", "-HUP"]


def test_a_user_that_is_gone_restarts_the_server(keeper: Keeper) -> None:
    asked = keeper.run(keeper.changed_to("owner"))
    assert signals(asked) == ["-HUP", "-TERM"]


def test_a_user_that_went_while_the_keeper_was_away_restarts_the_server_too(keeper: Keeper) -> None:
    keeper.run()
    keeper.file.write_text(identities("owner"))
    assert signals(keeper.run()) == ["-TERM"]


def test_how_long_parts_of_the_bucket_are_kept_is_told_and_taken_back(keeper: Keeper) -> None:
    asked = keeper.run(retention="private/ 30\nscratch/ 0")
    assert [line for line in asked if line.startswith("fs.configure")] == [
        "fs.configure -locationPrefix=/buckets/things/private/ -ttl=30d -apply",
        "fs.configure -locationPrefix=/buckets/things/scratch/ -delete -apply",
    ]
