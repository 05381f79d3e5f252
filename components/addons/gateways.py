"""Pods of a gateway, by Istio's chart `gateway`: the ingress gateway, and the one that Knative needs."""

from ..charts import ChartScope, Values, resources
from ..kube.settings import Compute


def gateway_pods(requests: Compute, limits: Compute, max_replicas: int, scope: ChartScope) -> Values:
    """Values about the pods (manifests/charts/gateway of istio/istio 1.30)."""
    return {
        "autoscaling": {
            "enabled": True,
            "minReplicas": scope.replicas,
            "maxReplicas": max(scope.replicas, max_replicas),
        },
        "podDisruptionBudget": {"minAvailable": 1} if scope.redundant else {},
        "resources": resources(requests, limits),
        # Replaces what the chart writes: the ports below 1024, without the profile that `restricted` asks.
        "securityContext": {
            "seccompProfile": {"type": "RuntimeDefault"},
            "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
        },
        **scope.placement,
    }
