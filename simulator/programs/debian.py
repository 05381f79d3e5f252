"""Packages of Debian or Ubuntu, unpacked beside the system and never installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from simulator.programs.model import DebianPackages
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress

# In packages they stand at the root, or are parts of /usr; on the machine, and here, they are the latter.
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64")
_NEEDED = ("apt-get", "apt-cache", "dpkg", "dpkg-query")
# Whatever the machine has set up, nothing is fetched that was not asked for.
_DEPENDENCIES = [
    f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
]


def install(source: DebianPackages, stage: Path, log: TextIO, progress: Progress) -> None:
    """Unpack the packages, and those that they need and the machine lacks, into `stage`.

    Raises UnavailableError on other distributions, and where a package cannot be had.
    """
    if missing := [name for name in _NEEDED if shutil.which(name) is None]:
        raise UnavailableError(f"there is no {', '.join(missing)}: this is neither Debian nor Ubuntu")
    work = stage / ".apt"
    archives = work / "archives"
    archives.mkdir(parents=True)
    apt = _options(work, log)
    progress.detail(f"{source.name}, packages of the distribution")
    wanted = _closure(source.packages, apt, log)
    _run(["apt-get", *apt, "download", *wanted], log, archives)
    for archive in sorted(archives.glob("*.deb")):
        _run(["dpkg", "--extract", str(archive), str(stage)], log, stage)
    shutil.rmtree(work)
    for name in _MERGED:
        if (stage / name).is_dir():
            shutil.copytree(stage / name, stage / "usr" / name, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(stage / name)
            (stage / name).symlink_to(f"usr/{name}")
    stage.chmod(0o755)


def _options(work: Path, log: TextIO) -> list[str]:
    """Use the system's lists of packages, or fetch them into a folder of our own where it has none."""
    quiet = ["-o", "APT::Sandbox::User=root", "-o", "Dpkg::Use-Pty=0", "-qq"]
    if _knows("libc6", []):
        return quiet
    lists = work / "lists"
    (lists / "partial").mkdir(parents=True)
    (work / "cache").mkdir()
    own = [*quiet, "-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={work / 'cache'}"]
    _run(["apt-get", *own, "update"], log, work)
    return own


def _knows(package: str, apt: Sequence[str]) -> bool:
    command = ["apt-cache", *apt, "policy", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # Where there are no lists, only what is installed is known, from dpkg's own status.
    return any("://" in line for line in done.stdout.splitlines())


def _closure(packages: Sequence[str], apt: Sequence[str], log: TextIO) -> list[str]:
    settings = [option for option in apt if option != "-qq"]
    command = ["apt-cache", *settings, "depends", "--recurse", *_DEPENDENCIES, *packages]
    needs = _needs(_run(command, log, Path.cwd()))
    wanted = list(packages)
    for name in wanted:
        for choice in needs.get(name, ()):
            if choice and not any(one in wanted or _installed(one) for one in choice):
                wanted.append(choice[0])
    return sorted(wanted)


def _needs(listing: str) -> Mapping[str, list[list[str]]]:
    """What each package depends on, as apt-cache lists it: what meets a need, the preferred first."""
    needs: dict[str, list[list[str]]] = {}
    choices: list[list[str]] = []
    goes_on = False
    for line in listing.splitlines():
        # `name`, then `  Depends: one`, ` |Depends: one` where the next line is another way to meet it, and
        # `  Depends: <virtual>` with a line for each package that provides it.
        kind, _, needed = line.strip().partition(": ")
        if not line.startswith(" "):
            choices = needs.setdefault(line.partition(":")[0], [])
            continue
        provider = not needed
        if not (goes_on or provider):
            choices.append([])
        name = (kind if provider else needed).partition(":")[0]
        if not name.startswith("<"):
            choices[-1].append(name)
        goes_on = goes_on if provider else kind.startswith("|")
    return needs


def _installed(package: str) -> bool:
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status}\\n", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "installed" in done.stdout.split()


def _run(command: Sequence[str], log: TextIO, folder: Path) -> str:
    log.write(f"$ {' '.join(command)}\n")
    log.flush()
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    log.write(done.stdout + done.stderr)
    if done.returncode:
        tail = "\n".join(f"    {line}" for line in (done.stderr or done.stdout).splitlines()[-5:])
        raise UnavailableError(f"`{' '.join(command[:1])}` ended with exit status {done.returncode}:\n{tail}")
    return done.stdout
