"""The classes of volumes: disks of Compute Engine, and shares of Filestore."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

from .encryption import Encryption
from .network import Network
from .settings import StorageSettings

BLOCK = "slipway-rwo"
SHARED = "slipway-rwx"

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_TIERS = {"zonal": "zonal", "regional": "regional", "basicHdd": "basic_hdd", "multishare": "enterprise"}


def storage_classes(
    settings: StorageSettings,
    network: Network,
    encryption: Encryption | None,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make the classes. GKE's own remain; of two defaults Kubernetes takes the younger, which is ours."""
    k8s.storage.v1.StorageClass(
        BLOCK,
        metadata={"name": BLOCK, "annotations": {_DEFAULT: "true"}},
        provisioner="pd.csi.storage.gke.io",
        parameters={
            # The driver takes what the node takes: some series have Persistent Disks, the newest Hyperdisks.
            # And the autoscaler adds no node that could not take a disk which is there. GKE 1.35.3.
            "type": "dynamic",
            "pd-type": settings.disk_type,
            "hyperdisk-type": "hyperdisk-balanced",
            "use-allowed-disk-topology": "true",
            **_labels(labels),
            **({"disk-encryption-kms-key": encryption.key} if encryption else {}),
        },
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        reclaim_policy="Delete",
        opts=opts,
    )
    if settings.shared is None:
        return
    k8s.storage.v1.StorageClass(
        SHARED,
        metadata={"name": SHARED},
        provisioner="filestore.csi.storage.gke.io",
        parameters={
            "tier": _TIERS[settings.shared],
            "network": network.path,
            "connect-mode": "PRIVATE_SERVICE_ACCESS",
            **_labels(labels),
            **(_multishare(settings) if settings.shared == "multishare" else {}),
            **(
                {"instance-encryption-kms-key": encryption.key}
                if encryption and settings.shared != "basicHdd"
                else {}
            ),
        },
        # A share costs from its first day: none is made before a pod wants it.
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        reclaim_policy="Delete",
        opts=opts,
    )


def _multishare(settings: StorageSettings) -> dict[str, str]:
    return {
        "multishare": "true",
        "instance-storageclass-label": SHARED,
        "max-volume-size": settings.shared_volume_limit,
    }


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    text = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    return {"labels": text} if text else {}
