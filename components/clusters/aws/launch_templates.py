"""How the machines of a pool start: disk, network cards, metadata service, reserved capacity."""

import base64

import pulumi
from pulumi_aws import ec2

from ..machines import Machine
from .node_groups import adapters
from .place import Place
from .pool_settings import AwsPoolSettings, ReservationSettings, machines

# A machine's local disks become one, for images and what pods write, where the image of EKS finds any
# (awslabs/amazon-eks-ami, nodeadm, InstanceOptions.localStorage).
_LOCAL_DISKS = """\
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="NODE"

--NODE
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0

--NODE--
"""


def launch_template(
    place: Place, pool: AwsPoolSettings, *, key_arn: pulumi.Output[str], node_group: pulumi.Output[str]
) -> ec2.LaunchTemplate:
    """The launch template of a pool. `node_group` is the security group of nodes."""
    machine = pool.machine(machines())
    tags = {**place.tags, "Name": f"{place.cluster}-{pool.name}"}
    interfaces = _interfaces(machine, node_group) if pool.efa else None
    return ec2.LaunchTemplate(
        place.name(pool.name),
        instance_type=machine.name,
        update_default_version=True,
        block_device_mappings=[
            ec2.LaunchTemplateBlockDeviceMappingArgs(
                device_name="/dev/xvda",
                ebs=ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                    volume_type="gp3",
                    volume_size=pool.disk_size,
                    throughput=_throughput(machine),
                    encrypted="true",
                    kms_key_id=key_arn,
                    delete_on_termination="true",
                ),
            )
        ],
        # One hop: what has the node's own network reaches the service, and no other pod gets the node's role.
        metadata_options=ec2.LaunchTemplateMetadataOptionsArgs(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        vpc_security_group_ids=None if interfaces else [node_group],
        network_interfaces=interfaces,
        placement=_placement(place, pool),
        user_data=base64.b64encode(_LOCAL_DISKS.encode()).decode() if machine.model else None,
        capacity_reservation_specification=_reserved(pool.reservation),
        instance_market_options=_market(pool.reservation),
        tag_specifications=[
            ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
            for kind in ("instance", "volume", "network-interface")
        ],
        tags=tags,
        opts=place.options(),
    )


def _throughput(machine: Machine) -> int:
    """MiB a second of the boot disk: images of GPU work are tens of gigabytes. 125 cost nothing."""
    return 500 if machine.model else 125


def _interfaces(
    machine: Machine, node_group: pulumi.Output[str]
) -> list[ec2.LaunchTemplateNetworkInterfaceArgs]:
    """One network interface for each card.

    The first has an address (`efa`, or a plain interface where its card takes no adapter), the others carry
    the fabric alone (`efa-only`) and use up no addresses. Device index 0 is the first interface of the
    machine, 1 that of a further card (Amazon EC2, network cards).
    """
    count = adapters(machine)
    first = machine.features.get("cards", count) - count
    return [
        ec2.LaunchTemplateNetworkInterfaceArgs(
            network_card_index=card,
            device_index=0 if card == 0 else 1,
            interface_type=("interface" if first else "efa") if card == 0 else "efa-only",
            # EC2 refuses to be told where there are several; then it gives none.
            associate_public_ip_address="false" if first + count == 1 else None,
            delete_on_termination="true",
            security_groups=[node_group],
        )
        for card in range(first + count)
    ]


def _placement(place: Place, pool: AwsPoolSettings) -> ec2.LaunchTemplatePlacementArgs | None:
    """One placement group for nodes that train together; Capacity Blocks are near each other as they are."""
    if not pool.efa or (pool.reservation and pool.reservation.kind == "capacityBlock"):
        return None
    group = ec2.PlacementGroup(place.name(pool.name), strategy="cluster", opts=place.options())
    return ec2.LaunchTemplatePlacementArgs(group_name=group.name)


def _reserved(
    given: ReservationSettings | None,
) -> ec2.LaunchTemplateCapacityReservationSpecificationArgs | None:
    if given is None:
        return None
    target = ec2.LaunchTemplateCapacityReservationSpecificationCapacityReservationTargetArgs(
        capacity_reservation_id=given.id, capacity_reservation_resource_group_arn=given.resource_group
    )
    return ec2.LaunchTemplateCapacityReservationSpecificationArgs(capacity_reservation_target=target)


def _market(
    given: ReservationSettings | None,
) -> ec2.LaunchTemplateInstanceMarketOptionsArgs | None:
    """A Capacity Block is bought as such; whether nodes are spot is said by their node group."""
    if given is None or given.kind != "capacityBlock":
        return None
    return ec2.LaunchTemplateInstanceMarketOptionsArgs(market_type="capacity-block")
