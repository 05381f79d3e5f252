"""`observability` shows Prometheus and Grafana the platform and its GPUs; nothing else changes."""

import json
import re
from typing import Any

import pytest

from components.settings_base import SettingsError
from tests.support.render import MINIMAL, Object, render

from .shipped import changed, checked, plain, rendered

SCRAPE = "prometheus.io/scrape"


def monitor(kind: str) -> Any:  # noqa: ANN401 - fields of a custom resource
    (found,) = rendered("observability").of(kind)
    return found["spec"]


def annotated(one: Object) -> bool:
    return SCRAPE in one["spec"]["template"]["metadata"].get("annotations", {})


def test_every_annotated_program_is_found_by_the_monitor_of_pods() -> None:
    spec = monitor("PodMonitor")
    pods = [one for one in rendered("observability").of("Deployment") if annotated(one)]
    assert {one["metadata"]["name"] for one in pods} >= {
        "dex",
        "oauth2-proxy",
        "notebook-controller-deployment",
    }
    for one in pods:
        assert one["metadata"]["namespace"] in spec["namespaceSelector"]["matchNames"]
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize(
    ("address", "port", "found"),
    [
        ("10.0.0.1:80", "9090", "10.0.0.1:9090"),
        ("10.0.0.1", "9090", "10.0.0.1:9090"),
        ("[fd00::1]:80", "9090", "[fd00::1]:9090"),
    ],
)
def test_the_annotated_port_is_asked_whatever_the_port_of_the_target(
    address: str, port: str, found: str
) -> None:
    rules = monitor("PodMonitor")["podMetricsEndpoints"][0]["relabelings"]
    (rule,) = [one for one in rules if one.get("targetLabel") == "__address__"]
    # Prometheus holds a rule to the whole of its labels, with a semicolon between them.
    matched = re.fullmatch(rule["regex"], f"{address};{port}")
    assert matched
    assert rule["replacement"].replace("$1", matched[1]).replace("$2", matched[2]) == found


def test_programs_that_ask_who_reads_are_found_by_the_monitor_of_services_and_no_others() -> None:
    endpoints = monitor("ServiceMonitor")["endpoints"]
    ports = {one["port"] for one in endpoints}
    kept = {rule["regex"] for one in endpoints for rule in one["relabelings"] if rule.get("action") == "keep"}
    assert len(kept) == 1
    everything = render(
        f"{MINIMAL}\naddons: {{prometheus: {{enabled: true}}}}\nmonitoring: {{monitors: true}}"
    )
    found = {
        one["metadata"]["name"]
        for one in everything.of("Service")
        if re.fullmatch(kept.copy().pop(), one["metadata"]["name"])
        and ports & {port["name"] for port in one["spec"]["ports"]}
        and one["metadata"]["labels"].get("app.kubernetes.io/managed-by") == "slipway"
    }
    assert found == {
        "jobset-controller-manager-metrics-service",
        "kserve-controller-manager-metrics-service",
        "kubeflow-trainer-controller-manager",
        "llmisvc-controller-manager-service",
        "pvcviewer-controller-manager-metrics-service",
        "tensorboard-controller-controller-manager-metrics-service",
    }


def test_dashboards_are_what_grafanas_sidecar_looks_for() -> None:
    after = rendered("observability")
    for name in ("dashboard-platform", "dashboard-gpus"):
        found = after.get("ConfigMap", name)
        assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
        content = json.loads(found["data"][f"{name}.json"])
        queries = [target["expr"] for panel in content["panels"] for target in panel["targets"]]
        assert len(queries) > 3
        assert all(query.count("(") == query.count(")") for query in queries)


def test_without_devices_there_is_no_dashboard_of_them() -> None:
    cluster = {"nodePools": [{"name": "system", "count": 1, "cpu": "16", "memory": "64Gi"}]}
    names = rendered("observability", cluster=cluster).names("ConfigMap")
    assert "dashboard-platform" in names
    assert "dashboard-gpus" not in names


def test_monitors_come_after_their_api_types() -> None:
    assert "Namespace/monitoring" in rendered("observability").before("PodMonitor", "platform-pods")


def test_programs_are_left_alone() -> None:
    _, gone, other = changed(plain(), rendered("observability"))
    assert not gone
    assert {one.split()[0] for one in other} <= {"NetworkPolicy"}


def test_monitors_without_prometheus_are_refused() -> None:
    with pytest.raises(
        SettingsError, match=r"slipway:monitoring\.monitors: found true without Prometheus"
    ) as found:
        checked("observability", addons={"prometheus": {"enabled": False}})
    assert "allowed: false, or addons.prometheus.enabled: true" in str(found.value)
