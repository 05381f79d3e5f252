"""When the API server is slow, busy, broken or gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import closing
from typing import Any

import pytest
from aiohttp import web
from pulumi.runtime.proto import provider_pb2 as pb

from tests.kubernetes_plugin.fake_api import DROP, FakeApi, Object, status
from tests.kubernetes_plugin.objects import CONFIG_MAP, DEPLOYMENT, config_map, deployment
from tests.kubernetes_plugin.plugin import Plugin, PluginError

COLLECTION = "/api/v1/namespaces/default/configmaps"


@pytest.fixture(scope="module")
def server() -> Generator[FakeApi]:
    with FakeApi() as api:
        yield api


@pytest.fixture
def api(server: FakeApi) -> FakeApi:
    server.reset()
    return server


@pytest.fixture(scope="module")
def process(server: FakeApi) -> Generator[Plugin]:
    with closing(Plugin({"kubeconfig": server.kubeconfig})) as plugin:
        yield plugin


@pytest.fixture
def plugin(process: Plugin, api: FakeApi) -> Plugin:
    _configure(process, api)
    return process


def _configure(plugin: Plugin, api: FakeApi, **settings: str) -> None:
    usual = {"kubeClientSettings": '{"timeout": 1}', "upsertExistingObjects": "true"}
    plugin.configure({"kubeconfig": api.kubeconfig, **usual, **settings})


class Troubles:
    """Gives one answer to the first requests of a method, then none."""

    def __init__(self, method: str, answer: Object, times: int) -> None:
        self._method, self._answer, self._left = method, answer, times

    def __call__(self, request: web.Request) -> Object | None:
        if request.method != self._method or not self._left:
            return None
        self._left -= 1
        return self._answer


@pytest.mark.parametrize("answer", [DROP, status(429), status(503), status(504, "Timeout")])
def test_what_passes_is_tried_again(api: FakeApi, plugin: Plugin, answer: Object) -> None:
    api.trouble = Troubles("PATCH", answer, times=2)
    assert plugin.resource(CONFIG_MAP).create(config_map("one", "default"))["metadata"]["name"] == "one"
    assert api.count("PATCH") == 3


@pytest.mark.parametrize("answer", [status(403, "Forbidden", "no"), status(500, "InternalError", "broken")])
def test_what_does_not_pass_is_told_at_once(api: FakeApi, plugin: Plugin, answer: Object) -> None:
    api.trouble = Troubles("PATCH", answer, times=1)
    with pytest.raises(PluginError, match=rf"ConfigMap default/one: {answer['message']}"):
        plugin.resource(CONFIG_MAP).create(config_map("one", "default"))
    assert api.count("PATCH") == 1


def test_a_server_that_never_answers_is_one_clear_error(api: FakeApi, plugin: Plugin) -> None:
    api.stop()
    with pytest.raises(
        PluginError, match=r"ConfigMap default/one: the cluster cannot be reached: .*127\.0\.0\.1"
    ):
        plugin.resource(CONFIG_MAP).create(config_map("one", "default"))
    begun = time.monotonic()
    for _ in range(10):
        with pytest.raises(PluginError, match="cannot be reached"):
            plugin.resource(CONFIG_MAP).create(config_map("one", "default"))
    # The first error took the retries, a second each; the others know.
    assert time.monotonic() - begun < 10
    api.restart()
    assert plugin.resource(CONFIG_MAP).create(config_map("one", "default"))


def test_a_server_that_comes_back_in_time_is_waited_for(api: FakeApi, plugin: Plugin) -> None:
    api.stop()
    back = threading.Timer(0.3, api.restart)
    back.start()
    assert plugin.resource(CONFIG_MAP).create(config_map("one", "default"))
    back.join()


def test_a_creation_whose_answer_was_lost_is_found_again(api: FakeApi, plugin: Plugin) -> None:
    """It must not be made twice, nor be refused as somebody else's."""

    def lose(request: web.Request) -> Object | None:
        if request.method == "POST" and not api.count("GET", f"{COLLECTION}/one"):
            ours = {"manager": request.query["fieldManager"]}
            api.objects[f"{COLLECTION}/one"] = {
                **config_map("one", "default"),
                "metadata": {"name": "one", "namespace": "default", "managedFields": [ours]},
            }
            return DROP
        return None

    api.trouble = lose
    _configure(plugin, api, upsertExistingObjects="false")
    resource = plugin.resource(CONFIG_MAP)
    resource.create(config_map("one", "default"))
    assert resource.id == "default/one"
    assert api.count("POST") == 1


def test_a_creation_whose_answer_was_lost_is_not_taken_for_anothers(api: FakeApi, plugin: Plugin) -> None:
    api.objects[f"{COLLECTION}/one"] = config_map("one", "default")
    api.trouble = Troubles("POST", DROP, times=1)
    _configure(plugin, api, upsertExistingObjects="false")
    with pytest.raises(PluginError, match="exists already"):
        plugin.resource(CONFIG_MAP).create(config_map("one", "default"))


