"""What the product says upstream publishes is what upstream publishes."""

import json

import pytest

from components.footprint import PUBLISHED
from tests.reference import facts

pytestmark = pytest.mark.skipif(not facts.available(), reason="upstream's facts are not on this machine")

# The keys of the facts, by upstream's names.
NAMES = {
    "Training Operator": "training-operator-v1",
    "Trainer": "trainer",
    "Kubeflow Notebooks": "notebooks",
    "Kubeflow Dashboard": "dashboard",
    "Katib": "katib",
    "KServe Models Web Application": "kserve-models-web-app",
    "KServe": "kserve",
    "Kubeflow Pipelines": "pipelines",
    "Kubeflow Hub": "model-registry",
    "Spark Operator": "spark-operator",
    "Istio": "istio",
    "Knative": "knative",
    "Cert Manager": "cert-manager",
    "Dex": "dex",
    "OAuth2-Proxy": "oauth2-proxy",
}


def test_every_figure_is_upstreams() -> None:
    rows = json.loads((facts.FOLDER / "footprint.json").read_text(encoding="utf-8"))["rows"]
    here = {
        NAMES[name]: {"cpu": one.cpu, "memory": one.memory, "disk": one.disk}
        for name, one in PUBLISHED.items()
    }
    assert here == rows
