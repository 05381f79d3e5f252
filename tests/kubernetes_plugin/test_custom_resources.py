"""Objects of API types that CRDs define, against a real API server."""

from __future__ import annotations

import threading

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.values.wire import decode
from tests.kubernetes_plugin.conftest import Start
from tests.kubernetes_plugin.objects import CRD, Object, crd, metadata
from tests.kubernetes_plugin.plugin import Plugin, PluginError

pytestmark = pytest.mark.engine


def _object(kind: str, namespace: str = "", **spec: object) -> Object:
    return {
        "apiVersion": "customs.example.org/v1",
        "kind": kind,
        "metadata": metadata("one", namespace),
        "spec": {"size": 1, **spec},
    }


def test_an_object_can_follow_its_crd_at_once(plugin: Plugin, namespace: str) -> None:
    plugin.resource(CRD).create(crd("Quick", "customs.example.org"))
    resource = plugin.resource("kubernetes:customs.example.org/v1:Quick")
    outputs = resource.create(_object("Quick", namespace))
    assert outputs["metadata"]["name"] == "one"
    # What is in the inputs is not written into the state a second time.
    assert "spec" not in outputs
    assert resource.diff(_object("Quick", namespace, size=2)).changes == pb.DiffResponse.DIFF_SOME


def test_an_object_waits_a_little_for_a_crd_that_is_on_its_way(start: Start, namespace: str) -> None:
    one, other = start(), start(upsertExistingObjects="true", clusterIdentifier="test")
    late = threading.Timer(1.0, other.resource(CRD).create, [crd("Late", "customs.example.org")])
    late.start()
    one.resource("kubernetes:customs.example.org/v1:Late").create(_object("Late", namespace))
    late.join()


def test_a_type_that_nobody_defines_is_one_clear_error(plugin: Plugin, namespace: str) -> None:
    resource = plugin.resource("kubernetes:customs.example.org/v1:Nowhere")
    with pytest.raises(PluginError, match=r"Nowhere .*/one: no matches for kind") as error:
        resource.create(_object("Nowhere", namespace))
    assert "CRD" in str(error.value)
    preview = resource.create(_object("Nowhere", namespace), preview=True)
    assert preview == _object("Nowhere", namespace)


def test_objects_of_cluster_wide_types_have_no_namespace(start: Start, plugin: Plugin) -> None:
    definition = plugin.resource(CRD)
    token = "kubernetes:customs.example.org/v1:Wide"
    definition.check(crd("Wide", "customs.example.org", scope="Cluster"))
    checked = plugin.resource(token).check(_object("Wide"))
    assert "namespace" not in decode(checked).value["metadata"]
    definition.create(crd("Wide", "customs.example.org", scope="Cluster"))
    resource = plugin.resource(token)
    resource.create(_object("Wide"))
    assert resource.id == "one"
    # Another process has not seen the CRD being declared, and asks the cluster.
    later = start(upsertExistingObjects="true", namespace="elsewhere")
    assert "namespace" not in decode(later.resource(token).check(_object("Wide"))).value["metadata"]
    assert resource.diff(_object("Wide")).changes == pb.DiffResponse.DIFF_NONE


def test_namespaced_objects_get_the_providers_namespace(start: Start) -> None:
    plugin = start(namespace="teams")
    for token, kind in (
        ("kubernetes:core/v1:ConfigMap", "ConfigMap"),
        ("kubernetes:core/v1:Namespace", "Namespace"),
    ):
        checked = plugin.resource(token).check({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}})
        assert decode(checked).value["metadata"].get("namespace") == {"ConfigMap": "teams"}.get(kind)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"sise": 2}, r"spec\.sise"),
        ({"size": "big"}, r"spec\.size"),
        ({"size": None}, r"spec\.size"),
    ],
)
def test_a_wrong_field_is_refused_by_name(plugin: Plugin, namespace: str, spec: Object, message: str) -> None:
    plugin.resource(CRD).create(crd("Strict", "customs.example.org"))
    with pytest.raises(PluginError, match=f"Strict {namespace}/one: .*{message}"):
        plugin.resource("kubernetes:customs.example.org/v1:Strict").create(
            _object("Strict", namespace, **spec)
        )


def test_a_crd_whose_names_are_taken_fails_at_once(plugin: Plugin) -> None:
    plugin.resource(CRD).create(crd("Unique", "customs.example.org"))
    wanted = crd("Unique", "customs.example.org")
    wanted["metadata"]["name"] = "others.customs.example.org"
    wanted["spec"]["names"] |= {"plural": "others"}
    with pytest.raises(PluginError, match="names not accepted"):
        plugin.resource(CRD, "second").create(wanted)
