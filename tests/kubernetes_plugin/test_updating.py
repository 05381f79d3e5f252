"""Updating objects, and what an update cannot change, against a real API server."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from tests.kubernetes_plugin.conftest import Start
from tests.kubernetes_plugin.objects import (
    CONFIG_MAP,
    CRD,
    DEPLOYMENT,
    JOB,
    SERVICE,
    config_map,
    crd,
    deployment,
    job,
    service,
)
from tests.kubernetes_plugin.plugin import Plugin, PluginError
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine

MUTABLE = {"upsertExistingObjects": "true", "enableConfigMapMutable": "true"}


def test_an_update_removes_what_the_program_no_longer_sets(
    start: Start, cluster: TestCluster, namespace: str
) -> None:
    resource = start(None, **MUTABLE).resource(CONFIG_MAP)
    resource.create(config_map("shrinks", namespace, data={"a": "1", "b": "2"}))
    resource.update(config_map("shrinks", namespace, data={"a": "3"}))
    assert cluster.get("configmap", "shrinks", namespace)["data"] == {"a": "3"}


def test_an_object_created_without_apply_is_updated_without_leftovers(
    start: Start, cluster: TestCluster, namespace: str
) -> None:
    resource = start(enableConfigMapMutable="true").resource(CONFIG_MAP)
    resource.create(config_map("posted", namespace, data={"a": "1", "b": "2"}))
    resource.update(config_map("posted", namespace, data={"a": "3"}))
    assert cluster.get("configmap", "posted", namespace)["data"] == {"a": "3"}


def test_a_previewed_update_changes_nothing(start: Start, cluster: TestCluster, namespace: str) -> None:
    resource = start(None, **MUTABLE).resource(CONFIG_MAP)
    resource.create(config_map("previewed", namespace))
    shown = resource.update(config_map("previewed", namespace, data={"key": "new"}), preview=True)
    assert shown["data"] == {"key": "new"}
    assert cluster.get("configmap", "previewed", namespace)["data"] == {"key": "value"}


def test_an_update_meets_what_another_manager_took_over(
    start: Start, cluster: TestCluster, namespace: str
) -> None:
    resource = start(None, **MUTABLE).resource(CONFIG_MAP)
    resource.create(config_map("taken-over", namespace))
    cluster.kubectl(
        "patch", "configmap", "taken-over", "-n", namespace, "--field-manager=somebody",
        "--type=merge", "-p", '{"data": {"key": "theirs"}}',
    )  # fmt: skip
    wanted = config_map("taken-over", namespace, data={"key": "ours"})
    with pytest.raises(PluginError, match=r"\.data\.key is managed by somebody"):
        resource.update(wanted)
    ignoring = resource.update(wanted, ignore=["data.key"])
    assert ignoring["data"] == {"key": "theirs"}


def test_an_object_that_is_gone_is_not_updated(start: Start, cluster: TestCluster, namespace: str) -> None:
    resource = start(None, **MUTABLE).resource(CONFIG_MAP)
    resource.create(config_map("vanished", namespace))
    cluster.kubectl("delete", "configmap", "vanished", "-n", namespace)
    with pytest.raises(PluginError, match="ConfigMap plugin/vanished is gone from the cluster"):
        resource.update(config_map("vanished", namespace, data={"key": "new"}))


def test_a_crd_is_replaced_as_a_whole(plugin: Plugin, cluster: TestCluster) -> None:
    resource = plugin.resource(CRD)
    resource.create(crd("Update", "updates.example.org"))
    changed: dict[str, Any] = crd("Update", "updates.example.org")
    properties = changed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    properties["spec"]["properties"] = {"size": {"type": "integer"}}
    resource.update(changed)
    found = cluster.get("crd", "updates.updates.example.org")["spec"]["versions"][0]["schema"]
    assert set(found["openAPIV3Schema"]["properties"]["spec"]["properties"]) == {"size"}
    assert resource.diff(changed).changes == pb.DiffResponse.DIFF_NONE


def test_unchanged_inputs_are_no_change(plugin: Plugin, namespace: str) -> None:
    resource = plugin.resource(DEPLOYMENT)
    resource.create(deployment("same", namespace))
    assert resource.diff(deployment("same", namespace)).changes == pb.DiffResponse.DIFF_NONE
    assert resource.diff(deployment("same", namespace, cpu="100m")).changes == pb.DiffResponse.DIFF_NONE
    assert resource.diff(deployment("same", namespace, cpu="200m")).changes == pb.DiffResponse.DIFF_SOME


def test_what_cannot_change_is_replaced(plugin: Plugin, namespace: str) -> None:
    """The old object is deleted first where the new one needs its name."""
    resource = plugin.resource(SERVICE)
    resource.create(service("moves", namespace))
    headless = resource.diff(service("moves", namespace, clusterIP="None"))
    assert list(headless.replaces) == ["spec.clusterIP"]
    assert headless.deleteBeforeReplace
    renamed = resource.diff(service("moved", namespace))
    assert list(renamed.replaces) == ["metadata.name"]
    assert not renamed.deleteBeforeReplace
    elsewhere = resource.diff(service("moves", "default"))
    assert list(elsewhere.replaces) == ["metadata.namespace"]
    assert not elsewhere.deleteBeforeReplace
    labelled = resource.diff({**service("moves", namespace), "spec": {"ports": [{"port": 81}]}})
    assert (labelled.changes, list(labelled.replaces)) == (pb.DiffResponse.DIFF_SOME, [])


def test_a_job_that_is_not_ready_is_replaced_on_request(plugin: Plugin, namespace: str) -> None:
    wanted = job("retried", namespace, replaceUnready="true")
    wanted["spec"]["suspend"] = True
    resource = plugin.resource(JOB)
    with pytest.raises(PluginError, match="has not completed"):
        resource.create(wanted, seconds=1)
    assert resource.diff(wanted).deleteBeforeReplace
    finished = plugin.resource(JOB, "finished")
    finished.create(job("finished", namespace, replaceUnready="true"))
    assert (
        finished.diff(job("finished", namespace, replaceUnready="true")).changes == pb.DiffResponse.DIFF_NONE
    )


def test_an_ignored_change_is_none(plugin: Plugin, namespace: str) -> None:
    resource = plugin.resource(DEPLOYMENT)
    resource.create(deployment("scaled", namespace))
    more = deployment("scaled", namespace, replicas=2)
    assert resource.diff(more, ignore=["spec.replicas"]).changes == pb.DiffResponse.DIFF_NONE
    assert dict(resource.diff(more).detailedDiff).keys() == {"spec.replicas"}
