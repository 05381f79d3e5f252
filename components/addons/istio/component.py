"""The Istio service mesh.

Where pods do not run their images, only Istio's API types are installed, so that what Kubeflow declares of
them can be created and looked at. Needs a cluster. Offers contracts.MeshAddon.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from ...charts import ChartScope, declare, images_of, installed, namespace, types_alone, webhooks_ready
from ...contracts import Capabilities, ExternalAuthorization, MeshAddon, Offer
from ...kube.pulling import make_pull_secret
from ...versions import Charts
from .settings import IstioSettings
from .values import (
    CNI_NAMESPACE,
    GATEWAY,
    GATEWAY_SELECTOR,
    GATEWAY_SERVICE_ACCOUNT,
    SYSTEM,
    base_values,
    cni_values,
    gateway_values,
    istiod_values,
)

_TYPES = Path(__file__).with_name("api_types.yaml")
_CHARTS = (Charts.ISTIO_BASE, Charts.ISTIO_CNI, Charts.ISTIOD, Charts.ISTIO_GATEWAY)


@dataclass(frozen=True, kw_only=True)
class IstioArgs:
    """What Istio needs.

    Attributes:
        charts: how a chart is installed, where the cluster runs one.
        authorizations: who may be asked about requests; authorization policies name them.
        load_balancer: annotations of the gateway's Service; those of the settings come before them.
        login_authority: certificates, PEM, by which the control plane knows whoever signs tokens of people.
    """

    capabilities: Capabilities
    settings: IstioSettings = field(default_factory=IstioSettings)
    charts: ChartScope = field(default_factory=ChartScope)
    authorizations: Sequence[ExternalAuthorization] = ()
    load_balancer: Mapping[str, str] = field(default_factory=dict[str, str])
    login_authority: str | None = None


class Istio(pulumi.ComponentResource):
    """Istio in its namespace with an ingress gateway, or its API types alone."""

    mesh: MeshAddon
    offer: Offer

    def __init__(self, name: str, args: IstioArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:Istio", name, None, opts)
        runs = installed(args.capabilities, *_CHARTS)
        self.mesh = MeshAddon(
            namespace=SYSTEM,
            gateway_selector=GATEWAY_SELECTOR,
            gateway_service_account=GATEWAY_SERVICE_ACCOUNT,
            ready=_charts(self, args) if runs else types_alone(_TYPES, SYSTEM, parent=self),
        )
        self.offer = Offer(images=images_of(*_CHARTS) if runs else (), namespaces=(SYSTEM,))
        self.register_outputs({})


def _charts(parent: pulumi.Resource, args: IstioArgs) -> pulumi.Resource:
    """Types, node agent and control plane, then the gateway: its pods are completed by a webhook of istiod's.

    Returns the leaf before the gateway: what is declared of the mesh need not wait for a load balancer.
    """
    scope, settings = args.charts, args.settings
    system = namespace(SYSTEM, parent=parent, pods="restricted")
    base = declare(
        "istio-base",
        Charts.ISTIO_BASE,
        scope=scope,
        namespace=SYSTEM,
        values=base_values(),
        parent=parent,
        after=[system],
    )
    # Its namespace is nobody's here, so that nobody else puts the credentials there.
    make_pull_secret(
        CNI_NAMESPACE, CNI_NAMESPACE, pulumi.ResourceOptions(parent=parent), default_account=False
    )
    agent = declare(
        "istio-cni",
        Charts.ISTIO_CNI,
        scope=scope,
        namespace=CNI_NAMESPACE,
        values=cni_values(scope),
        parent=parent,
        after=[base],
    )
    control_plane = declare(
        "istiod",
        Charts.ISTIOD,
        scope=scope,
        namespace=SYSTEM,
        values=istiod_values(settings, scope, args.authorizations, args.login_authority),
        parent=parent,
        after=[base],
    )
    ready = webhooks_ready(
        ("validating", "istiod-default-validator"),
        ("mutating", "istio-sidecar-injector"),
        parent=parent,
        after=[agent, control_plane],
    )
    declare(
        GATEWAY,
        Charts.ISTIO_GATEWAY,
        scope=scope,
        namespace=SYSTEM,
        values=gateway_values(
            settings.gateway, scope, args.load_balancer if args.capabilities.load_balancer else None
        ),
        parent=parent,
        after=[ready],
    )
    return ready
