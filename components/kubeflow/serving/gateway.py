"""The way in: the gateway that routes to services attach to, or the class of KServe's Ingresses."""

from dataclasses import replace

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.networking.v1 import IngressClass

from ...contracts import Mesh
from ...kube.scope import Place, Scope
from .addresses import ModelAddresses, model_hosts
from .configuration import APP, GATEWAY
from .settings.serving import ServingSettings

# Istio's own names: the controller of its IngressClass, and the Service of its gateway.
_ISTIO = "istio.io/ingress-controller"
_SERVICE = "istio-ingressgateway"
# What the profile controller writes on the namespace of every team.
_TEAM = {"app.kubernetes.io/part-of": "kubeflow-profile"}


def gateway(
    scope: Scope,
    mesh: Mesh,
    settings: ServingSettings,
    addresses: ModelAddresses,
    *,
    routes: pulumi.Resource | None,
) -> None:
    """Declare what services need to be reached from outside.

    Args:
        routes: the leaf after which routes of the Gateway API can be made; None where KServe makes Ingresses.
    """
    given = settings.routing
    if routes is not None:
        if given.gateway_api.gateway is None:
            _gateway(scope, mesh, settings, addresses, after=routes)
    elif given.outside and given.ingress_class and given.create_ingress_class:
        IngressClass(
            f"serving-{given.ingress_class}",
            metadata=scope.cluster_metadata(given.ingress_class, app=APP),
            spec={"controller": _ISTIO},
            opts=scope.options(),
        )


def _gateway(
    scope: Scope, mesh: Mesh, settings: ServingSettings, addresses: ModelAddresses, *, after: pulumi.Resource
) -> None:
    """Listeners on the pods of the platform's own gateway, whose policies and filters hold for them too.

    It has to stand in the namespace of these pods: only then does Istio hand them the certificate without a
    ReferenceGrant (filterAuthorizedResources in pilot/pkg/xds/sds.go of istio/istio 1.30). An address of the
    type Hostname means a gateway that is there (IsManaged in pilot/pkg/config/kube/gatewaycommon). Plain HTTP
    for the same names stays with the platform's Gateway, which redirects it.
    """
    place = Place(name=mesh.namespace, created=pulumi.Output.from_input(mesh.namespace))
    CustomResource(
        GATEWAY,
        api_version="gateway.networking.k8s.io/v1",
        kind="Gateway",
        metadata=replace(scope, elsewhere=place).metadata(GATEWAY, app=APP),
        spec={
            "gatewayClassName": settings.routing.gateway_api.gateway_class,
            "addresses": [
                {"type": "Hostname", "value": f"{_SERVICE}.{mesh.namespace}.svc.{mesh.cluster_domain}"}
            ],
            "listeners": [
                _listener(host, number, addresses.certificate)
                for number, host in enumerate(model_hosts(settings, addresses))
            ],
        },
        opts=scope.options([after, mesh.ready]),
    )


def _listener(host: str, number: int, certificate: str | None) -> dict[str, object]:
    scheme, port = ("https", 443) if certificate else ("http", 80)
    result: dict[str, object] = {
        "name": f"{scheme}-{number}",
        "hostname": host,
        "protocol": scheme.upper(),
        "port": port,
        "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": _TEAM}}},
    }
    if certificate:
        result["tls"] = {"mode": "Terminate", "certificateRefs": [{"name": certificate}]}
    return result
