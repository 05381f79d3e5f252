"""The model registry, its web app, and the catalog."""

from .component import ModelRegistry, ModelRegistryArgs, problems
from .settings import ModelRegistrySettings
from .team import TeamModelRegistryArgs, team_model_registry

__all__ = [
    "ModelRegistry",
    "ModelRegistryArgs",
    "ModelRegistrySettings",
    "TeamModelRegistryArgs",
    "problems",
    "team_model_registry",
]
