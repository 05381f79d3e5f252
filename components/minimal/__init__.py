"""A platform for one person, without mesh and login: reachable from localhost only."""

from .component import LocalProxy, LocalProxyArgs, WayIn, WayInArgs
from .settings import MinimalSettings

__all__ = ["LocalProxy", "LocalProxyArgs", "MinimalSettings", "WayIn", "WayInArgs"]
