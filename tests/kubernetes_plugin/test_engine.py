"""The plugin under Pulumi's real engine and SDK, on the shared cluster."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from simulator.kubernetes import origin
from tests.kubernetes_plugin.project import Project
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine

WORD = "correct-horse-battery"

PROGRAM = """
provider = k8s.Provider(
    "provider",
    kubeconfig=pulumi.Output.secret(given["kubeconfig"]),
    cluster_identifier=given["identifier"],
    upsert_existing_objects=True,
)
options = pulumi.ResourceOptions(provider=provider)
namespace = k8s.core.v1.Namespace("namespace", metadata={"name": given["namespace"]}, opts=options)
inside = pulumi.ResourceOptions(provider=provider, depends_on=[namespace])
place = {"namespace": given["namespace"]}
k8s.core.v1.Secret("secret", metadata={**place, "name": "s"}, string_data={"p": given["word"]}, opts=inside)
k8s.core.v1.ConfigMap(
    "config",
    metadata={**place, "name": "c"},
    data={"open": "x", "closed": pulumi.Output.secret(given["word"])},
    opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(retain_on_delete=True)),
)
labels = {"app": "d"}
container = k8s.core.v1.ContainerArgs(
    name="main", image="example", resources={"requests": {"cpu": given["cpu"], "memory": "1024Mi"}}
)
deployment = k8s.apps.v1.Deployment(
    "deployment",
    metadata={**place, "name": "d", "annotations": {"pulumi.com/timeoutSeconds": given["seconds"]}},
    spec={
        "selector": {"match_labels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
    },
    opts=inside,
)
pulumi.export("ready", deployment.status.ready_replicas)
"""


@pytest.fixture
def project(tmp_path: Path, cluster: TestCluster) -> Generator[Project]:
    kubeconfig = Path(cluster.kubeconfig).read_text()
    given = {"kubeconfig": kubeconfig, "identifier": "one", "namespace": "life", "word": WORD}
    yield Project(tmp_path / "project", {**given, "cpu": "5000", "seconds": "2"})
    cluster.kubectl("delete", "namespace", "life", "--ignore-not-found", "--wait=false")


def test_the_life_of_a_stack(project: Project, cluster: TestCluster) -> None:
    project.write(PROGRAM)

    # A wait that fails leaves the object in the state, and is taken up by the next run.
    said = project.up(fails=True)
    assert "Insufficient cpu" in said
    failed = project.resources()["deployment"]
    assert failed["id"] == "life/d"
    assert any("Insufficient cpu" in error for error in failed["initErrors"])
    assert "Insufficient cpu" in project.up(fails=True)
    project.given |= {"cpu": "0.10", "seconds": "60"}
    assert "ready: 1" in project.up().replace('"', "")
    assert "initErrors" not in project.resources()["deployment"]

    # A refresh sees nothing new, and no change of what the program says nothing about.
    project.run("refresh", "--yes", "--expect-no-changes", "--skip-preview")
    assert project.changes() == {}
    cluster.kubectl("scale", "deployment", "d", "-n", "life", "--replicas=0")
    project.run("refresh", "--yes", "--expect-no-changes", "--skip-preview")

    # The state is the stand-in's, small, and without plaintext secrets.
    exported = project.exported
    assert origin(exported) == "stand-in"
    assert WORD not in json.dumps(exported) + said
    assert "managedFields" not in json.dumps(exported)
    assert WORD not in project.state
    assert "client-key-data" not in project.state

    # Credentials may change; another identifier means another cluster.
    project.given["kubeconfig"] += "\n# renewed\n"
    assert project.changes() == {"update": 1}
    project.given["identifier"] = "two"
    assert project.changes() == {"replace": 5}
    project.given["identifier"] = "one"

    project.run("destroy", "--yes", "--skip-preview")
    assert project.resources() == {}


UNKNOWN = """
first = k8s.Provider("first", kubeconfig=given["kubeconfig"])
source = k8s.core.v1.ConfigMap(
    "source", metadata={"name": "source", "namespace": "default"}, opts=pulumi.ResourceOptions(provider=first)
)
later = k8s.Provider("later", kubeconfig=source.id.apply(lambda _: given["kubeconfig"]))
options = pulumi.ResourceOptions(provider=later)
k8s.core.v1.ConfigMap("one", metadata={"name": "one", "namespace": "default"}, opts=options)
k8s.helm.v4.Chart("chart", chart="nginx", opts=options)
k8s.apiextensions.CustomResource(
    "two", api_version="never.example.org/v1", kind="Never", metadata={"name": "two"}, opts=options
)
"""


def test_a_cluster_that_is_not_known_yet_is_previewed_as_creations(project: Project) -> None:
    project.write(UNKNOWN)
    assert project.changes() == {"create": 7}


WAITING = """
provider = k8s.Provider("provider", kubeconfig=given["kubeconfig"], upsert_existing_objects=True)
labels = {"app": "waits"}
k8s.apps.v1.Deployment(
    "deployment",
    metadata={"name": "waits", "namespace": "default"},
    spec={
        "selector": {"match_labels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "5000"}}}]},
        },
    },
    opts=pulumi.ResourceOptions(provider=provider),
)
"""


def _plugins(project: Project) -> list[psutil.Process]:
    """The plugin's processes of a project, by the home in their environment."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("PULUMI_HOME") == str(project.folder / "home")
            if ours and "simulator.kubernetes" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_the_plugin_ends_with_the_engine(
    project: Project, cluster: TestCluster, number: signal.Signals
) -> None:
    """Also in the middle of a wait, and however the engine ends."""
    project.write(WAITING)
    process = project.start("up", "--yes", "--skip-preview")
    deadline = time.monotonic() + 60
    while not cluster.names("deployment", "-n", "default") & {"waits"}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    plugins = _plugins(project)
    assert plugins
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    _, alive = psutil.wait_procs(plugins, timeout=10)
    cluster.kubectl("delete", "deployment", "waits", "-n", "default", "--wait=false")
    assert not alive
    if number == signal.SIGINT:
        assert "cancelled" in output
        assert project.resources()["deployment"]["initErrors"]


def test_an_object_is_imported_and_then_unchanged(project: Project, cluster: TestCluster) -> None:
    cluster.kubectl("create", "configmap", "adopted", "--from-literal=key=value")
    project.write(
        """
provider = k8s.Provider("provider", kubeconfig=given["kubeconfig"])
k8s.core.v1.ConfigMap(
    "adopted",
    metadata={"name": "adopted", "namespace": "default"},
    data={"key": "value"},
    opts=pulumi.ResourceOptions(provider=provider, import_="default/adopted"),
)
"""
    )
    project.up()
    assert project.resources()["adopted"]["id"] == "default/adopted"
    assert project.changes() == {}
    cluster.kubectl("delete", "configmap", "adopted")
