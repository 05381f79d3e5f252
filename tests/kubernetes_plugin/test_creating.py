"""Creating objects, against a real API server."""

import pytest

from tests.kubernetes_plugin.conftest import Start
from tests.kubernetes_plugin.objects import CONFIG_MAP, config_map, metadata
from tests.kubernetes_plugin.plugin import Plugin, PluginError
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine


def test_an_object_that_exists_is_refused(start: Start, cluster: TestCluster, namespace: str) -> None:
    cluster.apply(config_map("taken", namespace))
    with pytest.raises(PluginError, match=f"ConfigMap {namespace}/taken exists already"):
        start().resource(CONFIG_MAP).create(config_map("taken", namespace))


def test_an_object_that_does_not_exist_is_created_only_once(
    start: Start, cluster: TestCluster, namespace: str
) -> None:
    plugin = start()
    one, other = plugin.resource(CONFIG_MAP, "one"), plugin.resource(CONFIG_MAP, "other")
    one.create(config_map("new", namespace))
    assert cluster.get("configmap", "new", namespace)["data"] == {"key": "value"}
    assert one.id == f"{namespace}/new"
    with pytest.raises(PluginError, match="exists already"):
        other.create(config_map("new", namespace))


@pytest.mark.parametrize("source", ["setting", "environment"])
def test_with_upsert_an_object_that_exists_is_taken_over(
    start: Start, cluster: TestCluster, namespace: str, source: str
) -> None:
    name = f"there-{source}"
    cluster.apply(config_map(name, namespace, data={"theirs": "1"}))
    environ = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"} if source == "environment" else {}
    plugin = start(environ, **({"upsertExistingObjects": "true"} if source == "setting" else {}))
    plugin.resource(CONFIG_MAP).create(config_map(name, namespace, data={"ours": "2"}))
    assert cluster.get("configmap", name, namespace)["data"] == {"theirs": "1", "ours": "2"}


def test_a_field_that_another_manager_set_otherwise_is_a_conflict(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    cluster.apply(config_map("contested", namespace))
    wanted = config_map("contested", namespace, data={"key": "other"})
    with pytest.raises(PluginError, match=r"\.data\.key is managed by kubectl") as error:
        plugin.resource(CONFIG_MAP).create(wanted)
    assert f"ConfigMap {namespace}/contested" in str(error.value)
    assert cluster.get("configmap", "contested", namespace)["data"] == {"key": "value"}


def test_patch_force_settles_a_conflict(plugin: Plugin, cluster: TestCluster, namespace: str) -> None:
    cluster.apply(config_map("forced", namespace))
    wanted = config_map("forced", namespace, data={"key": "other"}, patchForce="true")
    plugin.resource(CONFIG_MAP).create(wanted)
    assert cluster.get("configmap", "forced", namespace)["data"] == {"key": "other"}


def test_a_patch_resource_sets_its_fields_only_and_gives_them_up_again(
    start: Start, cluster: TestCluster, namespace: str
) -> None:
    cluster.apply(config_map("shared", namespace, data={"theirs": "1"}))
    patch = start().resource("kubernetes:core/v1:ConfigMapPatch")
    patch.create(config_map("shared", namespace, data={"ours": "2"}))
    assert cluster.get("configmap", "shared", namespace)["data"] == {"theirs": "1", "ours": "2"}
    patch.delete()
    assert cluster.get("configmap", "shared", namespace)["data"] == {"theirs": "1"}


def test_a_patch_resource_must_name_its_object(start: Start) -> None:
    with pytest.raises(PluginError, match=r"set metadata\.name"):
        start().resource("kubernetes:core/v1:ConfigMapPatch").check(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "default"}}
        )


def test_a_name_is_made_up_where_there_is_none_and_kept(start: Start, namespace: str) -> None:
    nameless = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": namespace}}
    resource = start().resource(CONFIG_MAP, "settings")
    name = resource.create(nameless)["metadata"]["name"]
    assert name.startswith("settings-")
    assert resource.diff(nameless).changes == resource.diff(nameless).DIFF_NONE
    with pytest.raises(PluginError, match="generateName cannot be used"):
        resource.check({**nameless, "metadata": {"generateName": "x-"}, "kind": "Secret"})


@pytest.mark.parametrize("upsert", ["true", "false"])
def test_a_misspelt_field_is_refused_by_object_and_field(start: Start, namespace: str, upsert: str) -> None:
    wrong = {**config_map("typo", namespace), "dat": {"key": "value"}}
    resource = start(upsertExistingObjects=upsert).resource(CONFIG_MAP)
    for preview in (True, False):
        with pytest.raises(PluginError, match=rf"ConfigMap {namespace}/typo: .*dat.*") as error:
            resource.create(wrong, preview=preview)
        assert "field" in str(error.value)


def test_a_wrong_type_and_a_missing_field_are_told_by_field(plugin: Plugin, namespace: str) -> None:
    with pytest.raises(PluginError, match=r"\.data\.key: expected string, found a number"):
        plugin.resource(CONFIG_MAP).create(config_map("typo", namespace, data={"key": 5}))
    rule = {"apiVersion": "v1", "kind": "Service", "metadata": metadata("typo", namespace), "spec": {}}
    with pytest.raises(PluginError, match=r"Service .*/typo: spec\.ports: Required value"):
        plugin.resource("kubernetes:core/v1:Service").create(rule)


def test_a_preview_shows_what_the_server_would_make_and_makes_nothing(
    plugin: Plugin, cluster: TestCluster, namespace: str
) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata("shown", namespace),
        "spec": {"ports": [{"port": 80}]},
    }
    shown = plugin.resource("kubernetes:core/v1:Service").create(service, preview=True)
    assert shown["spec"]["type"] == "ClusterIP"
    assert "shown" not in cluster.names("service", "-n", namespace)


def test_a_preview_in_a_namespace_to_come_shows_the_inputs(plugin: Plugin) -> None:
    inputs = config_map("early", "not-there-yet")
    assert plugin.resource(CONFIG_MAP).create(inputs, preview=True) == inputs


def test_a_namespace_that_never_comes_is_one_clear_error(plugin: Plugin) -> None:
    with pytest.raises(PluginError, match='ConfigMap nowhere/lost: namespaces "nowhere" not found'):
        plugin.resource(CONFIG_MAP).create(config_map("lost", "nowhere"))
