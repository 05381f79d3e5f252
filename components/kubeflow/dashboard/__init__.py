"""The Central Dashboard: the one page that leads to all others."""

from .component import Dashboard, DashboardArgs, dashboard_pods
from .settings import DashboardSettings

__all__ = ["Dashboard", "DashboardArgs", "DashboardSettings", "dashboard_pods"]
