"""Settings of all add-ons: what a stack may say below `slipway:addons`."""

from typing import Literal

from pydantic import Field

from ..charts import RepositoriesSource, SourceSettings
from ..kube.settings import Placement
from ..settings_base import DnsLabel, Settings
from ..versions import Chart, Charts
from .cert_manager import CertManagerSettings
from .gateway_api import GatewayApiTypesSettings
from .istio import IstioSettings
from .knative import KnativeSettings
from .kuberay import KubeRaySettings
from .kueue import KueueSettings
from .prometheus import PrometheusSettings


class AddonsSettings(Settings):
    """Other projects' infrastructure: cert-manager always, the others where they are on."""

    source: SourceSettings = Field(
        default=RepositoriesSource(), description="Where charts come from, those of GPU support too."
    )
    replicas: int = Field(
        default=2,
        ge=1,
        le=5,
        description="Pods of each controller and webhook that can have several; 1 for a cluster of one node.",
    )
    platform: Literal["gke", "aks"] | None = Field(
        default=None,
        description="Whose Kubernetes a cluster is that is already there; those of this project's own stacks "
        "need not say.",
    )
    placement: Placement = Field(
        default=Placement(),
        description="Which nodes the pods of controllers run on; agents run on all nodes.",
    )
    cert_manager: CertManagerSettings = Field(default=CertManagerSettings(), description="Certificates.")
    istio: IstioSettings = Field(default=IstioSettings(), description="The service mesh and the gateway.")
    gateway_api: GatewayApiTypesSettings = Field(
        default=GatewayApiTypesSettings(), description="Types of routes that models are reached by."
    )
    knative: KnativeSettings = Field(default=KnativeSettings(), description="Services that scale to zero.")
    kueue: KueueSettings = Field(default=KueueSettings(), description="Queues before devices.")
    kuberay: KubeRaySettings = Field(default=KubeRaySettings(), description="Ray clusters.")
    prometheus: PrometheusSettings = Field(default=PrometheusSettings(), description="Metrics and alerts.")
    monitoring_namespaces: tuple[DnsLabel, ...] = Field(
        default=(),
        description="Namespaces of a monitoring of the cluster's own, whose pods may read the metrics of the "
        "platform's programs; those of `prometheus` may without being named.",
    )

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts that these settings need, where a cluster runs charts."""
        options = {
            Charts.KNATIVE_OPERATOR: self.knative.enabled,
            Charts.KUEUE: self.kueue.enabled,
            Charts.KUBERAY: self.kuberay.enabled,
            Charts.PROMETHEUS: self.prometheus.enabled,
        }
        mesh = (Charts.ISTIO_BASE, Charts.ISTIO_CNI, Charts.ISTIOD, Charts.ISTIO_GATEWAY)
        always = (Charts.CERT_MANAGER, *(mesh if self.istio.enabled else ()))
        return (*always, *(chart for chart, on in options.items() if on))
