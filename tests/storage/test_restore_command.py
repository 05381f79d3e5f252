"""The one command that restores, run with a scripted kubectl."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KUBECTL = """\
case "$*" in
  *"get cronjobs"*) echo cronjob.batch/mysql-backup; echo cronjob.batch/mysql-restore ;;
  *"create job"*"--from=cronjob/mysql-restore"*) printf '%s\\n' 'the-job "a\\nb"' ;;
  *"create job"*) echo "not found" >&2; exit 1 ;;
  "set env"*) printf '%s ' "$*"; cat ;;
  "apply"*) cat > "$LOG"; echo created ;;
  *"get job"*) printf %s "$ENDED" ;;
  *logs*) echo "orders: restored" ;;
esac
"""


def _restore(
    tmp_path: Path, *given: str, ended: str = "SuccessCriteriaMet Complete"
) -> subprocess.CompletedProcess[str]:
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\n{KUBECTL}")
    program.chmod(0o755)
    return subprocess.run(
        ["make", "-s", "restore", *given],
        cwd=ROOT,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "LOG": str(tmp_path / "log"), "ENDED": ended},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_newest_copy_is_restored_where_nothing_is_there_unless_more_is_said(tmp_path: Path) -> None:
    ended = _restore(tmp_path, "STORE=mysql")
    assert ended.returncode == 0, ended.stderr
    # The line breaks of scripts stay as JSON writes them.
    assert 'COPY=latest REPLACE=no the-job "a\\nb"' in (tmp_path / "log").read_text()
    assert "orders: restored" in ended.stdout


def test_a_named_copy_takes_the_place_of_what_is_there_when_that_is_said(tmp_path: Path) -> None:
    ended = _restore(tmp_path, "STORE=mysql", "COPY=20261121T013000Z", "REPLACE=yes")
    assert ended.returncode == 0, ended.stderr
    assert "COPY=20261121T013000Z REPLACE=yes the-job" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "STORE: is missing; allowed: mysql"),
        (["STORE=mysq"], "STORE: found 'mysq'; allowed: mysql"),
        (["STORE=mysql", "REPLACE=true"], "REPLACE: found 'true'; allowed: yes, no"),
    ],
)
def test_what_cannot_be_restored_is_named_and_nothing_is_made(
    tmp_path: Path, given: list[str], says: str
) -> None:
    ended = _restore(tmp_path, *given)
    assert ended.returncode != 0
    assert says in ended.stderr
    assert not (tmp_path / "log").exists()


def test_a_job_that_failed_is_a_failure_and_shows_what_it_said(tmp_path: Path) -> None:
    ended = _restore(tmp_path, "STORE=mysql", ended="FailureTarget Failed")
    assert ended.returncode != 0
    assert "orders: restored" in ended.stdout
