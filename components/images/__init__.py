"""Where a stack's images come from: a mirror, a lock file with their digests, and the gate at preview."""

from .settings import AirgapSettings, ImagesSettings
from .source import image_source, pull_secret_problem

__all__ = ["AirgapSettings", "ImagesSettings", "image_source", "pull_secret_problem"]
