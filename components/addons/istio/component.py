"""The Istio service mesh.

Where pods do not run their images, only Istio's API types are installed, so that what Kubeflow declares of
them can be created and looked at. Needs a cluster. Offers contracts.MeshAddon.
"""

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.core.v1 import Namespace

from ...contracts import Capabilities, MeshAddon
from ...kube.api_types import api_types
from ...settings_base import SettingsError

NAMESPACE = "istio-system"
GATEWAY_SERVICE_ACCOUNT = "istio-ingressgateway-service-account"


@dataclass(frozen=True, kw_only=True)
class IstioArgs:
    """What Istio needs."""

    capabilities: Capabilities


class Istio(pulumi.ComponentResource):
    """Istio's API types and its namespace."""

    mesh: MeshAddon

    def __init__(self, name: str, args: IstioArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:Istio", name, None, opts)
        if args.capabilities.charts:
            raise SettingsError("Istio's chart is not part of this release; only its API types are")
        types = api_types(Path(__file__).with_name("api_types.yaml"), parent=self)
        # The namespace comes after the types, so that one short dependency stands for all of them.
        namespace = Namespace(
            NAMESPACE,
            metadata={"name": NAMESPACE},
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(types)),
        )
        self.mesh = MeshAddon(
            namespace=NAMESPACE,
            gateway_selector={"istio": "ingressgateway"},
            gateway_service_account=GATEWAY_SERVICE_ACCOUNT,
            ready=namespace,
        )
        self.register_outputs({})
