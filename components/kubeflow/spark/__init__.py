"""Spark: jobs of Apache Spark as Kubernetes objects, by the Spark operator."""

from .component import Spark, SparkArgs
from .settings import SparkSettings
from .team import TeamSpark, TeamSparkArgs

__all__ = ["Spark", "SparkArgs", "SparkSettings", "TeamSpark", "TeamSparkArgs"]
