"""Volumes: a disk for one node (EBS), and a shared file system for many (EFS)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_aws import ec2, efs, vpc
from pulumi_kubernetes.storage.v1 import StorageClass

from .network import Network
from .place import Place

BLOCK_CLASS = "gp3"
SHARED_CLASS = "efs"


@dataclass(frozen=True, kw_only=True)
class SharedFiles:
    """A file system that every zone of the cluster reaches; volumes need `ready`."""

    id: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...]


def shared_files(
    place: Place, network: Network, *, key_arn: pulumi.Output[str], nodes: pulumi.Output[str]
) -> SharedFiles | None:
    """An encrypted file system, open to the security group of nodes alone; None where none is wanted."""
    settings = place.settings.shared_storage
    if not settings.enabled:
        return None
    files = efs.FileSystem(
        place.name("shared"),
        encrypted=True,
        kms_key_id=key_arn,
        performance_mode="generalPurpose",
        throughput_mode=settings.throughput,
        tags={"Name": f"{place.cluster}-shared"},
        opts=place.options(),
    )
    group = ec2.SecurityGroup(
        place.name("shared"),
        vpc_id=network.vpc_id,
        description="Shared files, for the nodes of the cluster",
        tags={"Name": f"{place.cluster}-shared"},
        opts=place.options(),
    )
    rule = vpc.SecurityGroupIngressRule(
        place.name("shared"),
        security_group_id=group.id,
        referenced_security_group_id=nodes,
        ip_protocol="tcp",
        from_port=2049,
        to_port=2049,
        opts=place.options(),
    )
    targets = [
        efs.MountTarget(
            place.name(f"shared-{zone}"),
            file_system_id=files.id,
            subnet_id=subnet,
            security_groups=[group.id],
            opts=place.options(),
        )
        for zone, subnet in network.private.items()
    ]
    return SharedFiles(id=files.id, ready=(rule, *targets))


def storage_classes(
    place: Place, provider: k8s.Provider, *, key_arn: pulumi.Output[str], files: SharedFiles | None
) -> list[pulumi.Resource]:
    """The default class for disks, and one for shared volumes where there is a file system."""
    disks: dict[str, pulumi.Input[str]] = {"type": "gp3", "encrypted": "true", "kmsKeyId": key_arn}
    for number, (key, value) in enumerate(place.tags.items(), start=1):
        disks[f"tagSpecification_{number}"] = f"{key}={value}"
    made = [
        _class(
            place,
            provider,
            BLOCK_CLASS,
            provisioner="ebs.csi.aws.com",
            parameters=disks,
            disk=True,
        )
    ]
    if files:
        # Each volume is an access point: whatever user a pod runs as, files belong to the point's own.
        shared: dict[str, pulumi.Input[str]] = {
            "provisioningMode": "efs-ap",
            "fileSystemId": files.id,
            "directoryPerms": "700",
            "basePath": "/volumes",
            "subPathPattern": "${.PVC.namespace}/${.PVC.name}",
            "ensureUniqueDirectory": "true",
        }
        made.append(
            _class(
                place,
                provider,
                SHARED_CLASS,
                provisioner="efs.csi.aws.com",
                parameters=shared,
                disk=False,
                after=files.ready,
            )
        )
    return made


def _class(
    place: Place,
    provider: k8s.Provider,
    name: str,
    *,
    provisioner: str,
    parameters: Mapping[str, pulumi.Input[str]],
    disk: bool,
    after: Sequence[pulumi.Resource] = (),
) -> pulumi.Resource:
    return StorageClass(
        name,
        metadata={
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true" if disk else "false"},
        },
        provisioner=provisioner,
        parameters=dict(parameters),
        reclaim_policy="Delete",
        # A disk is made in the zone of the pod that needs it.
        volume_binding_mode="WaitForFirstConsumer" if disk else "Immediate",
        allow_volume_expansion=disk,
        opts=pulumi.ResourceOptions(parent=place.parent, provider=provider, depends_on=list(after) or None),
    )
