"""Trainer: training jobs from runtimes, on JobSet."""

from .component import Trainer, TrainerArgs
from .node_pools import problems
from .settings import TrainerSettings

__all__ = ["Trainer", "TrainerArgs", "TrainerSettings", "problems"]
