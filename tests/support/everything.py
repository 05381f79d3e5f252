"""A stack with all that it can have: every component, and every option that is off by default."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from components.platform_settings import platform_settings
from components.settings_base import Settings, merged
from tests.support.render import MINIMAL, Rendered, render

_COMPONENTS = """
notebooks:
  culling: {enabled: true}
trainer:
  controller: {statusServer: {enabled: true}}
trainingOperator: {enabled: true}
spark:
  batchScheduler: {enabled: true}
serving:
  localModels:
    enabled: true
    path: /var/models
    nodeGroups: [{name: models, nodePool: system, storageLimit: 100Gi}]
"""


@cache
def everything() -> Rendered:
    """All of it, on a cluster whose API server reaches webhooks in pods."""
    return everything_with({})


def everything_with(settings: Mapping[str, Any]) -> Rendered:
    """All of it, and further settings as below `slipway:`."""
    return render(merged(_stack(), settings), webhooks=True)


def _stack() -> dict[str, object]:
    components = yaml.safe_load(_COMPONENTS)
    return {**yaml.safe_load(MINIMAL), "components": components, "data": {"backup": {"enabled": True}}}


def options_left_off() -> list[str]:
    """Keys of what `everything` could switch on and does not."""
    return list(_off(platform_settings(_stack()).components, "components"))


def _off(settings: Settings, path: str) -> Iterator[str]:
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        key = f"{path}.{field.alias or name}"
        if name == "enabled" and value is False:
            yield key
        elif isinstance(value, Settings):
            yield from _off(value, key)
