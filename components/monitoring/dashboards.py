"""Dashboards as Grafana reads them: rows of graphs, each one question about the platform or its GPUs.

Names of metrics: istio/istio 1.30 (standard metrics), controller-runtime (workqueue, reconcile),
kube-state-metrics v2, and NVIDIA/dcgm-exporter 4 (etc/default-counters.csv).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDTH, _HEIGHT = 12, 8


@dataclass(frozen=True, kw_only=True)
class Graph:
    """One graph: its title, the query, what each line is called, and the unit as Grafana names it."""

    title: str
    query: str
    legend: str
    unit: str = "short"


_OURS = 'namespace=~"kubeflow|kubeflow-system|auth|oauth2-proxy"'

PLATFORM = (
    Graph(
        title="Programs that do not answer", query="up{component!=''} == 0", legend="{{component}} {{pod}}"
    ),
    Graph(
        title="Restarts in an hour",
        query="sum by (namespace, pod) "
        f"(increase(kube_pod_container_status_restarts_total{{{_OURS}}}[1h])) > 0",
        legend="{{namespace}}/{{pod}}",
    ),
    Graph(
        title="Requests by program",
        query='sum by (destination_workload) (rate(istio_requests_total{reporter="destination"}[5m]))',
        legend="{{destination_workload}}",
        unit="reqps",
    ),
    Graph(
        title="Failed requests by program",
        query="sum by (destination_workload) "
        '(rate(istio_requests_total{reporter="destination",response_code=~"5.."}[5m]))',
        legend="{{destination_workload}}",
        unit="reqps",
    ),
    Graph(
        title="Time of 95 % of requests",
        query="histogram_quantile(0.95, sum by (le, destination_workload) "
        '(rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[5m])))',
        legend="{{destination_workload}}",
        unit="ms",
    ),
    Graph(
        title="Work that waits for controllers",
        query="sum by (component, name) (workqueue_depth)",
        legend="{{component}} {{name}}",
    ),
    Graph(
        title="Errors of controllers",
        query="sum by (component, controller) (rate(controller_runtime_reconcile_errors_total[5m]))",
        legend="{{component}} {{controller}}",
        unit="ops",
    ),
    Graph(
        title="Memory of programs",
        query=f'sum by (pod) (container_memory_working_set_bytes{{{_OURS},container!=""}})',
        legend="{{pod}}",
        unit="bytes",
    ),
)

GPUS = (
    Graph(title="Busy", query="DCGM_FI_DEV_GPU_UTIL", legend="{{Hostname}} {{gpu}}", unit="percent"),
    Graph(
        title="Memory in use",
        query="DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) * 100",
        legend="{{Hostname}} {{gpu}}",
        unit="percent",
    ),
    Graph(title="Temperature", query="DCGM_FI_DEV_GPU_TEMP", legend="{{Hostname}} {{gpu}}", unit="celsius"),
    Graph(title="Power", query="DCGM_FI_DEV_POWER_USAGE", legend="{{Hostname}} {{gpu}}", unit="watt"),
    Graph(title="Last error (XID)", query="DCGM_FI_DEV_XID_ERRORS > 0", legend="{{Hostname}} {{gpu}}"),
    Graph(
        title="Busy by team",
        query='avg by (exported_namespace) (DCGM_FI_DEV_GPU_UTIL{exported_namespace!=""})',
        legend="{{exported_namespace}}",
        unit="percent",
    ),
)


def dashboard(uid: str, title: str, graphs: Sequence[Graph]) -> str:
    """A dashboard as JSON, two graphs in a row. Whoever looks at it chooses the Prometheus."""
    return json.dumps(
        {
            "uid": uid,
            "title": title,
            "tags": ["slipway"],
            "schemaVersion": 39,
            "time": {"from": "now-6h", "to": "now"},
            "refresh": "1m",
            "templating": {
                "list": [
                    {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
                ]
            },
            "panels": [_panel(index, graph) for index, graph in enumerate(graphs)],
        },
        indent=1,
    )


def _panel(index: int, graph: Graph) -> dict[str, object]:
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": graph.title,
        "datasource": _SOURCE,
        "gridPos": {"x": index % 2 * _WIDTH, "y": index // 2 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": graph.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": _SOURCE, "expr": graph.query, "legendFormat": graph.legend}],
    }
