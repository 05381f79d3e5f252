"""A cluster of EKS with its network, node pools, add-ons and storage.

Needs an account of AWS and credentials for it, and on the machine that runs Pulumi the program `aws`. Offers
contracts.Cluster. On removal objects go first, while the controllers that made disks and load balancers for
them still run; then these; then nodes, add-ons, the control plane and the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s
from pulumi_aws import eks

from ...charts import ChartSource, images_of
from ...contracts import AwsCloud, Capabilities, Cluster
from ..provider import cluster_provider
from .addons import addons_before_nodes, addons_on_nodes
from .control_plane import access, control_plane, kubeconfig
from .controllers import Controllers, identities
from .encryption import key
from .network import Network, network
from .pins import pins
from .place import Place, place
from .pool_settings import machines
from .pools import node_security_group, pools
from .settings import AwsSettings
from .storage import BLOCK_CLASS, SHARED_CLASS, shared_files, storage_classes


@dataclass(frozen=True, kw_only=True)
class AwsArgs:
    """What a cluster of EKS is made from.

    Attributes:
        stack: its name, which is the cluster's unless the settings say.
        charts: where the charts of controllers come from.
    """

    settings: AwsSettings
    stack: str
    charts: ChartSource = field(default_factory=ChartSource)


class AwsCluster(pulumi.ComponentResource):
    """A cluster of EKS."""

    contract: Cluster

    def __init__(self, name: str, args: AwsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:clusters:Aws", name, None, opts)
        here = place(args.settings, args.stack, parent=self)
        key_arn = key(here)
        net = network(here, key_arn)
        cluster = control_plane(here, net, key_arn)
        entries = access(here, cluster)
        first = addons_before_nodes(here, cluster)
        nodes = pools(here, net, cluster, key_arn=key_arn, after=first)
        addons = addons_on_nodes(here, cluster, key_arn, nodes)
        roles = identities(here, cluster, net)
        config = kubeconfig(here, cluster)
        # Two providers of one cluster: through the first come the controllers and storage classes, for which
        # all other objects wait.
        ground = _provider(
            here, "ground", config, cluster, [*net.ready, *entries, *first, *nodes, *addons, *roles]
        )
        group = node_security_group(cluster)
        files = shared_files(here, net, key_arn=key_arn, nodes=group)
        classes = storage_classes(here, ground, key_arn=key_arn, files=files)
        running = Controllers(here, ground, net, source=args.charts).ready
        provider = _provider(here, "objects", config, cluster, [*classes, *running])
        self.contract = Cluster(
            name=here.cluster,
            kubeconfig=config,
            provider=provider,
            node_pools=tuple(pool.contract(machines()) for pool in args.settings.node_pools),
            storage_class=BLOCK_CLASS,
            shared_storage_class=SHARED_CLASS if files else None,
            # The image for NVIDIA brings the driver and the container toolkit, and no device plugin.
            capabilities=Capabilities(
                images="all",
                load_balancer=True,
                serves_pages=True,
                gpu_driver=True,
                gpu_device_plugin=False,
            ),
            cloud=_cloud(here, net, cluster, key_arn, group),
            images=images_of(*pins(args.settings)),
        )
        self.register_outputs({})


def _provider(
    here: Place,
    purpose: str,
    config: pulumi.Output[str],
    cluster: eks.Cluster,
    after: Sequence[pulumi.Resource],
) -> k8s.Provider:
    return cluster_provider(
        here.name(purpose),
        kubeconfig=config,
        identifier=cluster.arn,
        opts=pulumi.ResourceOptions(parent=here.parent, depends_on=list(after)),
    )


def _cloud(
    here: Place,
    net: Network,
    cluster: eks.Cluster,
    key_arn: pulumi.Output[str],
    group: pulumi.Output[str],
) -> AwsCloud:
    settings = here.settings
    return AwsCloud(
        region=settings.region,
        partition=settings.partition,
        account_id=pulumi.Output.from_input(settings.account),
        cluster_name=cluster.name,
        vpc_id=net.vpc_id,
        vpc_cidr=pulumi.Output.from_input(net.cidr),
        private_subnet_ids=tuple(net.private.values()),
        node_security_group_id=group,
        kms_key_arn=key_arn,
        oidc_issuer_url=cluster.identities.apply(_issuer),
        tags=here.tags,
    )


def _issuer(identities: Sequence[eks.outputs.ClusterIdentity]) -> str:
    """EKS gives one identity with one issuer (pulumi_aws, eks.Cluster.identities)."""
    return next(issuer.issuer for one in identities for issuer in one.oidcs or () if issuer.issuer)
