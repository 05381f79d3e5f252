"""AKS, the managed Kubernetes of Azure. Its settings need no SDK; `cluster` imports the SDK of Azure."""

from .settings import AzureSettings

__all__ = ["AzureSettings"]
