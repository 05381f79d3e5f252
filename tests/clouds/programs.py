"""The programs that the engine and Kubernetes' clients look for on PATH where a stack is on a cloud."""

import shlex
import sys
from pathlib import Path

from tests.clouds.declared import PACKAGES

_LOGINS = ("aws", "gke-gcloud-auth-plugin", "kubelogin")


def install(directory: Path) -> Path:
    """Write the clouds' plugins and login programs into a folder for PATH, and return it."""
    directory.mkdir(parents=True, exist_ok=True)
    python = shlex.join([sys.executable, "-P", "-m"])
    for package in PACKAGES:
        _write(directory / f"pulumi-resource-{package}", f"{python} tests.clouds {package}")
    for program in _LOGINS:
        _write(directory / program, f"{python} tests.clouds.login {program}")
    return directory


def _write(path: Path, command: str) -> None:
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)
