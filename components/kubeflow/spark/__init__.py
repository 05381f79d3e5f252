"""Spark: jobs of Apache Spark as Kubernetes objects, by the Spark operator."""

from .component import Spark, SparkArgs
from .settings import SparkSettings
from .team import TeamSparkArgs, team_spark

__all__ = ["Spark", "SparkArgs", "SparkSettings", "TeamSparkArgs", "team_spark"]
