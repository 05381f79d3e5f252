"""Profiles: a namespace for each team, and who belongs to it."""

from .component import Profiles, ProfilesArgs
from .settings import ProfilesSettings

__all__ = ["Profiles", "ProfilesArgs", "ProfilesSettings"]
