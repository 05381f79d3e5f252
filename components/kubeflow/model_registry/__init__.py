"""The model registry, its web app, and the catalog."""

from .catalog import catalog_pods
from .component import ModelRegistry, ModelRegistryArgs, problems
from .server import registry_pods
from .settings import ModelRegistrySettings
from .team import TeamModelRegistryArgs, team_model_registry

__all__ = [
    "ModelRegistry",
    "ModelRegistryArgs",
    "ModelRegistrySettings",
    "TeamModelRegistryArgs",
    "catalog_pods",
    "problems",
    "registry_pods",
    "team_model_registry",
]
