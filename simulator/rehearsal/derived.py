"""The project that a rehearsal runs: the stack's settings in a folder of their own, secrets made up.

What protects the stack's own secrets (its salt, its key) and every encrypted value stays behind: a rehearsal
never asks for a passphrase or a cloud's key.
"""

import json
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt
import yaml

from components.identity.needed_secrets import hashes, optional, required
from components.identity.secrets import COOKIE_SECRET
from components.platform_settings import PlatformSettings
from components.storage.backup.settings import backup_secrets
from simulator.driver.home import Home
from simulator.driver.project import Project, Stack

# See stacks/__main__.py.
_PROGRAM = """\
import gc

gc.set_threshold(200_000)
from simulator.rehearsal.program import main

main()
"""
_SECRET = "secret-"
_REGISTRY = "rehearsal.invalid"
_FOLDER, _HOME = "project", "home"


@dataclass(frozen=True)
class RehearsedStack(Stack):
    """A stack whose state, like its cluster, is on this machine whatever its settings say."""

    @property
    def is_local(self) -> bool:
        """Always."""
        return True


def root_of(home: Path, stack: Stack) -> Path:
    """Where the rehearsal of a stack keeps everything, beside the home of the project's local stacks."""
    return home.with_name(f"{home.name}-rehearsals") / stack.name


def home_of(root: Path, stack: Stack) -> Home:
    """State, cluster and records of a rehearsal."""
    return Home(root / _HOME, stack)


def write(root: Path, stack: Stack) -> RehearsedStack:
    """Write the derived project below `root` and return its stack."""
    folder = root / _FOLDER
    stacks = folder / "stacks"
    stacks.mkdir(parents=True)
    description: dict[str, Any] = yaml.safe_load((stack.project.root / "Pulumi.yaml").read_text())
    description |= {"main": "stacks", "stackConfigDir": "stacks"}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(description, sort_keys=False))
    (stacks / "__main__.py").write_text(_PROGRAM)
    kept = {key: value for key, value in stack.config.items() if not _is_encrypted(value)}
    file = stacks / f"Pulumi.{stack.name}.yaml"
    file.write_text(yaml.safe_dump({"config": kept}, sort_keys=False))
    # What settings name by a path from the project's folder is found from here: overlays, lists of images.
    for place, copy in ((stack.project.root, folder), (stack.project.stack_directory, stacks)):
        for entry in place.iterdir():
            if not entry.name.startswith(".") and not (copy / entry.name).exists():
                (copy / entry.name).symlink_to(entry)
    project = Project(folder, stack.project.name, stacks)
    return RehearsedStack(project, stack.name, file, {"config": kept}, kept)


def placeholders(stack: Stack, settings: PlatformSettings) -> dict[str, str]:
    """Made-up values for the secrets that the stack has or asks for, by their keys."""
    identity, gateway = settings.identity, settings.gateway
    prefix = f"{stack.project.name}:{_SECRET}"
    named = {key.removeprefix(prefix) for key in stack.config if key.startswith(prefix)}
    needed = {*required(identity, gateway), *backup_secrets(settings.data.backup, on=settings.backs_up)}
    wanted = {*needed, *(named & {*optional(identity)})}
    hashed = hashes(identity)
    made = {f"{prefix}{name}": _placeholder(name, hashed) for name in sorted(wanted)}
    if pull := settings.images.pull_secret:
        made[f"{prefix}{pull}"] = json.dumps({"auths": {_REGISTRY: {"auth": secrets.token_urlsafe(24)}}})
    return made


def remove_old(root: Path) -> None:
    """Remove what a rehearsal that was killed left below `root`; the lock in it stays, for it is held."""
    for folder in (root / _FOLDER, root / _HOME / "state", root / _HOME / "pulumi"):
        shutil.rmtree(folder, ignore_errors=True)


def remove(root: Path) -> None:
    """Remove everything below `root`, and the folder of all rehearsals with the last of them."""
    shutil.rmtree(root, ignore_errors=True)
    if root.parent.is_dir() and not any(root.parent.iterdir()):
        root.parent.rmdir()


def _is_encrypted(value: object) -> bool:
    return isinstance(value, Mapping) and "secure" in value


def _placeholder(name: str, hashed: Iterable[str]) -> str:
    if name in hashed:
        return bcrypt.hashpw(secrets.token_bytes(24), bcrypt.gensalt(rounds=10)).decode("ascii")
    return secrets.token_hex(16) if name == COOKIE_SECRET else secrets.token_urlsafe(24)
