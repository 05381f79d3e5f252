"""What GPU support cannot do for a cluster, each as one sentence."""

from collections.abc import Iterator

from ..charts import installed
from .settings import GpuSettings
from .sharing import CONFIG_LABEL, MIG_LABEL, shape, shapes, sharing_of
from .support import Devices, charts, needed


def problems(settings: GpuSettings, devices: Devices) -> Iterator[str]:
    """Each problem, with its key as below `slipway`."""
    can, support = devices.capabilities, needed(devices, settings)
    if support == "none":
        return
    if can.gpu_device_plugin:
        yield (
            f"gpu.support: found '{support}'; allowed: 'auto' or 'none', since this cluster brings a device "
            "plugin of its own, and two of them would fight over the devices"
        )
    elif not installed(can, *charts(devices, settings)):
        yield f"gpu.support: found '{support}'; allowed: 'none', since pods of this cluster run no images"
    elif support == "operator":
        yield from _unlabelled(settings, devices)
    elif not can.gpu_driver:
        yield (
            "gpu.support: found 'devicePlugin'; allowed: 'auto', 'operator' or 'none', since the nodes come "
            "without NVIDIA's driver, which the operator installs"
        )
    elif devices.to_cut(settings):
        names = ", ".join(f"'{pool.name}'" for pool in devices.pools if shape(sharing_of(pool)) == "mig")
        yield (
            f"gpu.support: found 'devicePlugin'; allowed: 'auto' or 'operator', since pool {names} is shared "
            "by mig, and only the operator's MIG manager cuts devices here. Where nodes come with their "
            "partitions made, set gpu.migReady to true"
        )


def _unlabelled(settings: GpuSettings, devices: Devices) -> Iterator[str]:
    """The operator has one device plugin for all nodes, which follows their labels."""
    several = len(shapes(devices.pools)) > 1
    for pool in devices.pools:
        sharing = sharing_of(pool)
        if sharing is None:
            continue
        name = shape(sharing)
        if several and name != "mig" and pool.labels.get(CONFIG_LABEL) != name:
            yield (
                f"cluster.nodePools: pool '{pool.name}' is shared in another way than others, so that the "
                f"GPU operator has to know its nodes: give it the label {CONFIG_LABEL}: {name}"
            )
        # EKS nodes get this label from their pool, and AKS and GKE need none.
        to_cut = name == "mig" and devices.to_cut(settings)
        wanted = f"all-{sharing.profile}"
        if to_cut and devices.cloud is None and pool.labels.get(MIG_LABEL) != wanted:
            yield (
                f"cluster.nodePools: the devices of pool '{pool.name}' are cut by the GPU operator's MIG "
                f"manager, which follows a label of the nodes: give them and the pool {MIG_LABEL}: {wanted}"
            )
