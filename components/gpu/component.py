"""GPU support: device plugin with sharing, GPU feature discovery, DCGM exporter; or NVIDIA's GPU operator.

Nothing where the cluster sees to its devices itself, as GKE and the simulated cluster do, or has none of
NVIDIA's. Needs a cluster and, for measurements, the Prometheus stack. Offers contracts.Offer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi

from ..charts import ChartScope, declare, images_of, namespace
from ..contracts import Cluster, NodePool, Offer
from ..settings_base import SettingsError
from ..versions import Charts
from .problems import problems
from .settings import GpuSettings
from .sharing import shapes
from .support import Devices, charts, needed
from .values import exporter_values, operator_values, plugin_values

NAMESPACE = "nvidia-gpu"
PLUGIN = "nvidia-device-plugin"


@dataclass(frozen=True, kw_only=True)
class GpuArgs:
    """What GPU support needs.

    Attributes:
        charts: how a chart is installed.
        monitoring: the leaf after which monitors can be declared; None without the Prometheus stack.
    """

    cluster: Cluster
    settings: GpuSettings = field(default_factory=GpuSettings)
    charts: ChartScope = field(default_factory=ChartScope)
    monitoring: pulumi.Resource | None = None


class Gpu(pulumi.ComponentResource):
    """What makes nodes offer NVIDIA's devices.

    Raises:
        SettingsError: the settings ask for what the cluster or its node pools cannot have.
    """

    offer: Offer

    def __init__(self, name: str, args: GpuArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:gpu:Gpu", name, None, opts)
        devices = Devices.of(args.cluster)
        found = [f"slipway:{problem}" for problem in problems(args.settings, devices)]
        if found:
            raise SettingsError("\n".join(found))
        pins = charts(devices, args.settings)
        if pins:
            # Its pods handle devices of the host.
            place = namespace(NAMESPACE, parent=self, pods="privileged")
            after = [place, *([args.monitoring] if args.monitoring else [])]
            if needed(devices, args.settings) == "operator":
                _operator(self, args, devices, after)
            else:
                _plugin(self, args, devices.pools, after)
        self.offer = Offer(
            images=images_of(*pins),
            namespaces=(NAMESPACE,) if pins else (),
        )
        self.register_outputs({})


def _plugin(
    parent: pulumi.Resource, args: GpuArgs, pools: Sequence[NodePool], after: Sequence[pulumi.Resource]
) -> None:
    """One release for each way of sharing, on the nodes of its pools; the first discovers features of all."""
    for index, (name, some) in enumerate(shapes(pools).items()):
        release = PLUGIN if index == 0 else f"{PLUGIN}-{name}"
        first = declare(
            release,
            Charts.NVIDIA_DEVICE_PLUGIN,
            scope=args.charts,
            namespace=NAMESPACE,
            values=plugin_values(args.settings, some, name=release, discovered=pools if index == 0 else ()),
            parent=parent,
            after=after,
        )
        # Its types are those by which the others hand over what they discover.
        after = [*after, first] if index == 0 else after
    if args.settings.monitoring:
        declare(
            "dcgm-exporter",
            Charts.DCGM_EXPORTER,
            scope=args.charts,
            namespace=NAMESPACE,
            values=exporter_values(args.settings, pools, scraped=args.monitoring is not None),
            parent=parent,
            after=after,
        )


def _operator(
    parent: pulumi.Resource, args: GpuArgs, devices: Devices, after: Sequence[pulumi.Resource]
) -> None:
    declare(
        "gpu-operator",
        Charts.GPU_OPERATOR,
        scope=args.charts,
        namespace=NAMESPACE,
        values=operator_values(
            args.settings,
            devices.pools,
            args.charts,
            driver=devices.capabilities.gpu_driver,
            cuts=devices.to_cut(args.settings),
            scraped=args.monitoring is not None,
        ),
        parent=parent,
        after=after,
    )
