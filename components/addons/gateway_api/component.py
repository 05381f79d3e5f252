"""The types of the Gateway API that Istio and KServe work with: GatewayClass, Gateway, HTTPRoute.

The API has no program of its own: Istio's control plane is the controller of its class `istio`, which it
makes by itself once the type is there (pilot/pkg/config/kube/gatewaycommon of istio/istio 1.30). All are read
and written in v1 alone, so the older v1beta1 is left out. Needs a cluster. Offers the leaf after which the
types can be used.
"""

from pathlib import Path

import pulumi

from ...contracts import Offer
from ...kube.api_types import api_types

_TYPES = Path(__file__).with_name("api_types")


class GatewayApi(pulumi.ComponentResource):
    """The API types of the standard channel, slim.

    Attributes:
        ready: the leaf after which all of them can be used.
    """

    ready: pulumi.Resource
    offer: Offer

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:GatewayApi", name, None, opts)
        first = api_types(_TYPES / "classes_and_routes.yaml", parent=self)
        (self.ready,) = api_types(_TYPES / "gateways.yaml", parent=self, depends_on=first)
        self.offer = Offer(images=(), namespaces=())
        self.register_outputs({})
