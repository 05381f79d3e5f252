"""The closing summary says what the cluster says, within 80 columns."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from simulator.driver.errors import DriverError
from simulator.driver.summary import Summary
from tests.support.scripted import scripted

Object = dict[str, Any]


def workload(kind: str, name: str, component: str | None, status: Object, **spec: object) -> Object:
    labels = {"slipway.dev/component": component} if component else {}
    return {"kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec, "status": status}


def deployment(name: str, component: str | None, *, available: bool, message: str = "") -> Object:
    condition = {"type": "Available", "status": str(available), "message": message}
    return workload("Deployment", name, component, {"conditions": [condition]})


def node(
    name: str, pool: str | None, gpus: int = 0, *, ready: bool = True, vendor: str = "nvidia.com"
) -> Object:
    labels = {"slipway.dev/pool": pool} if pool else {}
    if gpus:
        labels[f"{vendor}/gpu.product"] = "H100"
    status = {
        "conditions": [{"type": "Ready", "status": str(ready)}],
        "allocatable": {"cpu": "16", f"{vendor}/gpu": str(gpus)} if gpus else {"cpu": "16"},
    }
    return {"kind": "Node", "metadata": {"name": name, "labels": labels}, "status": status}


def summary(tmp_path: Path, *items: Object, components: tuple[str, ...] = ()) -> Summary:
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"items": items}))
    kubectl = scripted(tmp_path, "kubectl", f"print(open({str(answer)!r}).read())")
    return Summary.of(kubectl.path, tmp_path / "kubeconfig", components)


def shown(what: Summary) -> list[str]:
    output = io.StringIO()
    what.show(Console(file=output, width=80), "Stack 'local' is up")
    return [" ".join(line.split()) for line in output.getvalue().splitlines() if line.strip()]


def test_components_are_counted_by_their_workloads(tmp_path: Path) -> None:
    what = summary(
        tmp_path,
        deployment("controller", "notebooks", available=True),
        deployment("web-app", "notebooks", available=True),
        workload("StatefulSet", "database", "pipelines", {"readyReplicas": 1}, replicas=1),
        workload("DaemonSet", "exporter", "gpu", {"desiredNumberScheduled": 3, "numberAvailable": 3}),
        components=("base", "notebooks", "pipelines", "gpu"),
    )
    assert what.is_available
    assert shown(what)[1:7] == [
        "component available",
        "base no workloads",
        "notebooks 2/2",
        "pipelines 1/1",
        "gpu 1/1",
        "all 4/4",
    ]


def test_a_workload_that_is_not_available_tells_why(tmp_path: Path) -> None:
    what = summary(
        tmp_path,
        deployment("controller", "katib", available=False, message="0/3 nodes are available"),
        workload("StatefulSet", "database", "katib", {}, replicas=2),
        workload("Deployment", "fresh", "katib", {}),
    )
    assert not what.is_available
    lines = shown(what)
    assert "katib 0/3" in lines
    assert "katib: Deployment controller: 0/3 nodes are available" in lines
    assert "katib: StatefulSet database: 0 of 2 ready" in lines
    assert "katib: Deployment fresh: not looked at yet" in lines


def test_what_belongs_to_no_component_is_not_counted(tmp_path: Path) -> None:
    what = summary(tmp_path, deployment("coredns", None, available=False), components=("base",))
    assert what.is_available
    assert "all 0/0" in shown(what)


def test_nodes_and_gpus_are_counted_by_pool(tmp_path: Path) -> None:
    what = summary(
        tmp_path,
        node("system-0", "system"),
        node("system-1", "system", ready=False),
        node("gpu-0", "gpu", 8),
        node("gpu-1", "gpu", 8),
        node("amd-0", "amd", 4, vendor="amd.com"),
        node("stray", None),
    )
    assert shown(what)[-5:] == [
        "node pool ready GPUs",
        "system 1/2 -",
        "gpu 2/2 16 H100",
        "amd 1/1 4 H100",
        "other nodes 1/1 -",
    ]


def test_a_cluster_that_does_not_answer_is_one_error(tmp_path: Path) -> None:
    kubectl = scripted(tmp_path, "kubectl", "sys.exit('connection refused')")
    with pytest.raises(DriverError, match="the cluster does not answer: connection refused"):
        Summary.of(kubectl.path, tmp_path / "kubeconfig", ())
