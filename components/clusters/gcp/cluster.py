"""A GKE cluster: network, control plane, node pools, key, classes of volumes. Offers contracts.Cluster.

It needs an account that may make these (docs/clusters/gcp.md) and, on the machine that runs Pulumi,
`gke-gcloud-auth-plugin`.
"""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from ...contracts import Capabilities, Cluster, GcpCloud
from ...settings_base import SettingsError
from ..provider import cluster_provider
from .apis import enable
from .control_plane import control_plane
from .encryption import encryption_of
from .identity import node_account
from .kubeconfig import kubeconfig_of
from .network import admit_control_plane, network_of
from .node_pools import node_pools
from .scope import Scope
from .settings import GcpSettings, is_cluster_name
from .storage_classes import BLOCK, SHARED, storage_classes


@dataclass(frozen=True, kw_only=True)
class GcpArgs:
    """What a GKE cluster is made from. Its name is the stack's unless the settings say one."""

    settings: GcpSettings
    stack: str

    @property
    def name(self) -> str:
        """Name of the cluster. Raises SettingsError where GKE would refuse that of the stack."""
        name = self.settings.name or self.stack
        if not is_cluster_name(name):
            raise SettingsError(
                f"slipway:cluster.name: is missing, and '{name}', the stack's, is none that GKE takes (at "
                "most 40 lower-case letters, digits and '-', starting with a letter): give one."
            )
        return name


class GcpCluster(pulumi.ComponentResource):
    """A regional GKE cluster with private nodes."""

    contract: Cluster

    def __init__(self, name: str, args: GcpArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:clusters:Gcp", name, None, opts)
        settings = args.settings
        scope = _scope(self, args.name, settings)
        network = network_of(scope)
        nodes = node_account(scope)
        encryption = encryption_of(scope)
        webhooks = admit_control_plane(scope, network, nodes.email)
        cluster = control_plane(scope, network, nodes, encryption)
        pools = node_pools(scope, cluster, nodes, encryption, before=network.ways_out)

        kubeconfig = kubeconfig_of(cluster, scope.name)
        provider = cluster_provider(
            name,
            kubeconfig=kubeconfig,
            identifier=cluster.id,
            # All objects go before nodes, webhooks' way in and Filestore's connection do: their disks,
            # load balancers and shares are deleted by controllers that still run.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*pools, webhooks, network.private_services]),
        )
        storage_classes(
            settings.storage,
            network,
            encryption,
            scope.labels,
            pulumi.ResourceOptions(parent=self, provider=provider),
        )
        self.contract = Cluster(
            name=scope.name,
            kubeconfig=kubeconfig,
            provider=provider,
            node_pools=settings.contracts(),
            storage_class=BLOCK,
            shared_storage_class=SHARED if settings.storage.shared else None,
            capabilities=Capabilities(
                images="all",
                load_balancer=True,
                serves_pages=True,
                # GKE brings NVIDIA's driver and a device plugin of its own, sharing and partitions included.
                gpu_driver=True,
                gpu_device_plugin=True,
            ),
            cloud=GcpCloud(
                project=settings.project,
                region=settings.region,
                network_id=network.self_link,
                private_services=network.private_services,
                # The issuer of a GKE cluster is its address in Google's API.
                oidc_issuer_url=cluster.name.apply(
                    lambda found: (
                        "https://container.googleapis.com/v1/projects/"
                        f"{settings.project}/locations/{settings.region}/clusters/{found}"
                    )
                ),
                workload_pool=f"{settings.project}.svc.id.goog",
                kms_key_id=encryption.key if encryption else None,
                labels=scope.labels,
                enables_apis=settings.enable_apis,
            ),
        )
        self.register_outputs({})


def _scope(parent: pulumi.Resource, name: str, settings: GcpSettings) -> Scope:
    provider = gcp.Provider(
        f"{name}-gcp",
        project=settings.project,
        region=settings.region,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return Scope(
        name=name,
        settings=settings,
        parent=parent,
        provider=provider,
        labels=dict(settings.tags),
        apis=enable(name, settings, parent, provider),
    )
