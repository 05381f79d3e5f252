"""The key of Cloud KMS that encrypts Secrets, boot disks and volumes."""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from .apis import COMPUTE, CONTAINER, FILESTORE, KMS
from .scope import Scope

ROTATION = "7776000s"
"""90 days: what is written later is encrypted with the new version, the old ones decrypt what is there."""

DESTROYED_AFTER = "2592000s"
"""30 days, in which a deleted key can be restored, and with it the disks and backups it encrypted."""

ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

# The service agents that use the key: who encrypts, and the name that its address has.
# Google Cloud documentation, "Service agents".
_AGENTS = {CONTAINER: "container-engine-robot", COMPUTE: "compute-system", FILESTORE: "cloud-filer"}


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """The key, and the grants without which nothing can be encrypted with it."""

    key: pulumi.Output[str]
    grants: tuple[pulumi.Resource, ...]


def encryption_of(scope: Scope) -> Encryption | None:
    """Make the key, or take the one that is there; None where Google's own keys encrypt."""
    settings = scope.settings
    if not settings.encryption.enabled:
        return None
    key = pulumi.Output.from_input(settings.encryption.key) if settings.encryption.key else _made(scope)
    number = gcp.organizations.get_project_output(
        project_id=settings.project,
        opts=pulumi.InvokeOutputOptions(parent=scope.parent, provider=scope.provider),
    ).number
    grants = [
        gcp.kms.CryptoKeyIAMMember(
            f"{scope.name}-{api}",
            crypto_key_id=key,
            role=ROLE,
            member=number.apply(
                lambda number, agent=agent: f"serviceAccount:service-{number}@{agent}.iam.gserviceaccount.com"
            ),
            opts=scope.opts(depends_on=_agent(scope, api)),
        )
        for api, agent in _AGENTS.items()
        if api != FILESTORE or settings.storage.shared not in (None, "basicHdd")
    ]
    return Encryption(key=key, grants=tuple(grants))


def _made(scope: Scope) -> pulumi.Output[str]:
    settings = scope.settings
    # A key ring can never be deleted: its name ends in random letters, so that the stack can be made again.
    ring = gcp.kms.KeyRing(
        f"{scope.name}-keys", project=settings.project, location=settings.region, opts=scope.opts(apis=[KMS])
    )
    key = gcp.kms.CryptoKey(
        f"{scope.name}-key",
        key_ring=ring.id,
        purpose="ENCRYPT_DECRYPT",
        rotation_period=ROTATION,
        destroy_scheduled_duration=DESTROYED_AFTER,
        labels=scope.labels,
        opts=scope.opts(),
    )
    return key.id.apply(str)


def _agent(scope: Scope, api: str) -> list[pulumi.Resource]:
    """What makes the service agent of an API, which else may come with its first use only."""
    if api == COMPUTE:
        return [scope.apis[api]] if api in scope.apis else []
    return [
        gcp.projects.ServiceIdentity(
            f"{scope.name}-{api}",
            project=scope.settings.project,
            service=f"{api}.googleapis.com",
            opts=scope.opts(apis=[api]),
        )
    ]
