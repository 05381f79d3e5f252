"""cert-manager, which issues the certificates of webhooks and gateways.

Where pods do not run their images, only its API types are installed. Needs a cluster. Offers
contracts.CertificateAuthority.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from ...charts import ChartScope, declare, images_of, installed, namespace, types_alone, webhooks_ready
from ...contracts import Capabilities, CertificateAuthority, Offer
from ...versions import Charts
from .settings import CertManagerSettings
from .values import RELEASE, WEBHOOK, values

NAMESPACE = "cert-manager"

_TYPES = Path(__file__).with_name("api_types.yaml")


@dataclass(frozen=True, kw_only=True)
class CertManagerArgs:
    """What cert-manager needs. `charts` says how a chart is installed, where the cluster runs one."""

    capabilities: Capabilities
    settings: CertManagerSettings = field(default_factory=CertManagerSettings)
    charts: ChartScope = field(default_factory=ChartScope)


class CertManager(pulumi.ComponentResource):
    """cert-manager in its namespace, or its API types alone."""

    authority: CertificateAuthority
    offer: Offer

    def __init__(self, name: str, args: CertManagerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:CertManager", name, None, opts)
        runs = installed(args.capabilities, Charts.CERT_MANAGER)
        self.authority = CertificateAuthority(
            ready=_chart(self, args) if runs else types_alone(_TYPES, NAMESPACE, parent=self)
        )
        self.offer = Offer(images=images_of(Charts.CERT_MANAGER) if runs else (), namespaces=(NAMESPACE,))
        self.register_outputs({})


def _chart(parent: pulumi.Resource, args: CertManagerArgs) -> pulumi.Resource:
    chart = declare(
        RELEASE,
        Charts.CERT_MANAGER,
        scope=args.charts,
        namespace=NAMESPACE,
        values=values(args.settings, args.charts),
        parent=parent,
        after=[namespace(NAMESPACE, parent=parent, pods="restricted")],
    )
    return webhooks_ready(("validating", WEBHOOK), parent=parent, after=[chart])
