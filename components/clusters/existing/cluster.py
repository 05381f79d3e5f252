"""A cluster that is already there. It is looked at before anything is changed, and never removed.

Offers contracts.Cluster. Its kubeconfig comes from a file, a secret of the stack, or another stack's outputs.
"""

from dataclasses import dataclass, field

import pulumi

from ...contracts import Capabilities, Cluster
from ...settings_base import SettingsError
from ..provider import cluster_provider
from ..reference import Referred
from .inspection import ClusterError, Found, inspect
from .settings import ExistingSettings


@dataclass(frozen=True, kw_only=True)
class ExistingArgs:
    """What makes the contract of a cluster that is there.

    Attributes:
        kubeconfig: its text; secret.
        referred: what the other stack says of its cluster; None where there is no such stack.
    """

    settings: ExistingSettings
    stack: str
    kubeconfig: str = field(repr=False)
    referred: Referred | None = None


class ExistingCluster(pulumi.ComponentResource):
    """A cluster that is already there, with a provider for it.

    Raises SettingsError where it cannot be used, before anything is declared.
    """

    contract: Cluster

    def __init__(self, name: str, args: ExistingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        settings, referred = args.settings, args.referred
        wanted = settings.storage_class or (referred.storage_class if referred else None)
        found = _look(args, wanted)
        super().__init__("slipway:clusters:Existing", name, None, opts)
        kubeconfig = pulumi.Output.secret(args.kubeconfig)
        provider = cluster_provider(
            name,
            kubeconfig=kubeconfig,
            context=settings.context,
            identifier=found.identity,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.contract = Cluster(
            name=referred.name if referred else args.stack,
            kubeconfig=kubeconfig,
            provider=provider,
            node_pools=referred.node_pools if referred else tuple(p.contract for p in settings.node_pools),
            storage_class=found.storage_class,
            shared_storage_class=settings.shared_storage_class
            or (referred.shared_storage_class if referred else None),
            capabilities=referred.capabilities if referred else _capabilities(settings),
            cloud=referred.cloud if referred else None,
        )
        self.register_outputs({})


def _look(args: ExistingArgs, storage_class: str | None) -> Found:
    try:
        found = inspect(args.kubeconfig, context=args.settings.context, storage_class=storage_class)
    except ClusterError as error:
        lines = str(error).splitlines()
        raise SettingsError("\n".join(f"slipway:cluster: {line}" for line in lines)) from None
    pulumi.log.info(found.text)
    return found


def _capabilities(settings: ExistingSettings) -> Capabilities:
    return Capabilities(
        images="all",
        load_balancer=settings.load_balancer,
        serves_pages=True,
        gpu_driver=settings.gpu_driver,
        gpu_device_plugin=settings.gpu_device_plugin,
    )
