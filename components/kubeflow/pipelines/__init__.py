"""Kubeflow Pipelines: the component, its settings, what it needs of storage, and what each team gets."""

from .args import PipelinesArgs, PipelinesDatabases
from .component import Pipelines
from .settings import PipelinesSettings
from .team import TeamPipelinesArgs, team_pipelines

__all__ = [
    "Pipelines",
    "PipelinesArgs",
    "PipelinesDatabases",
    "PipelinesSettings",
    "TeamPipelinesArgs",
    "team_pipelines",
]
