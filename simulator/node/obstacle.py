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
# What a node and its pods do first, in namespaces that are gone a moment later.
_TRIAL = """
set -e
ip link set lo up
ip link add node0 type bridge
ip link add one type veth peer name other
mount -t tmpfs tmpfs /run
mkdir /run/lower /run/upper /run/work /run/merged
mount -t overlay -o lowerdir=/run/lower,upperdir=/run/upper,workdir=/run/work overlay /run/merged
"""
_CONTROLLERS = {"cpu", "memory", "pids"}


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
    if not (shutil.which("apt-get") or all(map(shutil.which, _PACKAGED))):
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
    unified = (_CGROUPS / "cgroup.controllers").exists()
    trial = (_CGROUPS if unified else _CGROUPS / "memory") / f"slipway-trial-{os.getpid()}"
    try:
        if unified:
            _delegate()
        trial.mkdir()
        trial.rmdir()
    except OSError as error:
        return str(error)
    return ""


def _delegate() -> None:
    """Let groups below the root of version 2 have controllers, as an init system does.

    Raises OSError where the kernel has not got them, or where processes are in the root itself, as in a
    container that was given a root of its own.
    """
    if lacking := _CONTROLLERS - set((_CGROUPS / "cgroup.controllers").read_text().split()):
        message = f"the kernel offers no {', '.join(sorted(lacking))}"
        raise OSError(message)
    control = _CGROUPS / "cgroup.subtree_control"
    if missing := _CONTROLLERS - set(control.read_text().split()):
        control.write_text(" ".join(f"+{name}" for name in sorted(missing)))
