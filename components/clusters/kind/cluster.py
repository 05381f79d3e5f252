"""A cluster of containers on this machine: kind, with all that belongs to it removed with it.

Needs a container engine (Docker, Podman or nerdctl); kind itself is found or obtained. Offers
contracts.Cluster: pods run their images, webhooks answer, and no Service gets an address of its own: ports of
this machine lead to ports of the nodes.
"""

from dataclasses import dataclass

import pulumi

from ...contracts import Capabilities, Cluster
from ...dynamic import kind as dynamic
from ...kube.pulling import pulled
from ...settings_base import SettingsError
from ..provider import cluster_provider
from .configuration import configuration
from .machine import MachineError, container_engine, problems
from .settings import KindSettings

STORAGE_CLASS = "standard"
"""The default class of kind's local path provisioner."""


@dataclass(frozen=True, kw_only=True)
class KindArgs:
    """What a kind cluster is made from. Each stack has one, of its own name."""

    settings: KindSettings
    stack: str


class KindCluster(pulumi.ComponentResource):
    """A kind cluster with its provider.

    Raises SettingsError where this machine cannot run it, before anything is declared.
    """

    contract: Cluster

    def __init__(self, name: str, args: KindArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        settings = args.settings
        engine = _engine(settings)
        super().__init__("slipway:clusters:Kind", name, None, opts)
        pools = settings.contracts()
        cluster = dynamic.KindCluster(
            name,
            cluster_name=f"slipway-{args.stack}".lower().replace("_", "-"),
            engine=engine,
            configuration=configuration(settings),
            mirrors=dict(settings.registry_mirrors),
            opts=pulumi.ResourceOptions(parent=self),
        )
        provider = cluster_provider(
            name,
            kubeconfig=cluster.kubeconfig,
            identifier=cluster.id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.contract = Cluster(
            name=args.stack,
            kubeconfig=cluster.kubeconfig,
            provider=provider,
            node_pools=pools,
            storage_class=STORAGE_CLASS,
            # The toolkit of this machine gives nodes the driver; nothing on them reports devices.
            capabilities=Capabilities(
                images="all",
                load_balancer=False,
                serves_pages=True,
                gpu_driver=True,
                gpu_device_plugin=False,
            ),
            objects_deleted_with=cluster,
            images=(pulled(settings.image),),
        )
        self.register_outputs({})


def _engine(settings: KindSettings) -> str:
    try:
        engine = container_engine(settings.engine)
    except MachineError as error:
        raise SettingsError(f"slipway:cluster: {error}") from None
    gpus = any(pool.accelerator for pool in settings.contracts())
    if found := list(problems(gpus=gpus, engine=engine)):
        raise SettingsError("\n".join(f"slipway:cluster: {text}" for text in found))
    return engine
