"""What `make` says and sets up, without the network: commands are shown (`make -n`) or scripted."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.project import ROOT

TARGETS = (
    "up",
    "preview",
    "refresh",
    "down",
    "check",
    "status",
    "rehearse",
    "env",
    "test",
    "lint",
    "bench",
    "lock",
)


def make(*arguments: str) -> str:
    # These tests are run by make, which tells those it starts about itself.
    mine = ("MAKE", "MFLAGS", "ARGS", "STACK", "VENV", "PYTHON")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    done = subprocess.run(
        ["make", *arguments], cwd=ROOT, env=outside, capture_output=True, text=True, check=True
    )
    return done.stdout


def environment(tmp_path: Path, *stamps: str) -> Path:
    """A virtual environment that has what these files of locked versions list."""
    venv = tmp_path / "venv"
    venv.mkdir()
    later = time.time() + 3600
    for stamp in stamps:
        (venv / f".{stamp}").touch()
        os.utime(venv / f".{stamp}", (later, later))
    return venv


def test_make_alone_lists_every_target() -> None:
    listed = re.findall(r"^  (\w+) +\S", make(), flags=re.MULTILINE)
    assert set(TARGETS) <= set(listed)
    assert set(listed) == set(re.findall(r"^(\w+):.*##", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("target", TARGETS[:8])
def test_a_target_works_on_the_local_stack_unless_another_is_named(target: str, tmp_path: Path) -> None:
    venv = environment(tmp_path, "run")
    expected = f"{venv}/bin/python -m simulator {target} --stack"
    assert make("-n", f"VENV={venv}", target).split("\n")[0].rstrip() == f"{expected} local"
    assert make("-n", f"VENV={venv}", target, "STACK=other").split("\n")[0].rstrip() == f"{expected} other"


@pytest.mark.parametrize(
    ("target", "lock"), [("up", "run"), ("test", "clouds"), ("lint", "clouds"), ("bench", "dev")]
)
def test_what_a_target_needs_is_installed_once(target: str, lock: str, tmp_path: Path) -> None:
    install = f"requirements/install {tmp_path / 'venv'} {lock}"
    assert install in make("-n", f"VENV={tmp_path / 'venv'}", target)
    venv = environment(tmp_path, lock)
    assert "requirements/install" not in make("-n", f"VENV={venv}", target)


def test_options_are_handed_on(tmp_path: Path) -> None:
    venv = environment(tmp_path, "clouds")
    (line,) = [
        one for one in make("-n", f"VENV={venv}", "test", "ARGS=-k locks").splitlines() if "pytest" in one
    ]
    assert line.endswith(" -k locks")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with what the script needs beside Python."""
    directory = tmp_path / "programs"
    directory.mkdir()
    for name in ("sh", "dirname", "rm"):
        found = shutil.which(name)
        assert found
        (directory / name).symlink_to(found)
    return directory


def python(programs: Path, *, version: str, venv: bool = True) -> None:
    """A Python that only tells its version, and whether it has the module venv."""
    new = tuple(map(int, version.split("."))) >= (3, 11)
    script = programs / "python3"
    script.write_text(
        f"#!/bin/sh\ncase $* in\n  *version_info*) exit {int(not new)} ;;\n"
        f"  *ensurepip*) exit {int(not venv)} ;;\n  --version) echo Python {version} ;;\n"
        "  *) exit 3 ;;\nesac\n"
    )
    script.chmod(0o755)


def install(programs: Path, tmp_path: Path, **variables: str) -> str:
    """What `requirements/install` says where it fails."""
    done = subprocess.run(
        [ROOT / "requirements" / "install", tmp_path / "venv", "run"],
        env={"PATH": str(programs), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr


def test_a_machine_without_python_is_told_what_is_needed(programs: Path, tmp_path: Path) -> None:
    assert install(programs, tmp_path) == (
        "error: found no Python, needed is Python 3.11 or newer: install it, or name it with "
        "PYTHON=/path/to/python3\n"
    )


def test_a_python_that_is_too_old_is_refused(programs: Path, tmp_path: Path) -> None:
    python(programs, version="3.9.18")
    assert install(programs, tmp_path).startswith(
        "error: found Python 3.9.18, needed is Python 3.11 or newer"
    )


def test_a_python_that_is_named_and_too_old_is_refused(programs: Path, tmp_path: Path) -> None:
    python(programs, version="3.10.2")
    said = install(programs, tmp_path, PYTHON="python3")
    assert said == "error: PYTHON=python3 is Python 3.10.2; needed is Python 3.11 or newer\n"


def test_a_python_that_is_named_and_not_there_is_refused(programs: Path, tmp_path: Path) -> None:
    assert (
        install(programs, tmp_path, PYTHON="/nowhere/python3")
        == "error: PYTHON=/nowhere/python3 is not there\n"
    )


def test_a_python_without_venv_is_told_which_package_has_it(programs: Path, tmp_path: Path) -> None:
    python(programs, version="3.12.3", venv=False)
    assert install(programs, tmp_path) == (
        "error: python3 has no venv module: install it (Debian and Ubuntu: apt install python3-venv)\n"
    )


def test_every_locked_version_has_its_hashes() -> None:
    files = sorted((ROOT / "requirements").glob("*.txt"))
    assert [file.stem for file in files] == ["build", "clouds", "dev", "run", "uv"]
    for file in files:
        pins = re.split(r"\n(?=\S)", file.read_text().strip())
        assert all("==" in pin and "--hash=sha256:" in pin for pin in pins), file


def test_what_is_locked_in_two_files_is_locked_in_one_version() -> None:
    locked: dict[str, set[str]] = {}
    for file in (ROOT / "requirements").glob("*.txt"):
        for name, version in re.findall(r"^([a-z0-9.-]+)==(\S+)", file.read_text(), flags=re.MULTILINE):
            locked.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in locked.items() if len(versions) > 1} == {}
