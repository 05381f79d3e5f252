"""The scripts that copy and restore, run with folders in the place of buckets and scripted databases."""

import gzip
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.storage.copying_pod import Pod


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def _days_ago(days: int) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%SZ}"


# Taking copies away and bringing them back


def test_what_was_stored_is_fetched_again(pod: Pod) -> None:
    (pod.work / "orders.dump").write_text("rows")
    (pod.work / "SHA256SUMS").write_text(f"{sha256(b'rows').hexdigest()}  ./orders.dump\n")
    assert pod.run("store.sh").returncode == 0
    shutil.rmtree(pod.work)
    pod.work.mkdir()
    assert pod.run("fetch.sh").returncode == 0
    assert (pod.work / "orders.dump").read_text() == "rows"


def test_a_copy_that_was_not_dumped_to_its_end_never_counts(pod: Pod) -> None:
    pod.copied("20260101T000000Z")
    (pod.work / "orders.dump").write_text("half")
    assert pod.run("store.sh", KEEP_DAYS="3650").returncode != 0
    assert "fetched: 20260101T000000Z" in pod.run("fetch.sh").stdout


def test_copies_older_than_their_days_go_and_nothing_else_does(pod: Pod) -> None:
    old, young = _days_ago(15), _days_ago(13)
    for name in (old, young, "notes"):
        pod.copied(name)
    (pod.work / "SHA256SUMS").touch()
    assert pod.run("store.sh").returncode == 0
    assert old not in pod.names()
    assert {young, "notes"} < set(pod.names())


def test_the_newest_whole_copy_is_fetched_or_the_one_that_is_named(pod: Pod) -> None:
    pod.copied("20260101T000000Z", "older")
    pod.copied("20260102T000000Z", "newer")
    pod.copied("20260103T000000Z", "half", whole=False)
    assert pod.run("fetch.sh").returncode == 0
    assert (pod.work / "orders.dump").read_text() == "newer"
    assert pod.run("fetch.sh", COPY="20260101T000000Z").returncode == 0
    assert (pod.work / "orders.dump").read_text() == "older"


@pytest.mark.parametrize("name", ["20260103T000000Z", "../db/20260102T000000Z", "20260102", ""])
def test_a_copy_that_is_not_there_or_not_whole_is_refused(pod: Pod, name: str) -> None:
    pod.copied("20260103T000000Z", whole=False)
    ended = pod.run("fetch.sh", COPY=name)
    assert ended.returncode != 0
    assert "refused: there is no copy" in ended.stderr or "is not whole" in ended.stderr
    assert not list(pod.work.iterdir())


def test_a_copy_that_was_changed_is_refused(pod: Pod) -> None:
    pod.copied("20260103T000000Z")
    (pod.copies / "20260103T000000Z" / "orders.dump").write_text("other rows")
    assert pod.run("fetch.sh").returncode != 0


def test_a_bucket_that_cannot_be_read_is_no_empty_one(pod: Pod) -> None:
    pod.program("rclone", 'echo "access denied" >&2; exit 1')
    ended = pod.run("fetch.sh")
    assert ended.returncode != 0
    assert "access denied" in ended.stderr
    assert "there is no copy" not in ended.stderr


# MySQL


def _mysql(pod: Pod, *, tables: int = 0) -> None:
    """A server whose databases have so many tables, and that writes down what it is asked."""
    pod.program(
        "mysql",
        'what="$*"; user="${what#*--user=}"; user="${user%% *}"\n'
        f'case $what in *"SELECT COUNT"*) echo {tables}; exit ;; esac\n'
        'case $what in *--execute=*) echo "$user ${what#*--execute=}" >> "$LOG" ;; '
        '*) echo "$user loads $(head -n 1)" >> "$LOG" ;; esac\n'
        '[ "$MYSQL_PWD" = "password-of-$user" ]',
    )


def _dumped(pod: Pod, name: str, *, whole: bool = True) -> None:
    text = f"rows of {name}\n" + ("-- Dump completed on 2026-11-21\n" if whole else "")
    (pod.work / f"{name}.sql.gz").write_bytes(gzip.compress(text.encode()))


def test_each_mysql_database_is_dumped_by_its_user_and_summed(pod: Pod) -> None:
    pod.user("orders")
    pod.user("people")
    pod.program("mysqldump", 'echo "$MYSQL_PWD $*" >> "$LOG"; echo rows')
    assert pod.run("mysql_dump.sh", "bash").returncode == 0
    assert len((pod.work / "SHA256SUMS").read_text().splitlines()) == 2
    for line, name in zip(pod.log.read_text().splitlines(), ("orders", "people"), strict=True):
        assert line.startswith(f"password-of-{name} ")
        assert f"--user={name} " in line
        assert "password" not in line.partition(" ")[2]


def test_a_dump_that_fails_leaves_no_sums(pod: Pod) -> None:
    pod.user("orders")
    pod.program("mysqldump", "echo half; exit 2")
    assert pod.run("mysql_dump.sh", "bash").returncode != 0
    assert not (pod.work / "SHA256SUMS").exists()


def test_an_empty_mysql_database_is_filled_by_its_own_user(pod: Pod) -> None:
    pod.user("orders")
    _mysql(pod)
    _dumped(pod, "orders")
    assert pod.run("mysql_load.sh", "bash").returncode == 0
    emptied, loaded = pod.log.read_text().splitlines()
    assert emptied == "orders DROP DATABASE IF EXISTS `orders`; CREATE DATABASE `orders`"
    assert loaded == "orders loads rows of orders"


