"""Objects that the cluster itself needs: storage classes, and whom the autoscaler asks first.

AKS has storage classes of its own, and one of them (`default`) is marked as the default; it writes its marks
back where they are changed. Of several default classes Kubernetes takes the newest (since 1.26), which is the
one made here.
"""

import pulumi
import pulumi_kubernetes as k8s
import yaml

from .encryption import Encryption
from .files import SharedFiles
from .ground import Ground
from .plan import AgentPoolPlan, priorities

DISKS = "premium-disks"
"""The default class: Azure Disks premium SSD, volumes of one node."""

FILES = "premium-files"
"""Azure Files premium by NFS, volumes that many nodes write."""

_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def make_storage_classes(
    ground: Ground,
    provider: k8s.Provider,
    encryption: Encryption | None,
    files: SharedFiles | None,
) -> None:
    """Make the classes. Parameters as the drivers' documentation names them (disk.csi.azure.com 1.34)."""
    disks: dict[str, pulumi.Input[str]] = {
        "skuName": "Premium_ZRS" if ground.settings.zone_redundant else "Premium_LRS",
        "cachingMode": "ReadOnly",
        "networkAccessPolicy": "DenyAll",
        "publicNetworkAccess": "Disabled",
    }
    if encryption:
        disks["diskEncryptionSetID"] = encryption.disks.id
    _storage_class(ground, provider, DISKS, "disk.csi.azure.com", disks, annotations={_DEFAULT: "true"})
    if files is None:
        return
    _storage_class(
        ground,
        provider,
        FILES,
        "file.csi.azure.com",
        {
            "protocol": "nfs",
            "resourceGroup": ground.group.name,
            "storageAccount": files.account,
            "server": pulumi.Output.concat(files.account, ".file.core.windows.net"),
            # That there is an endpoint, so that the driver leaves the network's subnets alone.
            "networkEndpointType": "privateEndpoint",
            "encryptInTransit": "true" if ground.settings.storage.encrypt_in_transit else "false",
        },
        mount_options=["nconnect=4", "noresvport", "actimeo=30"],
        binding="Immediate",
    )


def _storage_class(
    ground: Ground,
    provider: k8s.Provider,
    name: str,
    driver: str,
    parameters: dict[str, pulumi.Input[str]],
    *,
    annotations: dict[str, str] | None = None,
    mount_options: list[str] | None = None,
    binding: str = "WaitForFirstConsumer",
) -> None:
    k8s.storage.v1.StorageClass(
        ground.named(name),
        metadata=k8s.meta.v1.ObjectMetaArgs(name=name, annotations=annotations),
        provisioner=driver,
        parameters=parameters,
        mount_options=mount_options,
        reclaim_policy="Delete",
        allow_volume_expansion=True,
        volume_binding_mode=binding,
        opts=pulumi.ResourceOptions(parent=ground.parent, provider=provider),
    )


def make_priorities(ground: Ground, provider: k8s.Provider, plans: tuple[AgentPoolPlan, ...]) -> None:
    """Tell the autoscaler's priority expander to try spot nodes first, where a pool has a fallback."""
    if order := priorities(plans):
        k8s.core.v1.ConfigMap(
            ground.named("autoscaler-priorities"),
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name="cluster-autoscaler-priority-expander", namespace="kube-system"
            ),
            data={"priorities": yaml.safe_dump(order, sort_keys=False)},
            opts=pulumi.ResourceOptions(parent=ground.parent, provider=provider),
        )
