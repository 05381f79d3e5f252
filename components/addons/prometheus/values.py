"""Values of the Prometheus stack's chart (prometheus-community/helm-charts, kube-prometheus-stack 88)."""

from typing import Any

from ...charts import ChartScope, Values, resources
from .settings import PrometheusSettings

RELEASE = "prometheus"

# Managed clouds show none of these, and elsewhere they listen on their own host only.
_HIDDEN = ("kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler")
_OF_EVERYBODY = ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")


def values(settings: PrometheusSettings, scope: ChartScope) -> Values:
    """The chart's values."""
    return {
        "fullnameOverride": RELEASE,
        "crds": {"enabled": True},
        # Its chart's administrator has a password that everybody knows.
        "grafana": {"enabled": False},
        **{name: {"enabled": False} for name in _HIDDEN},
        "prometheusOperator": {
            # Their certificates are made by hooks of Helm's, which Pulumi never runs.
            "admissionWebhooks": {"enabled": False},
            "tls": {"enabled": False},
            **scope.placement,
        },
        "kube-state-metrics": scope.placement,
        "alertmanager": {
            "enabled": settings.alertmanager,
            "alertmanagerSpec": {"replicas": scope.replicas, **scope.placement},
        },
        "prometheus": {
            "prometheusSpec": _specification(settings, scope),
            "additionalServiceMonitors": [_istiod()],
            "additionalPodMonitors": [_sidecars(), _cert_manager()],
        },
    }


def _specification(settings: PrometheusSettings, scope: ChartScope) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": settings.storage}},
    }
    if settings.storage_class:
        claim["storageClassName"] = settings.storage_class
    return {
        "replicas": scope.replicas,
        "retention": settings.retention,
        "resources": resources(settings.requests),
        "storageSpec": {"volumeClaimTemplate": {"spec": claim}},
        # Otherwise only what this chart itself declares is scraped, and no monitor of another component.
        **{f"{name}SelectorNilUsesHelmValues": False for name in _OF_EVERYBODY},
        **scope.placement,
    }


def _istiod() -> Values:
    return {
        "name": "istiod",
        "namespaceSelector": {"matchNames": ["istio-system"]},
        "selector": {"matchLabels": {"istio": "pilot"}},
        "endpoints": [{"port": "http-monitoring"}],
    }


def _sidecars() -> Values:
    return {
        "name": "envoy-stats",
        "namespaceSelector": {"any": True},
        "selector": {"matchExpressions": [{"key": "security.istio.io/tlsMode", "operator": "Exists"}]},
        "podMetricsEndpoints": [{"port": "http-envoy-prom", "path": "/stats/prometheus"}],
    }


def _cert_manager() -> Values:
    return {
        "name": "cert-manager",
        "namespaceSelector": {"matchNames": ["cert-manager"]},
        "selector": {"matchLabels": {"app.kubernetes.io/instance": "cert-manager"}},
        "podMetricsEndpoints": [{"port": "http-metrics"}],
    }
