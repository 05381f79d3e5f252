"""A chart of the program's, rendered by the plugin on the real engine."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.kubernetes_plugin.project import Project
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine

NAMESPACE = "charted"
# As deep as the API types of cert-manager.
DEEP = "{type: object, properties: {of: " * 40 + "{type: string}" + "}}" * 40
FILES = {
    "Chart.yaml": "apiVersion: v2\nname: example\nversion: 1.0.0\n",
    "values.yaml": "word: first\nkept: false\n",
    "values.schema.json": '{"properties": {"word": {"type": "string"}, "kept": {"type": "boolean"}},'
    ' "additionalProperties": false}',
    "crds/things.yaml": """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.charted.example.org}
spec:
  group: charted.example.org
  names: {kind: Thing, plural: things}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {word: {type: string}, of: DEEP}}}
""",
    "templates/all.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: words}
data:
  word: {{ .Values.word | quote }}
  release: {{ .Release.Name }}
  serves: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  date: "2026-01-01"
---
apiVersion: charted.example.org/v1
kind: Thing
metadata: {name: one}
word: {{ .Values.word }}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden}
stringData: {key: very-much-hidden}
{{- if .Values.kept }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: never, annotations: {helm.sh/hook: pre-install}}
""",
}
PROGRAM = """
provider = k8s.Provider("provider", kubeconfig=given["kubeconfig"], cluster_identifier="one")
own = pulumi.ResourceOptions(provider=provider)
namespace = k8s.core.v1.Namespace("namespace", metadata={"name": "charted"}, opts=own)

def marked(args):
    if args.type_ != "kubernetes:core/v1:ConfigMap":
        return None
    return pulumi.ResourceTransformResult({**args.props, "immutable": False}, args.opts)

chart = k8s.helm.v4.Chart(
    "example",
    chart=given["chart"],
    namespace="charted",
    values=given["values"],
    opts=pulumi.ResourceOptions(
        provider=provider, depends_on=[namespace], transforms=[marked], deleted_with=namespace
    ),
)
k8s.core.v1.ConfigMap("after", metadata={"name": "after", "namespace": "charted"},
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[chart]))
pulumi.export("made", chart.resources.apply(lambda all: len(all)))
"""


@pytest.fixture
def project(tmp_path: Path, cluster: TestCluster) -> Generator[Project]:
    for name, content in FILES.items():
        (tmp_path / "example" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "example" / name).write_text(content.replace("DEEP", DEEP))
    given: dict[str, Any] = {
        "kubeconfig": Path(cluster.kubeconfig).read_text(),
        "chart": str(tmp_path / "example"),
        "values": {},
    }
    project = Project(tmp_path / "project", given)
    project.write(PROGRAM)
    yield project
    cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")
    cluster.kubectl("delete", "crd", "things.charted.example.org", "--ignore-not-found", "--wait=false")


def data(cluster: TestCluster, path: str) -> str:
    found = cluster.kubectl("get", "configmap", "words", "-n", NAMESPACE, "-o", f"jsonpath={{.{path}}}")
    return found.stdout


def test_the_life_of_a_chart(project: Project, cluster: TestCluster) -> None:
    project.given["values"] = {"kept": True}
    assert "made: 5" in project.up()
    resources = project.resources()
    assert {name for name in resources if name.startswith("example:")} == {
        "example:things.charted.example.org",
        *(f"example:{NAMESPACE}/{name}" for name in ("words", "one", "hidden", "kept")),
    }
    words, kept = resources[f"example:{NAMESPACE}/words"], resources[f"example:{NAMESPACE}/kept"]
    assert words["parent"] == resources["example"]["urn"]
    # Options of the chart and its transforms reach its objects.
    assert words["deletedWith"] == resources["namespace"]["urn"]
    assert words["inputs"]["immutable"] is False
    assert kept["retainOnDelete"] is True
    assert "very-much-hidden" not in project.state
    assert data(cluster, "data.word") == "first"
    assert data(cluster, "data.release") == "example"
    assert data(cluster, "data.serves") == "true"

    assert project.changes() == {}
    project.given["values"] = {"kept": True, "word": "second"}
    # What a ConfigMap says is not changed but replaced, as Pulumi has it.
    assert project.changes() == {"update": 1, "replace": 1}
    project.up()
    assert data(cluster, "data.word") == "second"

    project.given["values"] = {"word": "second"}
    project.up()
    assert f"example:{NAMESPACE}/kept" not in project.resources()
    assert cluster.kubectl("get", "configmap", "kept", "-n", NAMESPACE).returncode == 0

    project.run("destroy", "--yes", "--skip-preview")
    assert project.resources() == {}


def test_a_value_that_the_chart_does_not_have_is_refused_before_anything_is_made(project: Project) -> None:
    project.given["values"] = {"wrod": "first"}
    said = project.run("preview", fails=True)
    assert "additional properties 'wrod' not allowed" in said
    assert "chart example" in said


def test_a_chart_whose_repository_cannot_be_reached_says_so(project: Project) -> None:
    project.given["chart"] = "oci://registry.invalid/charts/example"
    assert "registry.invalid" in project.run("preview", fails=True)
