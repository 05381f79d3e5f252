"""Values of Istio's charts (manifests/charts of istio/istio 1.30: base, istiod, cni, gateway)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...charts import ChartScope, Values, resources
from ...contracts import ExternalAuthorization
from ..gateways import gateway_pods
from .settings import IngressGatewaySettings, IstioSettings

SYSTEM = "istio-system"
CNI_NAMESPACE = "kube-system"
"""Where the node agent runs: it needs a privileged pod on each node, which istio-system does not admit."""

GATEWAY = "istio-ingressgateway"
GATEWAY_SELECTOR: Mapping[str, str] = {"istio": "ingressgateway"}
GATEWAY_SERVICE_ACCOUNT = "istio-ingressgateway-service-account"

_RUNTIME_DEFAULT = {"type": "RuntimeDefault"}
# Two webhooks are chart objects that istiod changes as well. With this value both declare the same.
_FAIL = {"validationFailurePolicy": "Fail"}


def base_values() -> Values:
    """API types, and the webhook that checks objects of the default revision."""
    return {"global": {"istioNamespace": SYSTEM}, "defaultRevision": "default", "base": _FAIL}


def cni_values(scope: ChartScope) -> Values:
    """The node agent, which redirects a pod's traffic so that the pod itself needs no NET_ADMIN.

    It has to run on every node with sidecars, those with accelerators too, and so tolerates everything.
    """
    return {"global": {"platform": "gke"}} if scope.platform == "gke" else {}


def istiod_values(
    settings: IstioSettings,
    scope: ChartScope,
    authorizations: Sequence[ExternalAuthorization],
    login_authority: str | None = None,
) -> Values:
    """The control plane, and what it puts into pods.

    It reads the keys of a token's issuer at the issuer's own address, which `login_authority` may sign for.
    """
    return {
        **({"jwksResolverExtraRootCA": login_authority} if login_authority else {}),
        "global": {
            "istioNamespace": SYSTEM,
            "defaultPodDisruptionBudget": {"enabled": scope.redundant},
            "proxy": {
                "clusterDomain": scope.cluster_domain,
                "resources": resources(settings.sidecar),
                # Without it a pod with a sidecar does not meet the Pod Security standard `restricted`.
                "seccompProfile": _RUNTIME_DEFAULT,
            },
        },
        "base": _FAIL,
        "cni": {"enabled": True},
        "autoscaleEnabled": True,
        "autoscaleMin": scope.replicas,
        "autoscaleMax": max(scope.replicas, settings.max_replicas),
        "resources": resources(settings.control_plane),
        "seccompProfile": _RUNTIME_DEFAULT,
        "meshConfig": mesh_config(settings, scope.cluster_domain, authorizations),
        **scope.placement,
    }


def mesh_config(
    settings: IstioSettings, cluster_domain: str, authorizations: Sequence[ExternalAuthorization]
) -> Values:
    """The mesh's own configuration (istio/api mesh/v1alpha1 MeshConfig), beside the chart's defaults."""
    config: dict[str, Any] = {
        "trustDomain": cluster_domain,
        "outboundTrafficPolicy": {"mode": settings.outbound_traffic},
        "extensionProviders": [_provider(one) for one in authorizations],
    }
    if settings.access_logs != "none":
        config |= {"accessLogFile": "/dev/stdout", "accessLogEncoding": settings.access_logs.upper()}
    return config


def _provider(authorization: ExternalAuthorization) -> Values:
    return {
        "name": authorization.name,
        "envoyExtAuthzHttp": {
            "service": authorization.host,
            "port": authorization.port,
            "includeRequestHeadersInCheck": list(authorization.sent),
            "headersToUpstreamOnAllow": list(authorization.added),
            "headersToDownstreamOnDeny": list(authorization.returned),
            "headersToDownstreamOnAllow": list(authorization.returned_on_allow),
        },
    }


def gateway_values(
    settings: IngressGatewaySettings, scope: ChartScope, load_balancer: Mapping[str, str] | None
) -> Values:
    """The ingress gateway. Its labels and account are those by which Kubeflow finds it.

    `load_balancer` has the annotations for the cloud; None where there is no load balancer.
    """
    return {
        "name": GATEWAY,
        "labels": {"app": GATEWAY, **GATEWAY_SELECTOR},
        "serviceAccount": {"create": True, "name": GATEWAY_SERVICE_ACCOUNT},
        "service": _service(settings, load_balancer),
        **gateway_pods(settings.requests, settings.limits, settings.max_replicas, scope),
    }


def _service(settings: IngressGatewaySettings, load_balancer: Mapping[str, str] | None) -> Values:
    balanced = load_balancer is not None
    ports = settings.node_ports
    own: dict[str, int] = {"http2": ports.http, "https": ports.https} if ports else {}
    written = [
        {"name": name, "port": number, "protocol": "TCP", "targetPort": number}
        | ({"nodePort": own[name]} if name in own else {})
        for name, number in (("status-port", 15021), ("http2", 80), ("https", 443))
    ]
    return {
        "type": "LoadBalancer" if balanced else "NodePort",
        "ports": written,
        "annotations": {**(load_balancer or {}), **settings.service_annotations},
        "loadBalancerSourceRanges": list(settings.source_ranges) if balanced else [],
        # A node's own port has to answer on every node: which one is asked, nobody chooses by its pods.
        "externalTrafficPolicy": "Local" if balanced and settings.preserve_client_address else "Cluster",
    }
