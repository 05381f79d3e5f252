"""GKE, the managed Kubernetes of Google Cloud. Its settings need no SDK; `cluster` imports that of Google Cloud."""

from .settings import GcpSettings

__all__ = ["GcpSettings"]
