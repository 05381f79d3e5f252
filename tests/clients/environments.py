"""Environments of the clients, one for each: resolved together they would fall back to old versions.

`locked/<client>.txt` says what is in one; `make lock` resolves it from `<client>.in`. An environment is made
when it is first asked for, beside the tools in the project's cache, under a name that its lock file and this
Python give it, and stays there.
"""

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import filelock

from simulator.tools.cache import Cache

LOCKED = Path(__file__).with_name("locked")
CLIENTS = tuple(sorted(file.stem for file in LOCKED.glob("*.in")))

# A file that stands in an environment once all of it is there.
_WHOLE = ".whole"


class NotMadeError(Exception):
    """An environment that could not be made; the message says why."""


def environment(lock: Path, folder: Path | None = None) -> Path:
    """Return the Python of the environment that a lock file describes, and make it where it is not there.

    Raises NotMadeError where it cannot be made; what is there of it then is never taken for the whole.
    """
    folder = folder or Cache.default().root / "clients"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    home = folder / f"{lock.stem}-{digest}-python{platform.python_version()}"
    python = home / "bin" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder / f"{lock.stem}.lock"):
        if not (home / _WHOLE).exists():
            shutil.rmtree(home, ignore_errors=True)
            _run(lock, sys.executable, "-m", "venv", str(home))
            pip = (str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
            _run(lock, *pip, "install", "--require-hashes", "--requirement", str(lock))
            (home / _WHOLE).touch()
    return python


def _run(lock: Path, *command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotMadeError(
            f"the environment of {lock.name} cannot be made: {(done.stderr or done.stdout).strip()}"
        )
