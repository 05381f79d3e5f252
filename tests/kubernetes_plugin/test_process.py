"""The plugin's process: how it starts and ends, and what it says of itself."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Generator
from contextlib import closing
from importlib import metadata
from pathlib import Path

import grpc
import psutil
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.values.wire import encode
from tests.kubernetes_plugin.plugin import PROVIDER_URN, Plugin, PluginError, environment


@pytest.fixture(scope="module")
def plugin() -> Generator[Plugin]:
    with closing(Plugin({})) as plugin:
        yield plugin


def _start(directory: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        ["pulumi-resource-kubernetes", "127.0.0.1:1"],
        cwd=directory,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert int(process.stdout.readline()) > 0
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    process = _start(tmp_path)
    process.send_signal(number)
    assert process.wait(timeout=10) == 0


def test_it_ends_when_the_engine_closes_its_pipe(tmp_path: Path) -> None:
    process = _start(tmp_path)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_it_ends_when_the_engine_is_killed(tmp_path: Path) -> None:
    """Also one that gave it no pipe."""
    engine = subprocess.Popen(
        ["sh", "-c", "pulumi-resource-kubernetes 127.0.0.1:1 </dev/null & echo $!; wait"],
        env=environment(),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert engine.stdout is not None
    plugin = psutil.Process(int(engine.stdout.readline()))
    engine.stdout.readline()
    engine.kill()
    engine.wait()
    plugin.wait(timeout=10)


def test_modules_in_the_programs_folder_do_not_get_in_its_way(tmp_path: Path) -> None:
    for name in ("json", "simulator", "grpc"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('not meant')\n")
    test_it_ends_when_the_engine_closes_its_pipe(tmp_path)


def test_it_gives_the_version_of_the_resources_that_it_understands(plugin: Plugin) -> None:
    assert plugin.call("GetPluginInfo", empty_pb2.Empty()).version == metadata.version("pulumi_kubernetes")


def test_what_it_does_not_have_it_says(plugin: Plugin) -> None:
    with pytest.raises(PluginError, match="--generate-code=false") as error:
        plugin.call("GetSchema", pb.GetSchemaRequest())
    assert error.value.code == grpc.StatusCode.UNIMPLEMENTED
    for method, request in {
        "Invoke": pb.InvokeRequest(tok="kubernetes:yaml:decode"),
        "Parameterize": pb.ParameterizeRequest(),
        "Construct": pb.ConstructRequest(type="kubernetes:yaml/v2:ConfigGroup", name="group"),
    }.items():
        with pytest.raises(PluginError, match="stand-in plugin"):
            plugin.call(method, request)
    with pytest.raises(PluginError, match="Helm releases need Pulumi's own"):
        plugin.resource("kubernetes:helm.sh/v3:Release").check({})
    with pytest.raises(PluginError, match="declare the objects in it one by one"):
        plugin.resource("kubernetes:core/v1:ConfigMapList").check({"items": []})
    assert not plugin.call("GetMapping", pb.GetMappingRequest(key="terraform")).data


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"kubeconfg": "x"}, "there is no setting 'kubeconfg'"),
        ({"enableServerSideApply": "false"}, "server-side apply only"),
        ({"renderYamlToDirectory": "out"}, "does not render files"),
        ({"strictMode": "true", "kubeconfig": "x"}, "requires the setting context"),
        ({"kubeClientSettings": '{"timeout": "long"}'}, "in seconds"),
    ],
)
def test_wrong_settings_are_refused_by_name(plugin: Plugin, settings: dict[str, str], reason: str) -> None:
    checked = plugin.call("CheckConfig", pb.CheckRequest(urn=PROVIDER_URN, news=encode(dict(settings))))
    assert [failure.reason for failure in checked.failures if reason in failure.reason]


def test_the_settings_of_our_providers_are_accepted(plugin: Plugin) -> None:
    settings = {
        "kubeconfig": "x",
        "context": "c",
        "cluster": "d",
        "namespace": "n",
        "clusterIdentifier": "i",
        "upsertExistingObjects": "true",
        "enableServerSideApply": "true",
        "suppressDeprecationWarnings": "true",
        "suppressHelmHookWarnings": "true",
        "kubeClientSettings": '{"burst": 100, "qps": 50}',
        "version": "4.34.2",
    }
    checked = plugin.call("CheckConfig", pb.CheckRequest(urn=PROVIDER_URN, news=encode(dict(settings))))
    assert not checked.failures


def test_without_a_cluster_a_preview_goes_on_and_a_creation_says_why_not(tmp_path: Path) -> None:
    with closing(Plugin({"kubeconfig": "{broken"}, {"HOME": str(tmp_path)})) as plugin:
        resource = plugin.resource("kubernetes:core/v1:ConfigMap")
        inputs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
        assert resource.create(inputs, preview=True)["metadata"]["name"] == "x"
        with pytest.raises(PluginError, match=r"cannot be reached: kubeconfig is neither .* \(line 1\)"):
            resource.create(inputs)


def test_state_of_pulumis_own_plugin_is_refused(plugin: Plugin) -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "default"}}
    resource = plugin.resource("kubernetes:core/v1:ConfigMap")
    resource.id, resource.inputs = "default/x", encode(inputs)
    resource.state = encode({**inputs, "__inputs": inputs, "__initialApiVersion": "v1"})
    for step in (
        resource.delete,
        resource.read,
        lambda: resource.diff(inputs),
        lambda: resource.update(inputs),
    ):
        with pytest.raises(PluginError, match=r"ConfigMap .*x: its state was written by Pulumi's own"):
            step()
