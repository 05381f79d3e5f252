"""The Prometheus stack: metrics and alerts of the cluster, of the mesh and of what components expose.

Where pods do not run their images, only its API types are installed. Needs a cluster. Offers the leaf after
which monitors can be declared.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from ...charts import ChartScope, declare, images_of, installed, namespace, types_alone
from ...contracts import Caller, Capabilities, Offer
from ...versions import Charts
from .settings import PrometheusSettings
from .values import RELEASE, values

NAMESPACE = "monitoring"
# As the operator labels the pods of every Prometheus (prometheus-operator, pkg/prometheus/server).
PODS = Caller(namespace=NAMESPACE, labels={"app.kubernetes.io/name": "prometheus"})

_TYPES = Path(__file__).with_name("api_types.yaml")


@dataclass(frozen=True, kw_only=True)
class PrometheusArgs:
    """What the stack needs. `charts` says how a chart is installed, where the cluster runs one."""

    capabilities: Capabilities
    settings: PrometheusSettings = field(default_factory=PrometheusSettings)
    charts: ChartScope = field(default_factory=ChartScope)


class Prometheus(pulumi.ComponentResource):
    """The stack in its namespace, or its API types alone.

    Attributes:
        ready: the leaf after which monitors can be declared.
    """

    ready: pulumi.Resource
    offer: Offer

    def __init__(self, name: str, args: PrometheusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:Prometheus", name, None, opts)
        runs = installed(args.capabilities, Charts.PROMETHEUS)
        self.ready = _chart(self, args) if runs else types_alone(_TYPES, NAMESPACE, parent=self)
        self.offer = Offer(images=images_of(Charts.PROMETHEUS) if runs else (), namespaces=(NAMESPACE,))
        self.register_outputs({})


def _chart(parent: pulumi.Resource, args: PrometheusArgs) -> pulumi.Resource:
    return declare(
        RELEASE,
        Charts.PROMETHEUS,
        scope=args.charts,
        namespace=NAMESPACE,
        values=values(args.settings, args.charts),
        parent=parent,
        # The node exporter looks at the host: its network, its processes, its disks.
        after=[namespace(NAMESPACE, parent=parent, pods="privileged")],
    )