def test_requests_at_once_are_bounded(api: FakeApi, plugin: Plugin) -> None:
    api.delay = 0.05
    threads = [
        threading.Thread(
            target=plugin.resource(CONFIG_MAP, f"r{index}").create, args=[config_map(f"r{index}", "default")]
        )
        for index in range(80)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.objects) == 80
    assert 8 < api.most_at_once <= 32


def test_unchanged_inputs_cost_no_request(api: FakeApi, plugin: Plugin) -> None:
    resources = [(plugin.resource(CONFIG_MAP, f"r{index}"), f"r{index}") for index in range(20)]
    for resource, name in resources:
        resource.create(config_map(name, "default"))
    api.asked.clear()
    for resource, name in resources:
        assert resource.diff(config_map(name, "default")).changes == pb.DiffResponse.DIFF_NONE
        assert resource.diff(config_map(name, "default", data={})).changes == pb.DiffResponse.DIFF_SOME
    assert api.asked == []


def test_one_watch_serves_all_that_wait_in_a_namespace(api: FakeApi, plugin: Plugin) -> None:
    names = [f"d{index}" for index in range(10)]
    threads = [
        threading.Thread(target=plugin.resource(DEPLOYMENT, name).create, args=[deployment(name, "default")])
        for name in names
    ]
    for thread in threads:
        thread.start()
    _until(lambda: len(api.watches) == 4 and api.count("PATCH") == 10)
    assert set(api.watches.values()) == {1}
    api.cut_watches()
    for name in names:
        _roll_out(api, name)
    for thread in threads:
        thread.join()


def test_a_wait_outlives_a_restart_of_the_server(api: FakeApi, plugin: Plugin) -> None:
    resource = plugin.resource(DEPLOYMENT)
    waiting = threading.Thread(target=resource.create, args=[deployment("outlives", "default")])
    waiting.start()
    _until(lambda: len(api.watches) == 4 and api.count("PATCH") == 1)
    api.stop()
    api.restart()
    _roll_out(api, "outlives")
    waiting.join()
    assert resource.outputs["status"]["availableReplicas"] == 1


def test_a_wait_ends_when_the_server_stays_away_and_keeps_the_object(api: FakeApi, plugin: Plugin) -> None:
    resource = plugin.resource(DEPLOYMENT)
    failed: list[PluginError] = []

    def create() -> None:
        try:
            resource.create(deployment("ends", "default"))
        except PluginError as error:
            failed.append(error)

    waiting = threading.Thread(target=create)
    waiting.start()
    _until(lambda: len(api.watches) == 4 and api.count("PATCH") == 1)
    api.stop()
    waiting.join()
    api.restart()
    assert "cannot be watched" in str(failed[0])
    assert resource.id == "default/ends"


def test_what_cannot_be_reached_stays_in_the_state_unless_it_is_to_be_forgotten(
    api: FakeApi, plugin: Plugin
) -> None:
    resource = plugin.resource(CONFIG_MAP)
    resource.create(config_map("one", "default"))
    api.stop()
    for forget in (resource.delete, resource.read):
        with pytest.raises(PluginError, match="PULUMI_K8S_DELETE_UNREACHABLE=true"):
            forget()
    _configure(plugin, api, deleteUnreachable="true")
    assert not resource.read().id
    resource.delete()
    _until(lambda: any("taken out of the state only" in said for said in plugin.said))
    _configure(plugin, api, skipUpdateUnreachable="true")
    assert resource.read().id == resource.id
    assert resource.check(config_map("one", "default", data={})) == resource.inputs
    api.restart()


def test_a_preview_without_the_cluster_shows_the_inputs(api: FakeApi, plugin: Plugin) -> None:
    api.stop()
    inputs = config_map("one", "default")
    assert plugin.resource(CONFIG_MAP).create(inputs, preview=True) == inputs
    _until(lambda: any("previewed without the cluster" in said for said in plugin.said))
    api.restart()


def _roll_out(api: FakeApi, name: str) -> None:
    """Do what the deployment controller and the kubelet do."""
    root = "/apis/apps/v1/namespaces/default"
    about: Object = {"revision": {"deployment.kubernetes.io/revision": "1"}}
    owner = f"uid-{root}/deployments/{name}"
    api.put(
        f"{root}/replicasets/{name}",
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {"name": name, "annotations": about["revision"], "ownerReferences": [{"uid": owner}]},
            "spec": {"replicas": 1},
            "status": {"readyReplicas": 1},
        },
    )
    live: dict[str, Any] = api.objects[f"{root}/deployments/{name}"]
    live["metadata"]["annotations"] = about["revision"]
    conditions = [{"type": "Available", "status": "True"}]
    status = {"observedGeneration": 1, "availableReplicas": 1, "conditions": conditions}
    api.put(f"{root}/deployments/{name}", {**live, "status": status})


def _until(condition: Any) -> None:  # noqa: ANN401
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
