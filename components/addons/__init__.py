"""Other projects' infrastructure from their own charts: settings, and one call that declares all of it."""

from .installing import Addons, AddonsArgs, install_addons
from .settings import AddonsSettings

__all__ = ["Addons", "AddonsArgs", "AddonsSettings", "install_addons"]
