"""Kubeflow Pipelines: the component, its settings, what it needs of storage, and what each team gets."""

from .args import PipelinesArgs, PipelinesDatabases
from .component import Pipelines
from .settings import PipelinesSettings
from .team import TeamPipelines, TeamPipelinesArgs

__all__ = [
    "Pipelines",
    "PipelinesArgs",
    "PipelinesDatabases",
    "PipelinesSettings",
    "TeamPipelines",
    "TeamPipelinesArgs",
]
