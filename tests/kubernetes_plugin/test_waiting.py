"""Waiting until objects are ready, with the real controllers."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from google.protobuf import empty_pb2

from tests.kubernetes_plugin.conftest import Start
from tests.kubernetes_plugin.objects import (
    CRD,
    DEPLOYMENT,
    JOB,
    SERVICE,
    config_map,
    crd,
    deployment,
    job,
    metadata,
    service,
)
from tests.kubernetes_plugin.plugin import Plugin, PluginError
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine


def test_a_deployment_is_ready_when_its_pods_are(plugin: Plugin, namespace: str) -> None:
    outputs = plugin.resource(DEPLOYMENT).create(deployment("ready", namespace, replicas=2))
    assert outputs["status"]["readyReplicas"] == 2


def test_a_deployment_that_cannot_be_scheduled_ends_with_the_schedulers_words(
    plugin: Plugin, namespace: str
) -> None:
    resource = plugin.resource(DEPLOYMENT)
    with pytest.raises(PluginError, match="Insufficient cpu") as error:
        resource.create(deployment("huge", namespace, cpu="5000", timeoutSeconds="2"))
    assert error.value.init is not None
    reasons = list(error.value.init.reasons)
    assert any("not ready after 2 s" in reason for reason in reasons)
    assert any("0 of 1 pods" in reason for reason in reasons)
    assert error.value.init.id == f"{namespace}/huge"
    assert resource.outputs["metadata"]["name"] == "huge"

    # The object is in the state: an update waits for it again, first in vain, then not.
    with pytest.raises(PluginError, match="Insufficient cpu"):
        resource.update(deployment("huge", namespace, cpu="4000", timeoutSeconds="1"))
    assert resource.update(deployment("huge", namespace, cpu="0.1"))["status"]["readyReplicas"] == 1


def test_skip_await_does_not_wait(plugin: Plugin, namespace: str) -> None:
    outputs = plugin.resource(DEPLOYMENT).create(deployment("hasty", namespace, cpu="5000", skipAwait="true"))
    assert "readyReplicas" not in outputs.get("status", {})


def test_the_resource_option_comes_before_the_annotation(plugin: Plugin, namespace: str) -> None:
    with pytest.raises(PluginError, match="not ready after 1 s"):
        plugin.resource(DEPLOYMENT).create(
            deployment("bounded", namespace, cpu="5000", timeoutSeconds="600"), seconds=1
        )


def test_a_service_waits_for_the_pods_that_it_selects(plugin: Plugin, namespace: str) -> None:
    """One that selects nothing does not, and one whose pods are not ready does."""
    plugin.resource(SERVICE).create(service("nobody", namespace, selector={"app": "nobody"}))
    plugin.resource(SERVICE).create(service("no-selector", namespace))
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**metadata("gated", namespace), "labels": {"app": "gated"}},
        "spec": {"nodeName": "no-such-node", "containers": [{"name": "main", "image": "example"}]},
    }
    with pytest.raises(PluginError, match="Pod plugin/gated: not ready after 1 s"):
        plugin.resource("kubernetes:core/v1:Pod").create(pod, seconds=1)


def test_a_load_balancer_that_nobody_provides_is_told(plugin: Plugin, namespace: str) -> None:
    with pytest.raises(PluginError, match="no address was allocated"):
        plugin.resource(SERVICE).create(service("public", namespace, type="LoadBalancer"), seconds=1)


def test_a_claim_is_bound_and_a_job_runs_to_its_end(plugin: Plugin, namespace: str) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata("disk", namespace),
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    outputs = plugin.resource("kubernetes:core/v1:PersistentVolumeClaim").create(claim)
    assert outputs["status"]["phase"] == "Bound"
    assert plugin.resource(JOB).create(job("short", namespace))["status"]["succeeded"] == 1


def test_stateful_and_daemon_sets_are_waited_for(plugin: Plugin, namespace: str) -> None:
    spec = deployment("set", namespace)["spec"]
    stateful: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata("set", namespace),
        "spec": {**spec, "serviceName": "set", "replicas": 2},
    }
    outputs = plugin.resource("kubernetes:apps/v1:StatefulSet").create(stateful)
    assert outputs["status"]["readyReplicas"] == 2
    stateful["spec"]["template"]["spec"]["containers"][0]["image"] = "newer"
    resource = plugin.resource("kubernetes:apps/v1:StatefulSet", "again")
    outputs = resource.create(stateful | {"metadata": metadata("set", namespace, patchForce="true")})
    assert outputs["status"]["currentRevision"] == outputs["status"]["updateRevision"]
    daemon = {**stateful, "kind": "DaemonSet", "spec": {k: spec[k] for k in ("selector", "template")}}
    outputs = plugin.resource("kubernetes:apps/v1:DaemonSet").create(daemon)
    assert outputs["status"]["numberReady"] == outputs["status"]["desiredNumberScheduled"] > 0


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("by-condition", "condition=Ready"),
        ("by-field", "jsonpath={.status.phase}=Done"),
        (
            "by-both",
            json.dumps(['jsonpath={.status.conditions[?(@.type=="Ready")].status}', "condition=Ready"]),
        ),
    ],
)
def test_a_custom_resource_is_waited_for_as_it_says(
    plugin: Plugin, cluster: TestCluster, namespace: str, name: str, expression: str
) -> None:
    plugin.resource(CRD).create(crd("Waiter", "waits.example.org"))
    inputs = {
        "apiVersion": "waits.example.org/v1",
        "kind": "Waiter",
        "metadata": metadata(name, namespace, waitFor=expression),
        "spec": {"size": 1},
    }
    status = {"phase": "Done", "conditions": [{"type": "Ready", "status": "True"}]}
    resource = plugin.resource("kubernetes:waits.example.org/v1:Waiter")
    with pytest.raises(PluginError, match=f"Waiter {namespace}/{name}: not ready after 1 s"):
        resource.create(inputs, seconds=1)
    patch = json.dumps({"status": status})
    command = ["patch", "waiter", name, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch]
    done = threading.Timer(0.5, cluster.kubectl, command)
    done.start()
    assert resource.update(inputs, seconds=20)["status"]["phase"] == "Done"
    done.join()


def test_an_expression_that_is_not_understood_is_refused_before_anything_is_created(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    for expression in ("Ready", "jsonpath=.status.phase", "[]", "jsonpath={.a[1:2]}"):
        with pytest.raises(PluginError, match=r"waitFor|JSONPath"):
            plugin.resource("kubernetes:core/v1:ConfigMap").create(
                config_map("unclear", namespace, waitFor=expression)
            )
    assert "unclear" not in cluster.names("configmap", "-n", namespace)


def test_cancelling_ends_a_wait_and_keeps_the_object(start: Start, namespace: str) -> None:
    plugin = start(upsertExistingObjects="true", context="")
    resource = plugin.resource(DEPLOYMENT)
    begun = time.monotonic()
    threading.Timer(1.0, plugin.call, ["Cancel", empty_pb2.Empty()]).start()
    with pytest.raises(PluginError, match="was cancelled"):
        resource.create(deployment("cancelled", namespace, cpu="5000"))
    assert resource.id == f"{namespace}/cancelled"
    assert time.monotonic() - begun < 60
