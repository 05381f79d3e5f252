"""A small stack, and what an overlay makes of it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from components.platform_settings import PlatformSettings, platform_settings
from components.settings_base import merged
from overlays.stack import layered
from tests.support.render import Object, Rendered, render

SMALL: Mapping[str, Any] = yaml.safe_load("""
cluster:
  provider: simulated
  nodePools:
    - {name: system, count: 2, cpu: "16", memory: 64Gi}
    - {name: gpu, count: 1, cpu: "96", memory: 1Ti, accelerator: {model: NVIDIA H100 80GB HBM3, count: 8}}
components:
  volumes: {enabled: false}
  tensorboards: {enabled: false}
  pipelines: {enabled: false}
  katib: {enabled: false}
  trainer: {enabled: false}
  spark: {enabled: false}
  modelRegistry: {enabled: false}
  serving: {enabled: false}
teams:
  vision: {owner: ann@example.com}
""")
"""Profiles, PodDefaults, dashboard and notebooks, with one team."""


def stack(*names: str, **settings: object) -> dict[str, Any]:
    """The settings of the small stack with overlays."""
    given = merged(merged(SMALL, settings), {"overlays": list(names)})
    return dict(layered(given, Path("/nowhere")).settings.values)


def checked(*names: str, **settings: object) -> PlatformSettings:
    """The same, validated."""
    return platform_settings(stack(*names, **settings))


def rendered(*names: str, webhooks: bool = False, **settings: object) -> Rendered:
    """What the small stack declares with overlays."""
    return render(stack(*names, **settings), webhooks=webhooks)


def key(one: Object) -> str:
    """What an object is called."""
    metadata = one["metadata"]
    return f"{one['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


def changed(before: Rendered, after: Rendered) -> tuple[set[str], set[str], set[str]]:
    """The objects that are new, gone, and changed."""
    old, new = ({key(one): one for one in each.objects} for each in (before, after))
    both = old.keys() & new.keys()
    return new.keys() - old.keys(), old.keys() - new.keys(), {one for one in both if old[one] != new[one]}


def pod(one: Object) -> Mapping[str, Any]:
    """The specification of a Deployment's pods."""
    return cast("Mapping[str, Any]", one["spec"]["template"]["spec"])


@cache
def plain() -> Rendered:
    """The small stack without overlays."""
    return rendered()
