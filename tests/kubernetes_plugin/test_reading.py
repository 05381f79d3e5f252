"""Refresh and import, against a real API server."""

from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.values.wire import decode
from tests.kubernetes_plugin.objects import (
    CONFIG_MAP,
    CRD,
    DEPLOYMENT,
    SECRET,
    SERVICE,
    Object,
    config_map,
    crd,
    deployment,
    metadata,
    service,
)
from tests.kubernetes_plugin.plugin import Plugin, PluginError
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine


def _secret(namespace: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata("unchanged", namespace),
        "stringData": {"password": "correct horse"},
    }


def test_a_refresh_without_drift_changes_nothing(plugin: Plugin, namespace: str) -> None:
    """Also where the server writes a value in another way, leaves it out, or keeps it elsewhere."""
    workload = deployment("unchanged", namespace, cpu="0.10")
    workload["spec"]["template"]["spec"]["containers"][0] |= {
        "env": [{"name": "EMPTY", "value": ""}],
        "resources": {"requests": {"cpu": "0.10", "memory": "1024Mi"}, "limits": {}},
    }
    workload["spec"]["template"]["spec"]["hostNetwork"] = False
    for token, inputs in {
        DEPLOYMENT: workload,
        SECRET: _secret(namespace),
        CONFIG_MAP: {**config_map("unchanged", namespace), "immutable": False},
        SERVICE: service("unchanged", namespace, selector={"app": "none"}),
        CRD: crd("Unchanged", "reads.example.org"),
    }.items():
        resource = plugin.resource(token)
        resource.create(inputs)
        before = resource.inputs
        assert resource.refresh()
        assert resource.inputs == before, token
        assert resource.diff(inputs).changes == pb.DiffResponse.DIFF_NONE, token


def test_a_refresh_shows_what_has_drifted(plugin: Plugin, cluster: TestCluster, namespace: str) -> None:
    resource = plugin.resource(DEPLOYMENT)
    resource.create(deployment("drifts", namespace))
    cluster.kubectl("scale", "deployment", "drifts", "-n", namespace, "--replicas=0")
    assert resource.refresh()
    assert decode(resource.inputs).value["spec"]["replicas"] == 0
    assert dict(resource.diff(deployment("drifts", namespace)).detailedDiff).keys() == {"spec.replicas"}


def test_fields_that_the_program_does_not_set_are_no_drift(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    resource = plugin.resource(CONFIG_MAP)
    resource.create(config_map("extended", namespace))
    cluster.kubectl("label", "configmap", "extended", "-n", namespace, "added=later")
    assert resource.refresh()
    assert resource.diff(config_map("extended", namespace)).changes == pb.DiffResponse.DIFF_NONE
    assert resource.outputs["metadata"]["labels"] == {"added": "later"}


def test_a_changed_secret_is_drift_and_stays_secret(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    inputs = {**_secret(namespace), "metadata": metadata("rotated", namespace)}
    resource = plugin.resource(SECRET)
    resource.create(inputs)
    cluster.kubectl(
        "patch", "secret", "rotated", "-n", namespace, "--type=merge",
        "-p", '{"stringData": {"password": "battery staple"}}',
    )  # fmt: skip
    assert resource.refresh()
    assert decode(resource.inputs).value["stringData"] == {"password": "battery staple"}
    assert b"battery staple" not in _without_secrets(resource.inputs)
    assert resource.diff(inputs).changes == pb.DiffResponse.DIFF_SOME


def _without_secrets(struct: object) -> bytes:
    decoded = decode(struct)  # type: ignore[arg-type]
    marked = decoded.secrets if isinstance(decoded.secrets, dict) else {}
    return repr({key: value for key, value in decoded.value.items() if marked.get(key) is not True}).encode()


def test_an_object_that_is_gone_has_no_id(plugin: Plugin, cluster: TestCluster, namespace: str) -> None:
    resource = plugin.resource(CONFIG_MAP)
    resource.create(config_map("removed", namespace))
    cluster.kubectl("delete", "configmap", "removed", "-n", namespace)
    assert not resource.refresh()


def test_an_object_whose_type_is_gone_has_no_id(plugin: Plugin) -> None:
    resource = plugin.resource("kubernetes:never.example.org/v1:Never")
    resource.id = "x"
    assert not resource.read().id


def test_a_refresh_tells_that_an_object_is_no_longer_ready(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    resource = plugin.resource(DEPLOYMENT)
    resource.create(deployment("degrades", namespace))
    cluster.kubectl(
        "set", "resources", "deployment/degrades", "-n", namespace, "--requests=cpu=5000", "-c", "main"
    )
    cluster.kubectl("scale", "deployment", "degrades", "-n", namespace, "--replicas=2")
    cluster.wait("deployment/degrades", "condition=Progressing", namespace)
    with pytest.raises(PluginError, match="pods of the newest revision are ready") as error:
        resource.read()
    assert error.value.init is not None
    assert error.value.init.inputs.fields


def test_an_import_takes_what_is_there_as_inputs(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    cluster.kubectl("create", "configmap", "found", "-n", namespace, "--from-literal=key=value")
    resource = plugin.resource(CONFIG_MAP)
    resource.id = f"{namespace}/found"
    response = resource.read()
    assert response.id == f"{namespace}/found"
    assert decode(response.inputs).value == config_map("found", namespace)
    assert decode(response.properties).value["metadata"]["name"] == "found"
