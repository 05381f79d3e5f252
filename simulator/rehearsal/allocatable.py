"""What pods can have of a node, for each cloud: the machine less what kernel, kubelet and eviction keep.

CPU in millicores, memory in MiB, disks in GiB. Each formula names its source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_GIB = 1024
_EVICTION = 100
"""MiB of memory that has to be free before kubelet evicts pods: the same on all three clouds."""

# Beyond each of these the share that is kept of what comes on top (millicores).
_CPU_SHARES = ((0, 0.06), (1000, 0.01), (2000, 0.005), (4000, 0.0025))
_GKE_MEMORY_SHARES = ((0, 0.25), (4000, 0.2), (8000, 0.1), (16000, 0.06), (128_000, 0.02))

# Of sold memory the part that a guest does not see: the default by which Karpenter reckons for EC2 and for
# Azure (setting vmMemoryOverheadPercent of both).
_UNSEEN = 0.075

# AKS by number of processors (Microsoft Learn, "Node resource reservations in AKS"); 10 millicores for each
# processor from the eighth on.
_AKS_CPU = {1: 60, 2: 100, 4: 140, 8: 180}


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a node has (`memory`) and what of it pods can have.

    Attributes:
        memory: MiB that kubelet reports as the node's capacity.
        pods: the most pods.
        cpu_free, memory_free, disk_free: allocatable millicores, MiB, GiB.
    """

    memory: int
    pods: int
    cpu_free: int
    memory_free: int
    disk_free: int

    @property
    def allocatable(self) -> Mapping[str, str]:
        """What pods can have, as a Node's status writes it."""
        return {
            "cpu": f"{self.cpu_free}m",
            "memory": f"{self.memory_free}Mi",
            "ephemeral-storage": f"{self.disk_free}Gi",
        }


def on_eks(cpu: int, memory: int, disk: int) -> Room:
    """A node of Amazon Linux 2023; `cpu` processors, `memory` and `disk` in GiB.

    Sources: awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go (kube-reserved, evictionHard); the
    most pods with prefixes of addresses: Amazon EKS user guide, "Assign more IP addresses with prefixes".
    """
    pods = 110 if cpu < 30 else 250
    seen = int(memory * _GIB * (1 - _UNSEEN))
    return Room(
        memory=seen,
        pods=pods,
        cpu_free=cpu * 1000 - _kept(cpu * 1000, _CPU_SHARES),
        memory_free=seen - (11 * pods + 255) - _EVICTION,
        disk_free=int(disk * 0.9) - 1,
    )


def on_gke(cpu: int, memory: int, disk: int, pods: int) -> Room:
    """A node of Container-Optimized OS.

    Sources: kubernetes/autoscaler, cloudprovider/gce/reserved.go (kernel, kube-reserved, eviction); GKE
    documentation, "Plan node sizes" (ephemeral storage on the boot disk).
    """
    sold = memory * _GIB
    seen = sold - sold // 64 - 16 - 64
    return Room(
        memory=seen,
        pods=pods,
        cpu_free=cpu * 1000 - _kept(cpu * 1000, _CPU_SHARES),
        memory_free=seen - _kept(sold, _GKE_MEMORY_SHARES) - _EVICTION,
        disk_free=int(disk - disk * 0.1 - min(disk * 0.5, 6 + disk * 0.35, 100)),
    )


def on_aks(cpu: int, memory: int, disk: int) -> Room:
    """A node of AKS 1.29 or later with Azure CNI Overlay, hence up to 250 pods.

    Sources: Microsoft Learn, "Node resource reservations in AKS" and "Azure CNI Overlay networking".
    """
    pods = 250
    seen = int(memory * _GIB * (1 - _UNSEEN))
    below = max((count for count in _AKS_CPU if count <= cpu), default=1)
    kept = _AKS_CPU[below] if cpu < 8 else 180 + 10 * (cpu - 8)
    return Room(
        memory=seen,
        pods=pods,
        cpu_free=cpu * 1000 - kept,
        memory_free=seen - min(20 * pods + 50, seen // 4) - _EVICTION,
        disk_free=int(disk * 0.9),
    )


def _kept(whole: int, shares: Sequence[tuple[int, float]]) -> int:
    """What is kept of a whole, where each part beyond a threshold has a share of its own."""
    kept = 0.0
    for (threshold, share), (end, _) in zip(shares, [*shares[1:], (whole, 0.0)], strict=True):
        kept += max(0, min(whole, max(end, threshold)) - threshold) * share
    return int(kept)
