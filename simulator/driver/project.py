"""The Pulumi project in the current directory, and its stacks."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from simulator.driver.errors import DriverError

REMOTE_PROVIDERS = ("aws", "gcp", "azure", "existing")
"""Clusters that outlive this machine, as the state of their stacks has to. A provider that is not
known at all counts as local: the program then says which ones there are."""

_STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_DEFAULT_PROVIDER = "simulated"


@dataclass(frozen=True)
class Project:
    """A Pulumi project: the folder of its Pulumi.yaml, its name, and the folder of its stacks' files."""

    root: Path
    name: str
    stack_directory: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Find the project that `start`, or the current directory, belongs to, as `pulumi` itself does."""
        directory = (start or Path.cwd()).resolve()
        for root in (directory, *directory.parents):
            file = root / "Pulumi.yaml"
            if file.is_file():
                content = _read(file)
                name = content.get("name")
                if not isinstance(name, str):
                    raise DriverError(f"{file} names no project: it needs a line such as `name: slipway`")
                return cls(root, name, root / str(content.get("stackConfigDir", ".")))
        raise DriverError(f"{directory} belongs to no Pulumi project: there is no Pulumi.yaml here or above")

    def stacks(self) -> list[str]:
        """The names of the stacks that have a file."""
        files = self.stack_directory.glob("Pulumi.*.yaml")
        return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)

    def stack(self, name: str) -> Stack:
        """The stack of that name; raises DriverError where it has no file."""
        allowed = ", ".join(self.stacks()) or "none yet"
        if not _STACK_NAME.fullmatch(name):
            raise DriverError(
                f"'{name}' is no stack's name: letters, digits, '-', '_' and '.' are allowed, "
                f"at most 100 of them. Stacks here: {allowed}"
            )
        file = self.stack_directory / f"Pulumi.{name}.yaml"
        if not file.is_file():
            raise DriverError(
                f"there is no stack '{name}': {file} does not exist. Stacks here: {allowed}. "
                f"Name one with STACK=<name>, or write that file to make a new one"
            )
        content = _read(file)
        config: object = content.get("config") or {}
        if not isinstance(config, dict):
            raise DriverError(f"{file}: `config` is not a mapping")
        return Stack(self, name, file, content, cast("Mapping[str, Any]", config))


@dataclass(frozen=True)
class Stack:
    """One stack of a project: its name and what its file says."""

    project: Project
    name: str
    file: Path
    content: Mapping[str, Any]
    config: Mapping[str, Any]

    @property
    def cluster(self) -> Mapping[str, object]:
        """What the stack's file says of its cluster; the stack's program checks it."""
        cluster: object = self.config.get(f"{self.project.name}:cluster")
        return cast("Mapping[str, object]", cluster) if isinstance(cluster, dict) else {}

    @property
    def provider(self) -> str:
        """Where its cluster comes from."""
        return str(self.cluster.get("provider", _DEFAULT_PROVIDER))

    @property
    def is_live(self) -> bool:
        """Whether programs are to run on its simulated cluster."""
        return self.provider == _DEFAULT_PROVIDER and self.cluster.get("live") is True

    @property
    def live_programs(self) -> list[str] | None:
        """The projects whose programs are to run; None where none is named, or not as it should be."""
        named: object = self.cluster.get("livePrograms")
        if not isinstance(named, list):
            return None
        return [str(one) for one in cast("list[object]", named)]

    @property
    def is_local(self) -> bool:
        """Whether the stack lives on this machine only."""
        return self.provider not in REMOTE_PROVIDERS

    @property
    def qualified_name(self) -> str:
        """The name by which other stacks refer to it, on a file backend."""
        return f"organization/{self.project.name}/{self.name}"


def _read(file: Path) -> Mapping[str, Any]:
    try:
        content: object = yaml.safe_load(file.read_text()) or {}
    except (OSError, yaml.YAMLError) as error:
        raise DriverError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise DriverError(f"{file} is not a mapping of keys to values")
    return cast("Mapping[str, Any]", content)


def home_of(project: Project) -> Path:
    """The folder of everything that the project's local stacks keep.

    SLIPWAY_HOME, taken from the project's folder where it is relative, else `.slipway` there: the clusters of
    the stacks' programs are found by the same rule (components/clusters/simulated.py).
    """
    return (project.root / Path(os.environ.get("SLIPWAY_HOME") or ".slipway").expanduser()).resolve()
