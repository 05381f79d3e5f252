"""Python packages in a folder of their own."""

from __future__ import annotations

import subprocess
import sys
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
    # Without the caller's settings of Python, and without what else this machine has installed for it.
    program = f"import sys; sys.path.insert(0, sys.argv[1]); import {', '.join(source.imports)}"
    if _run([sys.executable, "-I", "-S", "-c", program, str(site)], log):
        raise UnavailableError(f"{', '.join(source.imports)} could not be imported")
    for script in (site / "bin").glob("*"):
        if script.is_file():
            _run_by_any_python(script)


def _run(command: list[str], log: TextIO) -> int:
    log.write(f"$ {' '.join(command)}\n")
    log.flush()
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode


def _run_by_any_python(script: Path) -> None:
    """Let a command be run by the Python of PATH: pip names its own, which a container does not see."""
    content = script.read_bytes()
    first, newline, rest = content.partition(b"\n")
    if first.startswith(b"#!") and b"python" in first:
        script.write_bytes(b"#!/usr/bin/env python3" + newline + rest)
