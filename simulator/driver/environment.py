"""What the engine finds in its environment, and what a shell needs to run `pulumi` itself."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from simulator.driver.errors import DriverError
from simulator.driver.home import Home
from simulator.driver.plugin import STAND_IN, Plugin
from simulator.driver.processes import MARK
from simulator.driver.project import Stack

_PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"
_PASSPHRASE_FILE = "PULUMI_CONFIG_PASSPHRASE_FILE"
_BACKEND = "PULUMI_BACKEND_URL"

# The program that the kubeconfig of each cloud's cluster names, and where it comes from.
_LOGINS = {
    "aws": ("aws", "AWS CLI 2"),
    "gcp": ("gke-gcloud-auth-plugin", "gcloud components install gke-gcloud-auth-plugin"),
    "azure": ("kubelogin", "az aks install-cli"),
}

# Set by a user for stacks of their own, these would change how a local stack's state is written.
_FOREIGN = (
    _PASSPHRASE_FILE,
    "PULUMI_DIY_BACKEND_GZIP",
    "PULUMI_SELF_MANAGED_STATE_GZIP",
    "PULUMI_DIY_BACKEND_ZSTD",
    "PULUMI_SKIP_CHECKPOINTS",
    "PULUMI_STACK",
)


# The engine holds tens of megabytes and writes the state anew with every step: Go's collector, at its default
# of 100, takes a fifth of the time. At 800 a run of the whole platform needs 250 MB more.
RARE_COLLECTION = {"GOGC": "800"}


def of_local_stack(home: Home) -> dict[str, str]:
    """What Pulumi needs to find the state of a local stack.

    The passphrase is empty by design: the state of a local stack protects nothing beyond this machine, where
    the cluster's own files lie beside it, and the salt that belongs to the passphrase is in the stack's file.
    """
    return {
        _BACKEND: home.backend_url,
        _PASSPHRASE: "",
        "PULUMI_HOME": str(home.pulumi),
        # Pulumi takes every SDK in the virtual environment for one that the program needs, and would fetch
        # the clouds' plugins, a gigabyte of them. The one that is needed is there before the engine starts.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def engine(stack: Stack, home: Home, tools: Path) -> dict[str, str]:
    """The environment of every call of `pulumi` for the stack, without the choice of a plugin."""
    environment = dict(os.environ)
    if stack.is_local:
        environment = {name: value for name, value in environment.items() if name not in _FOREIGN}
        environment |= of_local_stack(home)
    return (
        RARE_COLLECTION
        | environment
        | {
            "PATH": _path(environment.get("PATH", os.defpath), tools, None),
            "SLIPWAY_HOME": str(home.root),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            MARK: home.mark,
        }
    )


def with_plugin(environment: Mapping[str, str], tools: Path, plugin: Plugin) -> dict[str, str]:
    """The same environment, in which the engine finds that Kubernetes plugin."""
    return {**environment, "PATH": _path(environment["PATH"], tools, plugin)}


def exports(stack: Stack, home: Home, tools: Path, plugin: Plugin) -> tuple[list[str], list[str]]:
    """Lines for `eval`, after which plain `pulumi` works on the stack, and remarks for the user."""
    values = {
        "PATH": _path(os.environ.get("PATH", os.defpath), tools, plugin),
        "SLIPWAY_HOME": str(home.root),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    remarks: list[str] = []
    if stack.is_local:
        for name, value in of_local_stack(home).items():
            own = os.environ.get(name)
            if own is None or own == value:
                values[name] = value
            elif name != "PULUMI_HOME":
                remarks.append(
                    f"{name} stays as you have set it: stack '{stack.name}' needs {value or 'an empty one'}"
                )
        if (kubeconfig := home.kubeconfig).is_file():
            values["KUBECONFIG"] = str(kubeconfig)
    return [f"export {name}={shlex.quote(value)}" for name, value in sorted(values.items())], remarks


def _path(current: str, tools: Path, plugin: Plugin | None) -> str:
    """PATH with the project's Python first: a language host of Pulumi's older releases takes that one."""
    # Not resolved: the interpreter of a virtual environment is a link to another one.
    first = [str(Path(sys.executable).parent), str(tools)]
    if plugin == "stand-in":
        first.append(str(STAND_IN))
    own = {*first, str(STAND_IN)}
    return os.pathsep.join([*first, *(entry for entry in current.split(os.pathsep) if entry not in own)])


def require_login(stack: Stack, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse to begin where the cluster, once it is there, could not be logged in to."""
    program, source = _LOGINS.get(stack.provider, ("", ""))
    if program and not shutil.which(program, path=environment.get("PATH", os.defpath)):
        raise DriverError(
            f"stack '{stack.name}' has a cluster of {stack.provider}, to which `{program}` logs in, and "
            f"there is no such program on PATH: install it ({source})"
        )


def require_backend(stack: Stack, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse a stack whose state or secrets have no place: neither is chosen for the user."""
    home = Path(environment.get("PULUMI_HOME") or Path.home() / ".pulumi")
    backend = environment.get(_BACKEND)
    if not (backend or environment.get("PULUMI_ACCESS_TOKEN") or (home / "credentials.json").is_file()):
        raise DriverError(
            f"stack '{stack.name}' (cluster.provider: {stack.provider}) is not local, and there is no "
            f"backend for its state: run `pulumi login <url>`, or set {_BACKEND} (s3://..., gs://..., "
            "azblob://..., https://api.pulumi.com)"
        )
    uses_passphrase = "encryptionsalt" in stack.content
    if uses_passphrase and not (_PASSPHRASE in environment or _PASSPHRASE_FILE in environment):
        raise DriverError(
            f"the secrets of stack '{stack.name}' are encrypted with a passphrase ({stack.file.name} has an "
            f"encryptionsalt): set {_PASSPHRASE} or {_PASSPHRASE_FILE}"
        )
