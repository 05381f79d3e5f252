"""The state of a stack on the file backend, read and mended without the engine.

The backend writes a new file and renames it over the old one, keeping a copy of the old as `.bak` (pulumi
v3.250, pkg/backend/diy/state.go). A killed engine therefore leaves a whole file; a machine that lost power
may leave an empty one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from simulator.driver.errors import DriverError
from simulator.driver.home import Home

Deployment = dict[str, Any]
"""What `pulumi stack export` shows as `deployment` (apitype.DeploymentV3)."""

CREATING = "creating"


@dataclass(frozen=True)
class Pending:
    """An operation that was under way when the engine ended: its kind, and the resource."""

    kind: str
    urn: str
    type: str


class Checkpoint:
    """The state file of one local stack."""

    def __init__(self, home: Home) -> None:
        """Look at the state of the stack that `home` belongs to."""
        self._home = home
        self._project = home.state / ".pulumi"
        stack = home.stack
        self.file = self._project / "stacks" / stack.project.name / f"{stack.name}.json"

    @property
    def exists(self) -> bool:
        """Whether the stack has a state, readable or not."""
        return self.file.exists()

    def read(self) -> Deployment:
        """The deployment; empty where there is none. Raises DriverError where it cannot be read."""
        if not self.exists:
            return {}
        deployment = _deployment(self.file)
        if deployment is None:
            raise DriverError(f"the state of stack '{self._home.stack.name}' cannot be read: {self.file}")
        return deployment

    def mend(self) -> Path | None:
        """Put a copy in the place of a state that cannot be read, and return which; None where all is well.

        What was done after the copy was made is done again: objects that exist are adopted.
        """
        self._sweep()
        if not self.exists or _deployment(self.file) is not None:
            return None
        for copy in self._copies():
            if _deployment(copy) is not None:
                broken = self.file.with_name(self.file.name + ".broken")
                shutil.copy2(self.file, broken)
                whole = self.file.with_name(self.file.name + ".restored.tmp")
                shutil.copy2(copy, whole)
                whole.replace(self.file)
                broken.unlink()
                return copy
        stack = self._home.stack.name
        raise DriverError(
            f"the state of stack '{stack}' cannot be read, and no copy of it either: {self.file}. "
            f"`make down STACK={stack}` removes the stack with its cluster, "
            f"`make up STACK={stack}` then makes it anew"
        )

    def discard(self) -> None:
        """Forget the state with its copies."""
        for file in self.file.parent.glob(self.file.name + "*"):
            file.unlink(missing_ok=True)

    def _copies(self) -> Iterator[Path]:
        yield self.file.with_name(self.file.name + ".bak")
        stack = self._home.stack
        kept = [
            *(self._project / "backups" / stack.project.name / stack.name).glob("*.json*"),
            *(self._project / "history" / stack.project.name / stack.name).glob("*.checkpoint.json*"),
        ]
        yield from sorted(kept, key=lambda file: file.stat().st_mtime, reverse=True)

    def _sweep(self) -> None:
        """Remove what a killed engine was about to write."""
        for leftover in self.file.parent.glob(self.file.name + "*.tmp"):
            leftover.unlink(missing_ok=True)


def resources(deployment: Deployment) -> list[dict[str, Any]]:
    """The resources of a deployment."""
    return cast("list[dict[str, Any]]", deployment.get("resources") or [])


def outputs(deployment: Deployment) -> dict[str, Any]:
    """The stack's outputs; those that are secret are encrypted."""
    for resource in resources(deployment):
        if resource["type"] == "pulumi:pulumi:Stack":
            return resource.get("outputs") or {}
    return {}


def operations(deployment: Deployment) -> list[dict[str, Any]]:
    """The operations that were under way when the engine ended, as the state has them."""
    return cast("list[dict[str, Any]]", deployment.get("pending_operations") or [])


def pending(deployment: Deployment) -> list[Pending]:
    """The operations that were under way when the engine ended."""
    return [
        Pending(operation["type"], operation["resource"]["urn"], operation["resource"]["type"])
        for operation in operations(deployment)
    ]


def _deployment(file: Path) -> Deployment | None:
    try:
        content: dict[str, Any] = json.loads(file.read_bytes())
        latest = content["checkpoint"]["latest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # A stack that was made and never brought up has none.
    return cast("Deployment", latest or {}) if isinstance(latest, dict | None) else None
