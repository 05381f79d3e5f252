"""Python packages in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from simulator.programs.model import PythonPackages
from simulator.programs.store import requirements
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress

SITE = "site"
"""The folder of a source that holds its packages; their commands are in `site/bin`."""


def install(source: PythonPackages, stage: Path, log: TextIO, progress: Progress) -> None:
    """Install the locked packages into `stage/site`.

    Raises UnavailableError where pip cannot, and where what pods import lacks something.
    """
    progress.detail(f"{source.name} {source.version}, Python packages")
    site = stage / SITE
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-compile"]
    locked = ["--require-hashes", "--no-deps", "--requirement", str(requirements(source))]
    command = [sys.executable, "-m", "pip", "install", *quiet, *locked, "--target", str(site)]
    if _run(command, log):
        raise UnavailableError(f"pip could not install {requirements(source).name}")
    # Without `site`, which adds what else this machine has installed.
    command = [sys.executable, "-S", "-c", f"import {', '.join(source.imports)}"]
    if _run(command, log, {"PYTHONPATH": str(site)}):
        raise UnavailableError(f"{', '.join(source.imports)} could not be imported")
    for script in (site / "bin").glob("*"):
        if script.is_file():
            _run_by_any_python(script)


def _run(command: list[str], log: TextIO, python: Mapping[str, str] | None = None) -> int:
    """Run Python with these settings of its own, or those of the caller; return its exit status."""
    environment = dict(os.environ)
    if python is not None:
        environment = {name: value for name, value in environment.items() if not name.startswith("PYTHON")}
        environment |= python
    log.write(f"$ {' '.join(command)}\n")
    log.flush()
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
    )
    return done.returncode


def _run_by_any_python(script: Path) -> None:
    """Let a command be run by the Python of PATH: pip names its own, which a container does not see."""
    content = script.read_bytes()
    first, newline, rest = content.partition(b"\n")
    if first.startswith(b"#!") and b"python" in first:
        script.write_bytes(b"#!/usr/bin/env python3" + newline + rest)
