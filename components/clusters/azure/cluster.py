"""A cluster on Azure Kubernetes Service, with its network, identities, keys, agent pools and storage classes.

It needs a subscription, and the group of Entra ID that administers it. Offers contracts.Cluster, with
AzureCloud for databases, object stores and workload identities.

On removal objects go first, while nodes, drivers and shared files are still there (the provider waits for
them when it is made, hence they for it when they go); then agent pools and cluster, and with the cluster
AKS's own resource group, with all load balancers and disks that Kubernetes made; network and keys last.
"""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import containerservice

from ...contracts import AzureCloud, Capabilities, Cluster
from ..provider import cluster_provider
from .control_plane import issuer_of, make_control_plane, make_lock, make_maintenance
from .encryption import make_encryption
from .files import make_shared_files
from .ground import Ground, make_ground
from .identity import make_identities
from .kubeconfig import with_login
from .logs import make_logs
from .network import make_network
from .plan import agent_pools
from .pool_settings import MACHINES
from .pools import make_placements, make_pool
from .settings import AzureSettings
from .storage_classes import DISKS, FILES, make_priorities, make_storage_classes


@dataclass(frozen=True, kw_only=True)
class AzureArgs:
    """What a cluster on Azure is made from. It is named after the stack unless the settings say."""

    settings: AzureSettings
    stack: str


class AzureCluster(pulumi.ComponentResource):
    """A cluster on AKS with its provider."""

    contract: Cluster

    def __init__(self, name: str, args: AzureArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:clusters:Azure", name, None, opts)
        settings = args.settings
        plans = agent_pools(settings)
        ground = make_ground(self, settings.named(args.stack), settings)
        identities = make_identities(ground)
        network = make_network(ground, identities)
        encryption = make_encryption(ground, identities)
        placements = make_placements(ground, identities, plans)
        cluster = make_control_plane(ground, identities, network, encryption, plans)
        pools = [make_pool(ground, cluster, network, plan, placements[plan.name]) for plan in plans[1:]]
        files = make_shared_files(ground, identities, network, encryption)
        make_maintenance(ground, cluster)
        make_logs(ground, cluster)
        make_lock(ground, cluster)
        kubeconfig = _kubeconfig(ground, cluster, identities.control_plane.tenant_id)
        provider = cluster_provider(
            ground.name,
            kubeconfig=kubeconfig,
            identifier=cluster.id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*pools, *(files.ready if files else ())]),
        )
        make_storage_classes(ground, provider, encryption, files)
        make_priorities(ground, provider, plans)
        self.contract = Cluster(
            name=ground.name,
            kubeconfig=kubeconfig,
            provider=provider,
            node_pools=tuple(pool.contract(MACHINES) for pool in settings.node_pools),
            storage_class=DISKS,
            shared_storage_class=FILES if files else None,
            capabilities=Capabilities(
                images="all",
                load_balancer=True,
                serves_pages=True,
                gpu_driver=settings.gpu_driver == "install",
                gpu_device_plugin=False,
            ),
            cloud=AzureCloud(
                location=settings.region,
                resource_group=ground.group.name,
                subscription_id=pulumi.Output.from_input(settings.subscription_id),
                tenant_id=identities.control_plane.tenant_id,
                vnet_id=network.vnet_id,
                endpoints_subnet_id=network.endpoints_subnet_id,
                oidc_issuer_url=issuer_of(cluster),
                tags=dict(ground.tags),
                key_vault_id=encryption.vault.id if encryption else None,
                key_vault_name=encryption.vault.name if encryption else None,
                key_vault_uri=encryption.vault_uri if encryption else None,
                zone_redundant=settings.zone_redundant,
                private_zones=settings.network.given.private_zones if settings.network.given else {},
            ),
        )
        self.register_outputs({})


def _kubeconfig(
    ground: Ground, cluster: containerservice.ManagedCluster, tenant: pulumi.Output[str]
) -> pulumi.Output[str]:
    credentials = containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=ground.group.name,
        resource_name=cluster.name,
        format="exec",
        opts=pulumi.InvokeOutputOptions(parent=ground.parent, provider=ground.provider),
    )
    # Taken out one by one: Output.all would turn the typed answer into plain dictionaries.
    encoded = credentials.apply(lambda answer: answer.kubeconfigs[0].value)
    return pulumi.Output.all(encoded, tenant).apply(
        lambda known: with_login(known[0], name=ground.name, login=ground.settings.login, tenant=known[1])
    )
