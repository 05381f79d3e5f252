"""Node pools of the cluster, as managed node groups of EKS."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2, eks, vpc

from ..machines import Machine
from .identity import Role, role
from .launch_templates import launch_template
from .network import Network
from .node_groups import NodeGroup, hints, node_groups, node_labels
from .place import Place
from .pool_settings import machines

_EFFECTS = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}


def node_security_group(cluster: eks.Cluster) -> pulumi.Output[str]:
    """The security group that EKS makes for control plane and nodes; all its members reach each other."""
    return cluster.vpc_config.apply(lambda given: given.cluster_security_group_id or "")


def pools(
    place: Place,
    network: Network,
    cluster: eks.Cluster,
    *,
    key_arn: pulumi.Output[str],
    after: Sequence[pulumi.Resource],
) -> list[pulumi.Resource]:
    """The node groups of every pool. `after` is what nodes need in order to become ready."""
    settings = place.settings
    nodes = role(
        place,
        "nodes",
        service="ec2",
        managed=("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"),
    )
    group = node_security_group(cluster)
    waits = [*after, *network.ready, *nodes.rights]
    if any(pool.efa for pool in settings.node_pools):
        waits.append(_fabric(place, group))
    made: list[pulumi.Resource] = []
    for pool in settings.node_pools:
        template = launch_template(place, pool, key_arn=key_arn, node_group=group)
        made += [
            _node_group(place, network, cluster, one, nodes=nodes, template=template, after=waits)
            for one in node_groups(pool, settings.all_zones)
        ]
    return made


def _fabric(place: Place, group: pulumi.Output[str]) -> pulumi.Resource:
    """EFA wants a rule for what goes out to the group itself; one for every address does not do."""
    return vpc.SecurityGroupEgressRule(
        place.name("efa"),
        security_group_id=group,
        referenced_security_group_id=group,
        ip_protocol="-1",
        description="Elastic Fabric Adapters of nodes to each other",
        opts=place.options(),
    )


def _node_group(
    place: Place,
    network: Network,
    cluster: eks.Cluster,
    group: NodeGroup,
    *,
    nodes: Role,
    template: ec2.LaunchTemplate,
    after: Sequence[pulumi.Resource],
) -> eks.NodeGroup:
    pool = group.pool
    return eks.NodeGroup(
        group.name,
        cluster_name=cluster.name,
        node_role_arn=nodes.arn,
        subnet_ids=[network.private[zone] for zone in group.zones],
        version=place.settings.version,
        ami_type=image_type(pool.machine(machines())),
        capacity_type=group.capacity,
        launch_template=eks.NodeGroupLaunchTemplateArgs(
            id=template.id, version=template.latest_version.apply(str)
        ),
        scaling_config=eks.NodeGroupScalingConfigArgs(
            min_size=group.least, max_size=group.most, desired_size=group.least
        ),
        update_config=eks.NodeGroupUpdateConfigArgs(max_unavailable_percentage=33),
        node_repair_config=eks.NodeGroupNodeRepairConfigArgs(enabled=True),
        labels=node_labels(pool),
        taints=[
            eks.NodeGroupTaintArgs(key=taint.key, value=taint.value, effect=_EFFECTS[taint.effect])
            for taint in pool.effective_taints(machines())
        ],
        tags=hints(pool),
        # How many there are is the autoscaler's.
        opts=place.options(depends_on=after, ignore_changes=["scalingConfig.desiredSize"]),
    )


def image_type(machine: Machine) -> str:
    """The kind of EKS image (Amazon Linux 2023); that for NVIDIA brings driver and container toolkit."""
    processor = "ARM_64" if machine.architecture == "arm64" else "x86_64"
    return f"AL2023_{processor}_{'NVIDIA' if machine.model else 'STANDARD'}"
