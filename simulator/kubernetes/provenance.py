"""Who made a stack's Kubernetes resources: this plugin or Pulumi's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

__all__ = ["origin"]

MARK, MARK_VALUE = "__plugin", "stand-in"
FIELD_MANAGER = "__fieldManager"
# What Pulumi's plugin adds to its outputs (provider/pkg/provider/provider.go, checkpointObject).
THEIRS = ("__inputs", "__initialApiVersion")


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
