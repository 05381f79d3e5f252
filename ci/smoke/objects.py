"""What the smoke tests have a platform run, as a person writes it."""

from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]

# The account of a team's notebooks (kubeflow/dashboard v2.0.0, profile_controller.go).
EDITOR = "default-editor"
# KServe's own example, public: it predicts kind 1 of iris for the flower that is asked about.
_MODEL = "gs://kfserving-examples/models/sklearn/1.0/model"


def profile(name: str, owner: str) -> Object:
    """A namespace for a person, by their address."""
    spec = {"owner": {"kind": "User", "name": owner}}
    return {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": name}, "spec": spec}


def notebook(name: str, namespace: str, image: str) -> Object:
    """A small notebook."""
    resources = {"requests": {"cpu": "100m", "memory": "512Mi"}}
    container = {"name": name, "image": image, "resources": resources}
    spec = {"serviceAccountName": EDITOR, "containers": [container]}
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Notebook",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"template": {"spec": spec}},
    }


def train_job(name: str, namespace: str, image: str) -> Object:
    """A training job of one node, with an image that the nodes have got already."""
    trainer = {"image": image, "command": ["python", "-c", "print('trained')"], "numNodes": 1}
    return {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainJob",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"runtimeRef": {"name": "torch-distributed"}, "trainer": trainer},
    }


def inference_service(name: str, namespace: str) -> Object:
    """A model of scikit-learn behind an address."""
    model = {
        "modelFormat": {"name": "sklearn"},
        "storageUri": _MODEL,
        "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}},
    }
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"predictor": {"minReplicas": 1, "model": model}},
    }
