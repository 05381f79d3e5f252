"""All add-ons that stand below Kubeflow, declared in one call, and what they offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from ..charts import ChartScope, ChartSource, installed
from ..contracts import (
    AzureCloud,
    Caller,
    CertificateAuthority,
    Cluster,
    ExternalAuthorization,
    GcpCloud,
    MeshAddon,
    Offer,
)
from ..kube.placement import placed
from ..versions import Chart
from .cert_manager import CertManager, CertManagerArgs
from .exposure import Exposure, load_balancer_annotations
from .gateway_api import GatewayApi
from .istio import Istio, IstioArgs
from .knative import Knative, KnativeArgs
from .kuberay import KubeRay, KubeRayArgs
from .kueue import Kueue, KueueArgs
from .prometheus import PODS as PROMETHEUS_PODS
from .prometheus import Prometheus, PrometheusArgs
from .settings import AddonsSettings

_PLATFORMS: Mapping[type, str] = {GcpCloud: "gke", AzureCloud: "aks"}


@dataclass(frozen=True, kw_only=True)
class AddonsArgs:
    """What the add-ons need.

    Attributes:
        authorizations: who may be asked about requests that pass the gateway.
        exposure: where a cloud's load balancer stands before the gateway.
        login_authority: certificates, PEM, by which the login's provider is known beside public ones.
        gateway: `namespace/name` of the Gateway that routes attach to; Knative's services do too.
        models_domain: what host names of models end in; None where the gateway answers to no name.
        secure: whether people come over HTTPS.
        gateway_api: whether routes of the Gateway API are made where the settings do not say.
        more_charts: charts of other components that come from the same source.
    """

    settings: AddonsSettings
    cluster: Cluster
    cluster_domain: str
    gateway: str
    authorizations: Sequence[ExternalAuthorization] = ()
    exposure: Exposure = "internal"
    login_authority: str | None = None
    models_domain: str | None = None
    secure: bool = True
    gateway_api: bool = False
    more_charts: Sequence[Chart] = ()


@dataclass(frozen=True, kw_only=True)
class Addons:
    """What the add-ons offer.

    Attributes:
        mesh: None where Istio is off.
        gateway_api, knative, kueue, kuberay, monitoring: the leaf after which the types of each can be used;
            None where it is off. Monitoring is the Prometheus stack.
        scrapers: the pods that may read the metrics of programs.
        scope: how other components install charts of their own.
        offers: by the key of each add-on below `addons`.
    """

    certificates: CertificateAuthority
    mesh: MeshAddon | None
    gateway_api: pulumi.Resource | None
    knative: pulumi.Resource | None
    kueue: pulumi.Resource | None
    kuberay: pulumi.Resource | None
    monitoring: pulumi.Resource | None
    scrapers: tuple[Caller, ...]
    scope: ChartScope
    offers: Mapping[str, Offer]


def chart_scope(args: AddonsArgs) -> ChartScope:
    """Return how charts are installed on a cluster.

    Raises SettingsError where a folder of archives lacks one that is needed, or holds another than expected.
    """
    settings, cluster = args.settings, args.cluster
    source = ChartSource(settings=settings.source)
    pins = (*settings.charts, *args.more_charts)
    if needed := [pin for pin in pins if installed(cluster.capabilities, pin)]:
        source.check(needed)
    return ChartScope(
        source=source,
        replicas=settings.replicas,
        placed=placed(settings.placement, cluster.node_pools),
        platform=settings.platform or _PLATFORMS.get(type(cluster.cloud), ""),
        cluster_domain=args.cluster_domain,
    )


def install_addons(args: AddonsArgs, opts: pulumi.ResourceOptions) -> Addons:
    """Declare the add-ons that are on.

    Raises SettingsError as `chart_scope` does, before the first of them.
    """
    scope, settings, can = chart_scope(args), args.settings, args.cluster.capabilities
    certificates = CertManager(
        "cert-manager",
        CertManagerArgs(capabilities=can, settings=settings.cert_manager, charts=scope),
        opts,
    )
    offers = {"certManager": certificates.offer}
    mesh = gateway_api = knative = kueue = kuberay = monitoring = None
    if settings.istio.enabled:
        istio = Istio(
            "istio",
            IstioArgs(
                capabilities=can,
                settings=settings.istio,
                charts=scope,
                authorizations=args.authorizations,
                load_balancer=load_balancer_annotations(args.cluster.cloud, args.exposure),
                login_authority=args.login_authority,
            ),
            opts,
        )
        mesh, offers["istio"] = istio.mesh, istio.offer
    wanted = settings.gateway_api.enabled
    if mesh and (args.gateway_api if wanted is None else wanted):
        gateway_api = mesh.ready
        if not settings.gateway_api.present:
            types = GatewayApi("gateway-api", opts)
            gateway_api, offers["gatewayApi"] = types.ready, types.offer
    if mesh and settings.knative.enabled:
        knative = Knative(
            "knative",
            KnativeArgs(
                capabilities=can,
                mesh=mesh,
                gateway=args.gateway,
                domain=args.models_domain,
                secure=args.secure,
                settings=settings.knative,
                charts=scope,
            ),
            opts,
        )
        offers["knative"] = knative.offer
    if settings.kueue.enabled:
        kueue = Kueue("kueue", KueueArgs(capabilities=can, settings=settings.kueue, charts=scope), opts)
        offers["kueue"] = kueue.offer
    if settings.kuberay.enabled:
        kuberay = KubeRay(
            "kuberay", KubeRayArgs(capabilities=can, settings=settings.kuberay, charts=scope), opts
        )
        offers["kuberay"] = kuberay.offer
    if settings.prometheus.enabled:
        monitoring = Prometheus(
            "prometheus",
            PrometheusArgs(capabilities=can, settings=settings.prometheus, charts=scope),
            opts,
        )
        offers["prometheus"] = monitoring.offer
    return Addons(
        certificates=certificates.authority,
        mesh=mesh,
        gateway_api=gateway_api,
        knative=knative.ready if knative else None,
        kueue=kueue.ready if kueue else None,
        kuberay=kuberay.ready if kuberay else None,
        monitoring=monitoring.ready if monitoring else None,
        scrapers=_scrapers(settings),
        scope=scope,
        offers=offers,
    )


def _scrapers(settings: AddonsSettings) -> tuple[Caller, ...]:
    own = (PROMETHEUS_PODS,) if settings.prometheus.enabled else ()
    return (*own, *(Caller(namespace=name) for name in settings.monitoring_namespaces))
