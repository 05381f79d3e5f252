"""Deleting objects, against a real API server."""

from __future__ import annotations

import pytest

from tests.kubernetes_plugin.objects import CONFIG_MAP, CRD, DEPLOYMENT, config_map, crd, deployment, metadata
from tests.kubernetes_plugin.plugin import Plugin, PluginError
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine


def test_an_object_is_gone_with_all_that_it_owns(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    resource = plugin.resource(DEPLOYMENT)
    resource.create(deployment("leaves", namespace))
    resource.delete()
    for kind in ("deployment", "replicaset", "pod"):
        assert not [name for name in cluster.names(kind, "-n", namespace) if name.startswith("leaves")]


def test_dependents_stay_where_the_annotation_says_so(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    resource = plugin.resource(DEPLOYMENT)
    resource.create(deployment("orphans", namespace, deletionPropagationPolicy="orphan"))
    resource.delete()
    assert [name for name in cluster.names("replicaset", "-n", namespace) if name.startswith("orphans")]


def test_an_object_that_is_not_there_is_deleted(plugin: Plugin, cluster: TestCluster, namespace: str) -> None:
    resource = plugin.resource(CONFIG_MAP)
    resource.create(config_map("absent", namespace))
    cluster.kubectl("delete", "configmap", "absent", "-n", namespace)
    resource.delete()


def test_what_holds_an_object_is_told(plugin: Plugin, cluster: TestCluster, namespace: str) -> None:
    held = config_map("held", namespace)
    held["metadata"]["finalizers"] = ["example.org/hold"]
    resource = plugin.resource(CONFIG_MAP)
    resource.create(held)
    with pytest.raises(PluginError, match=r"was not gone after 1 s: .*example\.org/hold"):
        resource.delete(seconds=1)
    cluster.kubectl(
        "patch", "configmap", "held", "-n", namespace, "--type=merge", "-p", '{"metadata":{"finalizers":[]}}'
    )
    resource.delete()


def test_an_object_on_its_way_out_is_created_anew(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    """Such as one whose deletion an earlier run was interrupted in."""
    leaving = config_map("again", namespace)
    leaving["metadata"]["finalizers"] = ["example.org/hold"]
    cluster.apply(leaving)
    cluster.kubectl("delete", "configmap", "again", "-n", namespace, "--wait=false")
    before = cluster.get("configmap", "again", namespace)["metadata"]["uid"]
    script = '{"metadata":{"finalizers":[]}}'
    cluster.kubectl("patch", "configmap", "again", "-n", namespace, "--type=merge", "-p", script)
    plugin.resource(CONFIG_MAP).create(config_map("again", namespace))
    assert cluster.get("configmap", "again", namespace)["metadata"]["uid"] != before


def test_objects_of_a_deleted_type_are_deleted(plugin: Plugin, namespace: str) -> None:
    definition = plugin.resource(CRD)
    definition.create(crd("Brief", "deletes.example.org"))
    resource = plugin.resource("kubernetes:deletes.example.org/v1:Brief")
    resource.create(
        {
            "apiVersion": "deletes.example.org/v1",
            "kind": "Brief",
            "metadata": metadata("one", namespace),
            "spec": {"size": 1},
        }
    )
    definition.delete()
    resource.delete()
