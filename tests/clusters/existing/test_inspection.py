"""A cluster that is there is looked at before anything is changed."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from components.clusters.existing.inspection import ClusterError, inspect
from tests.support.cluster import TestCluster

pytestmark = pytest.mark.engine


@pytest.fixture
def kubeconfig(cluster: TestCluster) -> str:
    return Path(cluster.kubeconfig).read_text(encoding="utf-8")


def look(kubeconfig: str, storage_class: str | None = None) -> str:
    return inspect(kubeconfig, context=None, storage_class=storage_class).text


def refusal(kubeconfig: str, storage_class: str | None = None) -> str:
    with pytest.raises(ClusterError) as refused:
        look(kubeconfig, storage_class)
    return str(refused.value)


def test_it_says_what_it_found(kubeconfig: str) -> None:
    text = look(kubeconfig)
    assert text.startswith("found Kubernetes v1.")
    assert text.endswith("with 3 nodes and 8 NVIDIA GPUs; storage class standard")


def test_a_storage_class_that_is_not_there_is_refused_and_those_there_are_named(kubeconfig: str) -> None:
    assert "found 'fast'; allowed: a storage class, and the cluster has standard" in refusal(
        kubeconfig, "fast"
    )


def test_a_cluster_without_a_default_class_is_refused_unless_one_is_named(
    cluster: TestCluster, kubeconfig: str
) -> None:
    default = "storageclass.kubernetes.io/is-default-class"
    cluster.kubectl("annotate", "storageclass", "standard", f"{default}-", "--overwrite")
    try:
        assert "no storage class is the default one" in refusal(kubeconfig)
        assert "storage class standard" in look(kubeconfig, "standard")
    finally:
        cluster.kubectl("annotate", "storageclass", "standard", f"{default}=true", "--overwrite")


def test_another_kubeflow_is_found_and_one_of_ours_is_not_taken_for_one(
    cluster: TestCluster, kubeconfig: str
) -> None:
    cluster.kubectl("create", "namespace", "kubeflow")
    cluster.kubectl("create", "deployment", "ml-pipeline", "--image=example.com/api:1", "-n", "kubeflow")
    try:
        text = refusal(kubeconfig)
        assert "Kubeflow Pipelines is there already (Deployment kubeflow/ml-pipeline)" in text
        label = "app.kubernetes.io/managed-by=slipway"
        cluster.kubectl("label", "deployment", "ml-pipeline", label, "-n", "kubeflow", "--overwrite")
        assert "found Kubernetes" in look(kubeconfig)
    finally:
        cluster.kubectl("delete", "namespace", "kubeflow", "--wait=false")


@pytest.fixture
def visitor(cluster: TestCluster, namespace: str, kubeconfig: str) -> Generator[str]:
    """The kubeconfig of a service account that may do nothing."""
    token = cluster.kubectl("create", "token", "default", "-n", namespace).stdout.strip()
    content = yaml.safe_load(kubeconfig)
    content["users"][0]["user"] = {"token": token}
    yield json.dumps(content)


def test_missing_rights_are_named(visitor: str) -> None:
    text = refusal(visitor)
    assert "may not create namespaces" in text
    assert "escalate clusterroles.rbac.authorization.k8s.io" in text
    assert len(text.splitlines()) == 1


def test_a_cluster_that_does_not_answer_is_told(kubeconfig: str) -> None:
    content = yaml.safe_load(kubeconfig)
    content["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    assert "the cluster cannot be reached" in refusal(json.dumps(content))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("just words", "does not hold keys with values"),
        ("{a: [", "the kubeconfig cannot be used"),
        ("{kind: Config}", "the kubeconfig cannot be used"),
    ],
)
def test_what_is_no_kubeconfig_is_told(text: str, says: str) -> None:
    assert says in refusal(text)
