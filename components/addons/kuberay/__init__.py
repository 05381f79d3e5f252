"""KubeRay, as an add-on of the cluster."""

from .component import KubeRay, KubeRayArgs
from .settings import KubeRaySettings

__all__ = ["KubeRay", "KubeRayArgs", "KubeRaySettings"]
