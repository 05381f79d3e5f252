"""Which Kubernetes plugin the engine gets: Pulumi's own, or the stand-in where that cannot be had."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import simulator
from simulator.driver.checkpoint import Deployment
from simulator.driver.errors import DriverError
from simulator.kubernetes import origin
from simulator.tools.cache import Cache

Plugin = Literal["plugin", "stand-in"]
"""As `simulator.kubernetes.origin` names them: Pulumi's own plugin, or the stand-in."""

CHOICE = "SLIPWAY_KUBERNETES_PLUGIN"
"""The environment variable that decides: `real` or `stand-in`."""

STAND_IN = Path(simulator.__file__).parent / "bin"
"""The folder with the stand-in's program, for PATH."""

_NAME = "pulumi-resource-kubernetes"
_VERSION = version("pulumi-kubernetes")
_INSTALL_SECONDS = 30
_REFUSAL_SECONDS = 24 * 60 * 60


def choose(stack: str, deployment: Deployment, pulumi: Path, environment: Mapping[str, str]) -> Plugin:
    """Choose the plugin for a stack.

    A stack keeps the plugin that its state was made with: the two write different properties into it. Raises
    DriverError where that one cannot be had, or SLIPWAY_KUBERNETES_PLUGIN asks for the other.
    """
    asked = _asked()
    try:
        made_with = origin(deployment)
    except ValueError as error:
        raise DriverError(f"stack '{stack}' cannot be continued: {error}. Remove it (`make down`)") from error
    if made_with and asked and asked != made_with:
        raise DriverError(
            f"the state of stack '{stack}' was made with {_describe(made_with)}, and {CHOICE} asks for "
            f"{_describe(asked)}: the two cannot continue each other's state. Unset {CHOICE}, or remove the "
            f"stack (`make down STACK={stack}` without {CHOICE}) and make it anew"
        )
    wanted = asked or made_with
    if wanted == "stand-in":
        return "stand-in"
    refusal = _obtain(pulumi, environment, again=wanted == "plugin")
    if refusal is None:
        return "plugin"
    if made_with:
        raise DriverError(
            f"the state of stack '{stack}' was made with {_describe(made_with)}, which cannot be had here: "
            f"{refusal}. The stand-in cannot continue it: install the plugin "
            f"(`pulumi plugin install resource kubernetes {_VERSION}`), or work on the stack from where it is"
        )
    if asked:
        raise DriverError(f"{CHOICE}=real, but {_describe('plugin')} cannot be had here: {refusal}")
    return "stand-in"


def _asked() -> Plugin | None:
    value = os.environ.get(CHOICE)
    if not value:
        return None
    if value not in ("real", "stand-in"):
        raise DriverError(f"{CHOICE} is '{value}'; allowed are `real` and `stand-in`")
    return "plugin" if value == "real" else "stand-in"


def _describe(plugin: Plugin) -> str:
    return f"Pulumi's own Kubernetes plugin {_VERSION}" if plugin == "plugin" else "the stand-in plugin"


def _obtain(pulumi: Path, environment: Mapping[str, str], *, again: bool) -> str | None:
    """Install Pulumi's own plugin unless it is there; return why not, where it cannot be had.

    A refusal is believed for a day unless `again`, for finding out takes seconds where the network only
    drops.
    """
    if _on_path(environment) or _installed(environment):
        return None
    memory = Cache.default().root / "kubernetes-plugin.json"
    if not again and (refusal := _remembered(memory)):
        return refusal
    refusal = _install(pulumi, environment)
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({"version": _VERSION, "refused": time.time(), "reason": refusal}))
    return refusal


def _on_path(environment: Mapping[str, str]) -> bool:
    """Whether the user has a plugin of their own on PATH, which the engine takes before any other."""
    directories = environment.get("PATH", os.defpath).split(os.pathsep)
    return any(
        (Path(directory) / _NAME).is_file() and Path(directory).resolve() != STAND_IN.resolve()
        for directory in directories
        if directory
    )


def _installed(environment: Mapping[str, str]) -> bool:
    home = Path(environment.get("PULUMI_HOME") or Path.home() / ".pulumi")
    folder = home / "plugins" / f"resource-kubernetes-v{_VERSION}"
    # The engine leaves a `.partial` file beside a plugin whose download was interrupted.
    return (folder / _NAME).is_file() and not folder.with_name(folder.name + ".partial").exists()


def _remembered(memory: Path) -> str | None:
    try:
        content: dict[str, Any] = json.loads(memory.read_text())
        recent = 0 <= time.time() - float(content["refused"]) < _REFUSAL_SECONDS
        return str(content["reason"]) if recent and content["version"] == _VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _install(pulumi: Path, environment: Mapping[str, str]) -> str | None:
    command = [str(pulumi), "plugin", "install", "resource", "kubernetes", _VERSION]
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"nothing answered within {_INSTALL_SECONDS} s"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ").strip() if lines else f"exit status {done.returncode}"
