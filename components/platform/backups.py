"""Copies of what servers in the cluster keep, where a stack has any."""

from ..contracts import Offer
from ..identity.secrets import GivenSecrets
from ..storage.backup.component import BackupArgs, Backups
from ..storage.backup.settings import ACCESS_KEY, SECRET_KEY
from ..storage.choice import DataServices
from .ground import Ground


def deploy_backups(ground: Ground, data: DataServices, secrets: GivenSecrets | None) -> dict[str, Offer]:
    """Declare the CronJobs for the servers that were made, if there are any and they are copied."""
    copied, settings = data.copied, data.settings.backup
    if not data.backups or not (copied.servers or copied.store):
        return {}
    given, keys = secrets or GivenSecrets(), None
    if settings.target is not None:
        keys = given.require(ACCESS_KEY), given.require(SECRET_KEY)
    made = Backups(
        "backups",
        BackupArgs(
            settings=settings,
            namespaces=ground.namespaces,
            servers=copied.servers,
            store=copied.store,
            keys=keys,
            mesh=ground.addons.mesh is not None,
            node_pools=ground.cluster.node_pools,
        ),
        ground.opts,
    )
    return {"backups": made.offer}
