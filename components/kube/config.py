"""ConfigMaps whose changes reach the programs that read them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap

from .scope import Scope


@dataclass(frozen=True, kw_only=True)
class Config:
    """A ConfigMap that was declared.

    Attributes:
        name: its name as an Output, so that a reader comes after it.
        digest: hash of its data. In the annotations of a pod template (`config_hash` of `deployment`) it
            restarts the readers on a change, while the ConfigMap keeps the name that programs look for.
    """

    name: pulumi.Output[str]
    digest: str
    resource: ConfigMap


def config_map(
    scope: Scope,
    name: str,
    data: Mapping[str, str],
    *,
    app: str | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Config:
    """Declare a ConfigMap of the component's namespace."""
    metadata = scope.metadata(name, app=app, annotations=annotations)
    resource = ConfigMap(scope.unique(name), metadata=metadata, data=dict(data), opts=scope.options())
    return Config(name=resource.metadata.name, digest=digest(data), resource=resource)


def digest(data: Mapping[str, str]) -> str:
    """A short hash of configuration, the same on every machine."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
