"""EKS, the managed Kubernetes of AWS. Its settings need no SDK; `cluster` imports the SDK of AWS."""

from .settings import AwsSettings

__all__ = ["AwsSettings"]
