"""How other projects' Helm charts are installed: where they come from, and what waits for what."""

from .chart import (
    ChartScope,
    Values,
    declare,
    keep_api_types,
    keep_from_enforcer,
    namespace,
    resources,
    types_alone,
    webhooks_ready,
)
from .images import images_of, installed
from .source import ChartSource, FolderSource, MirrorSource, RepositoriesSource, SourceSettings

__all__ = [
    "ChartScope",
    "ChartSource",
    "FolderSource",
    "MirrorSource",
    "RepositoriesSource",
    "SourceSettings",
    "Values",
    "declare",
    "images_of",
    "installed",
    "keep_api_types",
    "keep_from_enforcer",
    "namespace",
    "resources",
    "types_alone",
    "webhooks_ready",
]
