"""What the Knative operator's chart is given, and what the operator is told to install.

Sources: config/charts/knative-operator and pkg/apis/operator/v1beta1 of knative/operator v1.22; feature flags
of knative/serving v1.22, config-features; gateways of knative-extensions/net-istio v1.22, config-istio.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ...charts import ChartScope, Values, resources
from ...kube.image import Reference
from ...kube.pulling import pull_secrets, pulled
from ...versions import Charts
from ..gateways import gateway_pods
from .settings import KnativeSettings, LocalGatewaySettings

SERVING = "knative-serving"
LOCAL_GATEWAY = "cluster-local-gateway"
LOCAL_SERVICE = "knative-local-gateway"
"""Service and Gateway by which KServe's configuration names the way inside the cluster."""

# As KServe names them in standard mode (config-network and config-domain of knative/networking and serving).
_NAME = "{{.Name}}-{{.Namespace}}.{{.Domain}}"
QUEUE = "queue-proxy"
_KNATIVE = "knative-releases/knative.dev/"
# By the path of an image the containers, each with what it belongs to, and the cached image that name it.
_PROGRAMS: Mapping[str, Sequence[str]] = {
    "serving/cmd/activator": ["activator/activator"],
    "serving/cmd/autoscaler": ["autoscaler/autoscaler"],
    "serving/cmd/autoscaler-hpa": ["autoscaler-hpa/autoscaler-hpa"],
    "serving/cmd/controller": ["controller/controller"],
    "serving/cmd/queue": [QUEUE],
    "serving/cmd/webhook": ["webhook/webhook"],
    "serving/pkg/cleanup/cmd/cleanup": ["cleanup"],
    "pkg/apiextensions/storageversion/cmd/migrate": ["migrate"],
    "net-istio/cmd/controller": ["net-istio-controller/controller"],
    "net-istio/cmd/webhook": ["net-istio-webhook/webhook"],
}

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


def serving_spec(
    scope: ChartScope, *, mesh_namespace: str, gateway: str, domain: str | None = None, scheme: str = "http"
) -> Values:
    """Specification of the KnativeServing object. `gateway` is `namespace/name` of the ingress Gateway.

    Names of services end in `domain`; without it Knative gives them none outside of the cluster. One label
    before it says service and namespace: a certificate for `*.<domain>` is for no more.
    """
    names = {
        "domain": {domain: ""},
        "network": {"domain-template": _NAME, "default-external-scheme": scheme},
    }
    selector = {"app": LOCAL_GATEWAY, "istio": LOCAL_GATEWAY}
    namespace, _, name = gateway.partition("/")
    outside = f"istio-ingressgateway.{mesh_namespace}.svc.{scope.cluster_domain}"
    inside = f"{LOCAL_SERVICE}.{mesh_namespace}.svc.{scope.cluster_domain}"
    registry = _registry()
    queue = {"deployment": {"queue-sidecar-image": registry["override"][QUEUE]}} if registry else {}
    return {
        "version": Charts.KNATIVE_SERVING_VERSION,
        **({"registry": registry} if registry else {}),
        "high-availability": {"replicas": scope.replicas},
        "ingress": {"istio": {"enabled": True, "knative-local-gateway": {"selector": selector}}},
        # The operator's override of a Gateway leaves the Service before it alone.
        "services": [{"name": LOCAL_SERVICE, "selector": selector}],
        "config": {
            **queue,
            **(names if domain else {}),
            "istio": {
                "external-gateways": _gateways(namespace, name, outside),
                "local-gateways": _gateways(SERVING, LOCAL_SERVICE, inside),
            },
            "features": dict.fromkeys(_FEATURES, "enabled"),
        },
    }


def _registry() -> dict[str, Any]:
    """Where the operator takes the images of what it installs from (ImageTransform in images.go)."""
    images = {
        Reference.of(image).path.removeprefix(_KNATIVE): image
        for image in Charts.KNATIVE_OPERATOR.images
        if f"/{_KNATIVE}operator/" not in f"/{Reference.of(image).path}"
    }
    if all(pulled(image) == image for image in images.values()):
        return {}
    override = {name: pulled(images[path]) for path, names in _PROGRAMS.items() for name in names}
    secrets = pull_secrets()
    return {"override": override, **({"imagePullSecrets": secrets} if secrets else {})}


def _gateways(namespace: str, name: str, service: str) -> str:
    return yaml.safe_dump([{"name": name, "namespace": namespace, "service": service}], sort_keys=False)
