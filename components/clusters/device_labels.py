"""Labels by which nodes tell of shared devices, as NVIDIA's GPU feature discovery writes them.

Source: NVIDIA/k8s-device-plugin v0.19, internal/lm (resource.go, mig-strategy.go) and docs of GPU feature
discovery. `product` has no ending `-SHARED`, since shared devices go by a name of their own.
"""

from ..contracts import Accelerator
from .pools import model_label

_STRATEGIES = {"timeSlicing": "time-slicing", "mps": "mps"}


def sharing_labels(accelerator: Accelerator) -> dict[str, str]:
    """The labels that sharing adds or changes; empty where each device belongs to one pod."""
    sharing = accelerator.sharing
    if sharing is None:
        return {}
    if sharing.strategy != "mig":
        return {
            "nvidia.com/gpu.replicas": str(sharing.replicas),
            "nvidia.com/gpu.sharing-strategy": _STRATEGIES[sharing.strategy],
            "nvidia.com/mps.capable": str(sharing.strategy == "mps").lower(),
        }
    return {
        "nvidia.com/mig.strategy": "mixed",
        # Of devices that are cut it tells without regard to sharing.
        "nvidia.com/gpu.replicas": "0",
        "nvidia.com/gpu.sharing-strategy": "none",
        f"{accelerator.resource}.count": str(accelerator.units),
        f"{accelerator.resource}.product": f"{model_label(accelerator.model)}-MIG-{sharing.profile}",
        f"{accelerator.resource}.replicas": "1",
        f"{accelerator.resource}.sharing-strategy": "none",
    }
