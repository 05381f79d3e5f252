"""Certificates of nobody, made for one test run."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


@cache
def certificate(name: str = "authority.example.com") -> str:
    """A certificate that signs itself, in PEM."""
    return _made(name)[0]


@cache
def private_key(name: str = "authority.example.com") -> str:
    """The key of it."""
    return _made(name)[1]


@cache
def _made(name: str) -> tuple[str, str]:
    with TemporaryDirectory() as folder:
        key, made = Path(folder, "key"), Path(folder, "made")
        asked = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN={name}"
        command = [*asked.split(), "-keyout", str(key), "-out", str(made)]
        subprocess.run(command, check=True, capture_output=True)
        return made.read_text(), key.read_text()
