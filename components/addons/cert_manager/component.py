"""cert-manager, which issues the certificates of webhooks and gateways.

Where pods do not run their images, only its API types are installed. Needs a cluster. Offers
contracts.CertificateAuthority.
"""

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.core.v1 import Namespace

from ...contracts import Capabilities, CertificateAuthority
from ...kube.api_types import api_types
from ...settings_base import SettingsError

NAMESPACE = "cert-manager"


@dataclass(frozen=True, kw_only=True)
class CertManagerArgs:
    """What cert-manager needs."""

    capabilities: Capabilities


class CertManager(pulumi.ComponentResource):
    """cert-manager's API types and its namespace."""

    authority: CertificateAuthority

    def __init__(self, name: str, args: CertManagerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:CertManager", name, None, opts)
        if args.capabilities.charts:
            raise SettingsError("cert-manager's chart is not part of this release; only its API types are")
        types = api_types(Path(__file__).with_name("api_types.yaml"), parent=self)
        # The namespace comes after the types, so that one short dependency stands for all of them.
        namespace = Namespace(
            NAMESPACE,
            metadata={"name": NAMESPACE},
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(types)),
        )
        self.authority = CertificateAuthority(ready=namespace)
        self.register_outputs({})
