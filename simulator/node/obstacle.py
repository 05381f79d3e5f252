"""Why a live node cannot run on a machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# Of util-linux and iproute2, by which the namespaces are made and set up.
_COMMANDS = ("unshare", "nsenter", "mount", "ip")
_PACKAGED = ("runc", "nft")
_CGROUPS = Path("/sys/fs/cgroup")
_SECONDS = 10
# What a node does first, in namespaces that are gone a moment later.
_TRIAL = "ip link set lo up && ip link add node0 type bridge && mount -t tmpfs tmpfs /run"


@cache
def obstacle() -> str | None:
    """Return why a live cluster cannot run here, in words for the user; None where it can."""
    return next(_reasons(), None)


def _reasons() -> Iterator[str]:
    if sys.platform != "linux":
        yield f"live pods need the namespaces of Linux, and this is {sys.platform}"
        return
    if os.geteuid() != 0:
        yield "live pods need root, to make namespaces, mounts and control groups"
    if missing := [name for name in _COMMANDS if shutil.which(name) is None]:
        yield f"there is no {', '.join(missing)} on PATH: install util-linux and iproute2"
    if not (any(map(shutil.which, ("apt-get",))) or all(map(shutil.which, _PACKAGED))):
        yield f"there is no {' or '.join(_PACKAGED)} on PATH, and this is neither Debian nor Ubuntu"
    if reason := _trial():
        yield f"namespaces cannot be made here: {reason}"
    if reason := _control_groups():
        yield f"control groups cannot be made here: {reason}"


def _trial() -> str:
    command = ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "sh", "-c", _TRIAL]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr.strip() or f"exit status {done.returncode}")


def _control_groups() -> str:
    roots = [_CGROUPS] if (_CGROUPS / "cgroup.controllers").exists() else [_CGROUPS / "memory"]
    for root in roots:
        trial = root / f"slipway-trial-{os.getpid()}"
        try:
            trial.mkdir()
            trial.rmdir()
        except OSError as error:
            return str(error)
    return ""
