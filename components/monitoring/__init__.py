"""Monitors and dashboards of the platform's own programs."""

from .component import Monitoring, MonitoringArgs
from .settings import MonitoringSettings

__all__ = ["Monitoring", "MonitoringArgs", "MonitoringSettings"]