def test_a_mysql_database_with_tables_is_replaced_only_when_that_is_said(pod: Pod) -> None:
    pod.user("orders")
    _mysql(pod, tables=4)
    _dumped(pod, "orders")
    refused = pod.run("mysql_load.sh", "bash", REPLACE="no")
    assert refused.returncode != 0
    assert "refused: orders is not empty (4 tables); REPLACE=yes" in refused.stderr
    assert pod.log.read_text() == ""
    assert pod.run("mysql_load.sh", "bash", REPLACE="yes").returncode == 0
    assert "orders loads" in pod.log.read_text()


def test_nothing_is_changed_where_one_database_of_the_copy_cannot_be_had(pod: Pod) -> None:
    pod.user("orders")
    _mysql(pod)
    _dumped(pod, "orders")
    _dumped(pod, "people")
    unknown = pod.run("mysql_load.sh", "bash", REPLACE="yes")
    assert "the copy holds the database people, which this server has not" in unknown.stderr
    pod.user("people")
    _dumped(pod, "people", whole=False)
    cut = pod.run("mysql_load.sh", "bash", REPLACE="yes")
    assert "the copy of people is not whole" in cut.stderr
    assert unknown.returncode != 0 != cut.returncode
    assert pod.log.read_text() == ""


# PostgreSQL


def _postgresql(pod: Pod, *, tables: int = 0, restore: str = "exit 0") -> None:
    pod.program(
        "psql", f'case "$*" in *"SELECT COUNT"*) echo {tables} ;; *--file=*) echo "$*" >> "$LOG" ;; esac'
    )
    pod.program(
        "pg_restore",
        'case $1 in --list) echo "1; 1 1 SCHEMA - public orders"; echo "2; 2 2 TABLE public t orders" ;; '
        f"*) {restore} ;; esac",
    )
    pod.user("orders")
    (pod.work / "orders.dump").touch()


def test_a_postgresql_database_is_replaced_as_a_whole_and_only_when_that_is_said(pod: Pod) -> None:
    _postgresql(pod, tables=3)
    refused = pod.run("postgresql_load.sh", "bash", REPLACE="no")
    assert refused.returncode != 0
    assert "refused: orders is not empty (3 tables, views and sequences); REPLACE=yes" in refused.stderr
    assert pod.log.read_text() == ""
    assert pod.run("postgresql_load.sh", "bash", REPLACE="yes").returncode == 0
    (asked,) = pod.log.read_text().splitlines()
    assert "--single-transaction" in asked
    assert asked.index("orders.drop.sql") < asked.index("orders.sql")
    assert (pod.work / "orders.list").read_text() == "2; 2 2 TABLE public t orders\n"


def test_a_postgresql_copy_that_is_cut_off_is_refused_before_anything_changes(pod: Pod) -> None:
    _postgresql(pod, restore="exit 1")
    refused = pod.run("postgresql_load.sh", "bash", REPLACE="yes")
    assert refused.returncode != 0
    assert "refused: the copy of orders is not whole" in refused.stderr
    assert pod.log.read_text() == ""


# Objects


def _object(bucket: Path, name: str, text: str) -> None:
    (bucket / name).parent.mkdir(parents=True, exist_ok=True)
    (bucket / name).write_text(text)


def test_objects_that_were_replaced_or_removed_are_kept_beside_the_copy(pod: Pod) -> None:
    _object(pod.bucket, "private/a", "first")
    _object(pod.bucket, "shared/b", "second")
    assert pod.run("objects_store.sh").returncode == 0
    _object(pod.bucket, "private/a", "changed")
    (pod.bucket / "shared/b").unlink()
    assert pod.run("objects_store.sh").returncode == 0
    assert (pod.copies / "objects/private/a").read_text() == "changed"
    (time,) = (pod.copies / "replaced").iterdir()
    assert (time / "private/a").read_text() == "first"
    assert (time / "shared/b").read_text() == "second"
    assert pod.run("objects_load.sh", COPY=time.name, REPLACE="yes").returncode == 0
    assert (pod.bucket / "private/a").read_text() == "first"


def test_a_store_that_lost_its_objects_does_not_empty_their_copy(pod: Pod) -> None:
    _object(pod.bucket, "private/a", "first")
    assert pod.run("objects_store.sh").returncode == 0
    shutil.rmtree(pod.bucket)
    pod.bucket.mkdir()
    ended = pod.run("objects_store.sh")
    assert ended.returncode != 0
    assert "refused: the bucket is empty, and its copy is not" in ended.stderr
    assert (pod.copies / "objects/private/a").exists()
    assert pod.run("objects_load.sh").returncode == 0
    assert (pod.bucket / "private/a").read_text() == "first"


def test_a_bucket_that_is_not_empty_is_written_over_only_when_that_is_said(pod: Pod) -> None:
    _object(pod.bucket, "private/a", "first")
    pod.run("objects_store.sh")
    _object(pod.bucket, "private/a", "newer")
    refused = pod.run("objects_load.sh", REPLACE="no")
    assert refused.returncode != 0
    assert "refused: the bucket is not empty" in refused.stderr
    assert (pod.bucket / "private/a").read_text() == "newer"
    assert pod.run("objects_load.sh", COPY="../objects", REPLACE="yes").returncode != 0
