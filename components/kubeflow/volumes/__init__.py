"""Volumes: the web app for teams' volumes, and the controller that opens one in the browser."""

from .component import Volumes, VolumesArgs
from .settings import VolumesSettings

__all__ = ["Volumes", "VolumesArgs", "VolumesSettings"]
