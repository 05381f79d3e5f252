"""Whether this machine can run a kind cluster: a container engine, the kernel's limits, the GPU toolkit."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

ENGINES = ("docker", "podman", "nerdctl")

_LIMITS: Mapping[str, int] = {"fs.inotify.max_user_watches": 524288, "fs.inotify.max_user_instances": 512}
"""Below these, pods of a cluster with several nodes fail with "too many open files" (kind, Known Issues)."""

# Elsewhere where a container that runs Pulumi sees the host's /proc at another path.
_SYSCTL = Path(os.environ.get("SLIPWAY_HOST_PROC", "/proc")) / "sys"
_TIMEOUT = 30.0


class MachineError(Exception):
    """A machine that cannot run the cluster; its text says what is missing and what mends it."""


def container_engine(wanted: str | None) -> str:
    """Return the engine to use: the one that is wanted, or the first that answers.

    Raises MachineError where none does, with what each of them said.
    """
    said: list[str] = []
    for name in (wanted,) if wanted else ENGINES:
        reason = _silence(name)
        if reason is None:
            return name
        said.append(f"{name}: {reason}")
    raise MachineError(
        f"no container engine answers ({'; '.join(said)}). kind needs one: install and start Docker, Podman "
        "or nerdctl, or choose another cluster (slipway:cluster.provider: simulated needs none)"
    )


def _silence(engine: str) -> str | None:
    if shutil.which(engine) is None:
        return "not installed"
    try:
        done = subprocess.run([engine, "info"], capture_output=True, text=True, check=False, timeout=_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"`{engine} info` ended with {done.returncode}"


def problems(*, gpus: bool, engine: str, sysctl: Path = _SYSCTL) -> Iterator[str]:
    """What this machine lacks, each as one sentence with the command that mends it."""
    short = {
        name: (found, least) for name, least in _LIMITS.items() if (found := _limit(name, sysctl)) < least
    }
    if short:
        found = ", ".join(f"{name} is {have}, needed is {least}" for name, (have, least) in short.items())
        command = " ".join(f"{name}={least}" for name, (_, least) in short.items())
        yield f"the kernel's limits are too low ({found}): run `sudo sysctl -w {command}`"
    if gpus:
        yield from _without_toolkit(engine)


def _limit(name: str, sysctl: Path) -> int:
    file = sysctl / name.replace(".", "/")
    # Where there is no such file (macOS), the engine runs in a virtual machine with limits of its own.
    return int(file.read_text()) if file.is_file() else max(_LIMITS.values())


def _without_toolkit(engine: str) -> Iterator[str]:
    if shutil.which("nvidia-ctk") is None:
        yield (
            "a node pool has GPUs, and NVIDIA's container toolkit is not installed (no nvidia-ctk): install "
            f"it, then run `sudo nvidia-ctk runtime configure --runtime={engine} --set-as-default` and `sudo "
            "nvidia-ctk config --set accept-nvidia-visible-devices-as-volume-mounts=true --in-place`"
        )
        return
    if engine == "docker":
        done = subprocess.run(
            ["docker", "info", "--format", "{{json .DefaultRuntime}}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
        )
        runtime = json.loads(done.stdout or '""')
        if runtime != "nvidia":
            yield (
                f"a node pool has GPUs, and Docker's default runtime is '{runtime}', not 'nvidia': run `sudo "
                "nvidia-ctk runtime configure --runtime=docker --set-as-default` and restart Docker"
            )


def environment(engine: str) -> dict[str, str]:
    """The environment in which kind uses an engine."""
    return {**os.environ, "KIND_EXPERIMENTAL_PROVIDER": engine}
