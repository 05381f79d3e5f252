"""The APIs of a project that a cluster needs."""

import pulumi
import pulumi_gcp as gcp

from .settings import GcpSettings

COMPUTE = "compute"
CONTAINER = "container"
FILESTORE = "file"
IAM = "iam"
IMAGE_STREAMING = "containerfilesystem"
KMS = "cloudkms"
SERVICE_NETWORKING = "servicenetworking"


def needed(settings: GcpSettings) -> tuple[str, ...]:
    """The APIs that these settings need, without `.googleapis.com`."""
    names = [COMPUTE, CONTAINER, IAM, SERVICE_NETWORKING]
    if settings.encryption.enabled:
        names.append(KMS)
    if settings.storage.shared:
        names.append(FILESTORE)
    if settings.image_streaming:
        names.append(IMAGE_STREAMING)
    return tuple(names)


def enable(
    name: str, settings: GcpSettings, parent: pulumi.Resource, provider: gcp.Provider
) -> dict[str, gcp.projects.Service]:
    """Enable the APIs, or nothing where others do so. Removing the stack leaves them enabled.

    Other things in the project may use them, and disabling one deletes what it manages.
    """
    if not settings.enable_apis:
        return {}
    return {
        api: gcp.projects.Service(
            f"{name}-{api}",
            project=settings.project,
            service=f"{api}.googleapis.com",
            disable_on_destroy=False,
            disable_dependent_services=False,
            opts=pulumi.ResourceOptions(parent=parent, provider=provider),
        )
        for api in needed(settings)
    }
