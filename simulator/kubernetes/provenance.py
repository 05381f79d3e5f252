"""Who made a stack's Kubernetes resources: this plugin or Pulumi's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

__all__ = ["marks", "origin", "recorded_manager"]

MARK, MARK_VALUE = "__plugin", "stand-in"
# A field manager of another form than ours, which the program or an older state named.
FIELD_MANAGER = "__fieldManager"
OURS = "pulumi-kubernetes-"
# What Pulumi's plugin adds to its outputs (provider/pkg/provider/provider.go, checkpointObject).
THEIRS = ("__inputs", "__initialApiVersion")


def marks(manager: str) -> dict[str, str]:
    """Return what a resource's outputs say of this plugin, and of the manager under which it applies.

    As short as can be: the engine writes the state of every object anew with each step.
    """
    if manager.startswith(OURS):
        return {MARK: f"{MARK_VALUE} {manager.removeprefix(OURS)}"}
    return {MARK: MARK_VALUE, FIELD_MANAGER: manager}


def recorded_manager(outputs: Mapping[str, Any]) -> str | None:
    """Return the field manager that a resource's outputs name, None without one."""
    if given := outputs.get(FIELD_MANAGER):
        return str(given)
    _, _, own = str(outputs.get(MARK) or "").partition(" ")
    return f"{OURS}{own}" if own else None


def origin(deployment: Mapping[str, Any]) -> Literal["stand-in", "plugin"] | None:
    """Tell which plugin made the Kubernetes resources in what `pulumi stack export` prints.

    None where there are none. Raises ValueError where both made some: neither can go on from there.
    """
    found: dict[str, str] = {}
    for resource in _resources(deployment):
        outputs = cast("Mapping[str, Any]", resource.get("outputs") or {})
        urn = str(resource.get("urn"))
        if not resource.get("custom") or not str(resource.get("type")).startswith("kubernetes:"):
            continue
        if MARK in outputs:
            found.setdefault("stand-in", urn)
        elif any(key in outputs for key in THEIRS):
            found.setdefault("plugin", urn)
    if len(found) == 2:
        message = (
            f"two plugins made the stack's Kubernetes resources: the stand-in made {found['stand-in']}, "
            f"Pulumi's own made {found['plugin']}"
        )
        raise ValueError(message)
    return "stand-in" if "stand-in" in found else "plugin" if found else None


def _resources(deployment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inner = cast("Mapping[str, Any]", deployment.get("deployment") or deployment)
    return cast("list[Mapping[str, Any]]", inner.get("resources") or [])
