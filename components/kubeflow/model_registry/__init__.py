"""The model registry, its web app, and the catalog."""

from .component import ModelRegistry, ModelRegistryArgs, problems
from .settings import ModelRegistrySettings
from .team import TeamModelRegistry, TeamModelRegistryArgs

__all__ = [
    "ModelRegistry",
    "ModelRegistryArgs",
    "ModelRegistrySettings",
    "TeamModelRegistry",
    "TeamModelRegistryArgs",
    "problems",
]
