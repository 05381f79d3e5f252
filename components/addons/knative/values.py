"""What the Knative operator's chart is given, and what the operator is told to install.

Sources: config/charts/knative-operator and pkg/apis/operator/v1beta1 of knative/operator v1.22; feature flags
of knative/serving v1.22, config-features; gateways of knative-extensions/net-istio v1.22, config-istio.
"""

import yaml

from ...charts import ChartScope, Values, resources
from ...versions import Charts
from ..gateways import gateway_pods
from .settings import KnativeSettings, LocalGatewaySettings

SERVING = "knative-serving"
LOCAL_GATEWAY = "cluster-local-gateway"
LOCAL_SERVICE = "knative-local-gateway"
"""Service and Gateway by which KServe's configuration names the way inside the cluster."""

# What KServe and the placement of a team's services write into the pods of a Knative Service.
_FEATURES = (
    "kubernetes.podspec-affinity",
    "kubernetes.podspec-fieldref",
    "kubernetes.podspec-init-containers",
    "kubernetes.podspec-nodeselector",
    "kubernetes.podspec-persistent-volume-claim",
    "kubernetes.podspec-persistent-volume-write",
    "kubernetes.podspec-schedulername",
    "kubernetes.podspec-securitycontext",
    "kubernetes.podspec-tolerations",
    "kubernetes.podspec-topologyspreadconstraints",
)


def operator_values(settings: KnativeSettings, scope: ChartScope) -> Values:
    """Values of the operator's chart. It takes no node selector, so that only tolerations place its pods."""
    program = {
        # The rest of what `restricted` asks for is in the chart.
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "resources": resources(settings.operator),
        "tolerations": scope.placement["tolerations"],
    }
    return {"knative_operator": {"knative_operator": program, "operator_webhook": program}}


def local_gateway_values(settings: LocalGatewaySettings, scope: ChartScope) -> Values:
    """A second gateway, so that requests from inside the cluster do not meet the login at the first."""
    return {
        "name": LOCAL_GATEWAY,
        "labels": {"app": LOCAL_GATEWAY, "istio": LOCAL_GATEWAY},
        "serviceAccount": {"create": True, "name": f"{LOCAL_GATEWAY}-service-account"},
        "service": {"type": "ClusterIP"},
        **gateway_pods(settings.requests, settings.limits, settings.max_replicas, scope),
    }


def serving_spec(scope: ChartScope, *, mesh_namespace: str, gateway: str) -> Values:
    """Specification of the KnativeServing object. `gateway` is `namespace/name` of the ingress Gateway."""
    selector = {"app": LOCAL_GATEWAY, "istio": LOCAL_GATEWAY}
    namespace, _, name = gateway.partition("/")
    outside = f"istio-ingressgateway.{mesh_namespace}.svc.{scope.cluster_domain}"
    inside = f"{LOCAL_SERVICE}.{mesh_namespace}.svc.{scope.cluster_domain}"
    return {
        "version": Charts.KNATIVE_SERVING_VERSION,
        "high-availability": {"replicas": scope.replicas},
        "ingress": {"istio": {"enabled": True, "knative-local-gateway": {"selector": selector}}},
        # The operator's override of a Gateway leaves the Service before it alone.
        "services": [{"name": LOCAL_SERVICE, "selector": selector}],
        "config": {
            "istio": {
                "external-gateways": _gateways(namespace, name, outside),
                "local-gateways": _gateways(SERVING, LOCAL_SERVICE, inside),
            },
            "features": dict.fromkeys(_FEATURES, "enabled"),
        },
    }


def _gateways(namespace: str, name: str, service: str) -> str:
    return yaml.safe_dump([{"name": name, "namespace": namespace, "service": service}], sort_keys=False)
