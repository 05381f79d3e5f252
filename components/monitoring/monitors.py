"""What Prometheus' operator is told to scrape (monitoring.coreos.com/v1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..kube.scope import MANAGED_BY

_OURS = {"app.kubernetes.io/managed-by": MANAGED_BY}
_META = "__meta_kubernetes_pod_annotation_prometheus_io"
_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"

PROTECTED = ("https", "monitoring-port")
"""Names of the Services' ports behind which a program asks the API server who may read its metrics."""

# Webhooks have ports of these names as well.
_SERVICES = r".+-metrics-service|kubeflow-trainer-controller-manager|llmisvc-controller-manager-service"


def annotated_pods(namespaces: Sequence[str]) -> Mapping[str, Any]:
    """Specification of a PodMonitor: pods that are annotated for Prometheus (kube/metrics, `scraped`).

    Of pods in the mesh the sidecar has made the annotations its own, and answers for program and itself. A
    pod gives a target for each of its ports; since all become the annotated one, and the labels of container
    and port go, one remains.
    """
    return {
        "namespaceSelector": {"matchNames": list(namespaces)},
        "selector": {"matchLabels": _OURS},
        "podMetricsEndpoints": [
            {
                "relabelings": [
                    {"action": "keep", "sourceLabels": [f"{_META}_scrape"], "regex": "true"},
                    {"action": "drop", "sourceLabels": [f"{_META}_scheme"], "regex": "https"},
                    {
                        "sourceLabels": [f"{_META}_path"],
                        "regex": "(.+)",
                        "targetLabel": "__metrics_path__",
                    },
                    {
                        "sourceLabels": ["__address__", f"{_META}_port"],
                        "regex": r"(.+?)(?::\d+)?;(\d+)",
                        "replacement": "$1:$2",
                        "targetLabel": "__address__",
                    },
                    {
                        "sourceLabels": ["__meta_kubernetes_pod_label_slipway_dev_component"],
                        "targetLabel": "component",
                    },
                    {"action": "labeldrop", "regex": "container|endpoint"},
                ]
            }
        ],
    }


def protected_services(namespaces: Sequence[str]) -> Mapping[str, Any]:
    """Specification of a ServiceMonitor: programs that show their metrics to those who may read them.

    Prometheus comes with its own token, which its chart allows the path `/metrics`. The certificates are of
    the programs' own making, or name the webhook, so that none is checked.
    """
    return {
        "namespaceSelector": {"matchNames": list(namespaces)},
        "selector": {"matchLabels": _OURS},
        "endpoints": [
            {
                "port": port,
                "scheme": "https",
                "bearerTokenFile": _TOKEN,
                "tlsConfig": {"insecureSkipVerify": True},
                "relabelings": [
                    {
                        "action": "keep",
                        "sourceLabels": ["__meta_kubernetes_service_name"],
                        "regex": _SERVICES,
                    },
                    {
                        "sourceLabels": ["__meta_kubernetes_service_label_slipway_dev_component"],
                        "targetLabel": "component",
                    },
                ],
            }
            for port in PROTECTED
        ],
    }
