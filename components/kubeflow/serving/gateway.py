"""The way in: the class of the Ingresses that KServe makes, or the gateway that its routes attach to."""

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.networking.v1 import IngressClass

from ...contracts import Mesh
from ...kube.scope import Scope
from .configuration import APP, GATEWAY
from .settings.routing import RoutingSettings

# Istio's own names: the controller of its IngressClass, and the Service of its gateway.
_ISTIO = "istio.io/ingress-controller"
_SERVICE = "istio-ingressgateway"


def gateway(scope: Scope, mesh: Mesh, settings: RoutingSettings, gateway_api: pulumi.Resource | None) -> None:
    """Declare what the routing needs: a class for Ingresses, or a gateway for routes."""
    if settings.gateway_api.enabled and gateway_api:
        if settings.gateway_api.gateway is None:
            _gateway(scope, mesh, settings, gateway_api)
    elif settings.outside and settings.ingress_class and settings.create_ingress_class:
        IngressClass(
            f"serving-{settings.ingress_class}",
            metadata=scope.cluster_metadata(settings.ingress_class, app=APP),
            spec={"controller": _ISTIO},
            opts=scope.options(),
        )


def _gateway(scope: Scope, mesh: Mesh, settings: RoutingSettings, gateway_api: pulumi.Resource) -> None:
    CustomResource(
        GATEWAY,
        api_version="gateway.networking.k8s.io/v1",
        kind="Gateway",
        metadata=scope.metadata(GATEWAY, app=APP),
        spec={
            "gatewayClassName": settings.gateway_api.gateway_class,
            # On the platform's own gateway, where requests are authenticated, not on another one.
            "addresses": [
                {"type": "Hostname", "value": f"{_SERVICE}.{mesh.namespace}.svc.{mesh.cluster_domain}"}
            ],
            "listeners": [
                {
                    "name": "http",
                    "protocol": "HTTP",
                    "port": 80,
                    "allowedRoutes": {"namespaces": {"from": "All"}},
                }
            ],
        },
        opts=scope.options(gateway_api),
    )
