"""Secrets stay secret: in what is kept, in what is said, and on their way."""

from __future__ import annotations

import pytest

from simulator.kubernetes.values.wire import decode
from tests.kubernetes_plugin.conftest import Start
from tests.kubernetes_plugin.objects import (
    CONFIG_MAP,
    DEPLOYMENT,
    SECRET,
    Object,
    config_map,
    deployment,
    metadata,
)
from tests.kubernetes_plugin.plugin import Plugin, PluginError
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine

WORD = "correct-horse-battery"


def _secret(name: str, namespace: str, **content: Object) -> Object:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata(name, namespace), **content}


def test_the_content_of_a_secret_is_secret_though_the_program_did_not_say_so(
    plugin: Plugin, namespace: str
) -> None:
    resource = plugin.resource(SECRET)
    resource.create(_secret("plain", namespace, stringData={"password": WORD}))
    assert decode(resource.inputs).secrets == {"stringData": True}
    assert resource.decoded.secrets == {"data": True}


def test_secret_inputs_are_secret_outputs_where_they_came_in(plugin: Plugin, namespace: str) -> None:
    resource = plugin.resource(CONFIG_MAP)
    inputs = config_map("partly", namespace, data={"open": "x", "closed": WORD})
    resource.create(inputs, {"data": {"closed": True}})
    assert resource.decoded.secrets == {"data": {"closed": True}}
    assert resource.outputs["data"] == inputs["data"]


def test_a_secret_in_a_list_makes_all_of_the_list_secret(plugin: Plugin, namespace: str) -> None:
    inputs = deployment("hiding", namespace)
    template = inputs["spec"]["template"]["spec"]
    template["containers"][0]["env"] = [{"name": "PASSWORD", "value": WORD}]
    resource = plugin.resource(DEPLOYMENT)
    resource.create(inputs, {"spec": {"template": {"spec": {"containers": True}}}})
    assert resource.decoded.secrets == {"spec": {"template": {"spec": {"containers": True}}}}


@pytest.mark.parametrize("upsert", ["true", "false"])
def test_no_error_quotes_a_secret(start: Start, namespace: str, upsert: str) -> None:
    plugin = start(upsertExistingObjects=upsert)
    wrong: list[tuple[str, Object, Object]] = [
        (SECRET, _secret("bad", namespace, data={"password": f"***{WORD}"}), {}),
        (SECRET, {**_secret("bad", namespace, stringData={"password": WORD}), "typ": "x"}, {}),
        (
            SECRET,
            {**_secret("bad", namespace, stringData={"password": WORD}), "type": WORD, "immutable": 3},
            {},
        ),
        (
            CONFIG_MAP,
            {**config_map("bad", namespace), "metadata": metadata(WORD + "_", namespace)},
            {"metadata": {"name": True}},
        ),
        (DEPLOYMENT, _with_image(deployment("bad", namespace), {"wrong": WORD}), {"spec": True}),
        (DEPLOYMENT, _with_policy(deployment("bad", namespace), WORD), {"spec": True}),
    ]
    for token, inputs, secrets in wrong:
        marked = secrets or {"data": True}
        with pytest.raises(PluginError) as error:
            plugin.resource(token).create(inputs, marked)
        assert WORD not in str(error.value), error.value
    assert not [said for said in plugin.said if WORD in said]


def _with_image(inputs: Object, image: object) -> Object:
    inputs["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return inputs


def _with_policy(inputs: Object, policy: str) -> Object:
    inputs["spec"]["template"]["spec"]["restartPolicy"] = policy
    return inputs


def test_a_short_secret_is_not_quoted_either(plugin: Plugin, namespace: str) -> None:
    inputs = _with_policy(deployment("bad", namespace), "abc")
    with pytest.raises(PluginError, match=r'"\[secret\]"'):
        plugin.resource(DEPLOYMENT).create(inputs, {"spec": {"template": {"spec": {"restartPolicy": True}}}})


def test_a_text_that_is_left_out_of_a_secret_goes(start: Start, cluster: TestCluster, namespace: str) -> None:
    resource = start(None, upsertExistingObjects="true", enableSecretMutable="true").resource(SECRET)
    resource.create(_secret("shrinks", namespace, stringData={"a": "1", "b": "2"}))
    resource.update(_secret("shrinks", namespace, stringData={"a": "1"}))
    assert cluster.get("secret", "shrinks", namespace)["data"] == {"a": "MQ=="}


def test_a_secret_that_did_not_change_is_no_change_wherever_it_is_written(
    plugin: Plugin, namespace: str
) -> None:
    resource = plugin.resource(SECRET)
    resource.create(_secret("moved", namespace, stringData={"password": "hello"}))
    moved = resource.diff(_secret("moved", namespace, data={"password": "aGVsbG8="}))
    assert moved.changes == moved.DIFF_NONE
    changed = resource.diff(_secret("moved", namespace, stringData={"password": WORD}))
    assert changed.deleteBeforeReplace
