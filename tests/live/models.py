"""A scikit-learn model that is trained in the cluster, where services can fetch it, and who asks them."""

import json
from typing import Any

from components.versions import KServe
from tests.live.platform import LivePlatform
from tests.support.cluster import Object

SAMPLES = [[5.1, 3.5, 1.4, 0.2], [6.0, 2.9, 4.5, 1.5], [7.0, 3.1, 6.0, 2.2], [5.6, 3.0, 3.1, 0.9]]
"""What is asked: measures of four flowers."""

PORT = 8000
FILE = "model.joblib"

# Flowers of three kinds that are scattered around the means of Fisher's irises.
_TRAIN = f"""\
import json
import os
import joblib
import numpy
from sklearn.linear_model import LogisticRegression

random = numpy.random.default_rng(7)
means = ([5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0])
measures = numpy.concatenate([random.normal(mean, 0.4, (40, 4)) for mean in means])
model = LogisticRegression(max_iter=500).fit(measures, numpy.repeat([0, 1, 2], 40))
os.makedirs("/models/iris", exist_ok=True)
joblib.dump(model, "/models/iris/{FILE}")
answers = model.predict({SAMPLES}), model.predict_proba({SAMPLES})
print(json.dumps([answer.tolist() for answer in answers]))
"""
_ASK = """\
import sys
import urllib.error
import urllib.request

request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), {"Content-Type": "application/json"})
try:
    print(urllib.request.urlopen(request, timeout=20).read().decode())
except urllib.error.HTTPError as error:
    print(error.read().decode())
"""
_SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


class Store:
    """A claim with a model that a pod has trained and gives by HTTP; that pod asks, too."""

    def __init__(self, platform: LivePlatform, namespace: str, name: str) -> None:
        self.platform, self.namespace, self.name = platform, namespace, name

    @property
    def url(self) -> str:
        """Where its models are given."""
        return f"http://{self.name}.{self.namespace}.svc.cluster.local:{PORT}"

    def open(self) -> None:
        """Train the model, and wait until it can be fetched."""
        self.platform.apply(*self._objects())
        self.platform.wait(f"pod/{self.name}", "condition=Ready", self.namespace, seconds=180)

    def close(self) -> None:
        """Remove it."""
        for kind in ("pod", "service", "persistentvolumeclaim"):
            self.platform.kubectl("delete", kind, self.name, "-n", self.namespace, "--wait=false")

    def expected(self) -> tuple[list[int], list[list[float]]]:
        """What scikit-learn itself answers for SAMPLES: kinds, and the probability of each kind."""
        kinds, probabilities = json.loads(self.platform.logs(self.name, self.namespace, "-c", "train"))
        return kinds, probabilities

    def ask(self, url: str, question: object) -> dict[str, Any]:
        """What the pod gets that posts a question to an address."""
        program = ("python3", "-c", _ASK, url, json.dumps(question))
        done = self.platform.kubectl("exec", self.name, "-n", self.namespace, "-c", "web", "--", *program)
        return json.loads(done.stdout)

    def _objects(self) -> tuple[Object, ...]:
        metadata = {"name": self.name, "namespace": self.namespace}
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": metadata,
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": {"app": self.name}, "ports": [{"port": PORT}]},
        }
        serve = ["python3", "-m", "http.server", str(PORT), "--directory", "/models"]
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**metadata, "labels": {"app": self.name, "sidecar.istio.io/inject": "false"}},
            "spec": {
                "securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000},
                "initContainers": [_container("train", KServe.SKLEARN, ["python3", "-c", _TRAIN])],
                "containers": [
                    {
                        **_container("web", KServe.SKLEARN, serve),
                        "readinessProbe": {"httpGet": {"path": f"/iris/{FILE}", "port": PORT}},
                    }
                ],
                "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": self.name}}],
            },
        }
        return claim, service, pod


def _container(name: str, image: str, command: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "image": image,
        "command": command,
        "volumeMounts": [{"name": "models", "mountPath": "/models"}],
        "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}},
        "securityContext": _SECURITY,
    }
