"""On the engine: what a webhook checks is not made before the API server trusts the webhook."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from tests.kubernetes_plugin.project import Project
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine

WEBHOOK = "slipway-late"
CHECKED = "slipway-checked"

PROGRAM = f"""
from components.charts import ChartScope, declare, webhooks_ready
from components.versions import Charts

provider = k8s.Provider(
    "provider",
    kubeconfig=pulumi.Output.secret(given["kubeconfig"]),
    cluster_identifier="one",
    upsert_existing_objects=True,
)
options = pulumi.ResourceOptions(providers=[provider])
there = pulumi.ComponentResource("test:index:AddOn", "add-on", None, options)
chart = declare(
    "cert-manager", Charts.CERT_MANAGER, scope=ChartScope(), namespace="default", values={{}}, parent=there
)
ready = webhooks_ready(("validating", "{WEBHOOK}"), parent=there, after=[chart])
k8s.core.v1.ConfigMap(
    "checked",
    metadata={{"name": "{CHECKED}", "namespace": "default"}},
    opts=pulumi.ResourceOptions(parent=there, depends_on=[ready]),
)
"""


@pytest.fixture
def project(tmp_path: Path, cluster: TestCluster) -> Generator[Project]:
    """A project on a cluster with a webhook that nobody trusts yet, and that selects nothing there is."""
    cluster.apply(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": WEBHOOK},
            "webhooks": [
                {
                    "name": "late.example.com",
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                    "clientConfig": {"service": {"name": "late", "namespace": "default"}},
                    "rules": [
                        {
                            "apiGroups": ["late.example.com"],
                            "apiVersions": ["v1"],
                            "operations": ["CREATE"],
                            "resources": ["ones"],
                        }
                    ],
                }
            ],
        }
    )
    one = Project(tmp_path / "project", {"kubeconfig": Path(cluster.kubeconfig).read_text()})
    one.write(PROGRAM)
    yield one
    one.run("destroy", "--yes", "--skip-preview")
    cluster.kubectl("delete", "validatingwebhookconfiguration", WEBHOOK, "--ignore-not-found")


def test_what_waits_for_a_webhook_is_made_once_it_is_trusted(project: Project, cluster: TestCluster) -> None:
    running = project.start("up", "--yes", "--skip-preview")
    annotated = r"jsonpath={.metadata.annotations.pulumi\.com/waitFor}"
    cluster.wait(f"validatingwebhookconfiguration/{WEBHOOK}", annotated, "default", seconds=60)
    assert CHECKED not in cluster.names("configmap", "-n", "default")

    (there,) = yaml.safe_load(project.given["kubeconfig"])["clusters"]
    authority = there["cluster"]["certificate-authority-data"]
    trust = [{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": authority}]
    cluster.kubectl(
        "patch", "validatingwebhookconfiguration", WEBHOOK, "--type=json", "-p", json.dumps(trust)
    )
    output, _ = running.communicate(timeout=120)
    assert running.returncode == 0, output
    assert CHECKED in cluster.names("configmap", "-n", "default")

    # In the state each waits for one resource, however many objects a chart has.
    waits = {name: one.get("dependencies", []) for name, one in project.resources().items()}
    assert [urn.rpartition("::")[2] for urn in waits["checked"]] == [f"{WEBHOOK}-trusted"]
    assert [urn.rpartition("::")[2] for urn in waits[f"{WEBHOOK}-trusted"]] == ["cert-manager"]

    # The wait is over: it changes nothing, and holds nothing of the webhook but its own annotation.
    assert project.changes() == {}
    project.run("destroy", "--yes", "--skip-preview")
    left = cluster.get("validatingwebhookconfiguration", WEBHOOK)
    assert "pulumi.com/waitFor" not in left["metadata"].get("annotations", {})
    assert left["webhooks"][0]["clientConfig"]["caBundle"] == authority
