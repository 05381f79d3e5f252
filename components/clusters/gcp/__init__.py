"""GKE, the managed Kubernetes of Google Cloud. Its settings need no SDK; `cluster` imports one."""

from .settings import GcpSettings

__all__ = ["GcpSettings"]
