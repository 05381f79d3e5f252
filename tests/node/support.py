"""What tests of a live node ask of it, and the pods that they are about."""

import json
import time
from collections.abc import Callable
from typing import Any

from typing_extensions import override

from simulator.node.layout import NodeLayout
from simulator.programs.catalog.examples import PYTHON
from tests.support.cluster import TestCluster

Object = dict[str, Any]

IMAGE = PYTHON.image
NAMESPACE = "default"
SECONDS = 180
PROJECTS = ("examples",)
"""Whose images run."""


class LiveCluster(TestCluster):
    """A cluster with a live node."""

    __test__ = False

    @property
    def node(self) -> NodeLayout:
        """The files of its live node."""
        return NodeLayout(self.directory)

    @override
    def wait(self, what: str, condition: str, namespace: str, seconds: int = SECONDS) -> None:
        """Wait as long as a busy machine may take."""
        super().wait(what, condition, namespace, seconds)

    def pod(self, name: str) -> Object:
        """A pod as it is now."""
        return self.get("pod", name, NAMESPACE)

    def ready(self, name: str) -> None:
        """Wait until a pod is Ready."""
        self.wait(f"pod/{name}", "condition=Ready", NAMESPACE)

    def ended(self, name: str, phase: str = "Succeeded") -> None:
        """Wait until a pod has come to its end."""
        self.wait(f"pod/{name}", f"jsonpath={{.status.phase}}={phase}", NAMESPACE)

    def said(self, name: str, *arguments: str) -> str:
        """What a pod's containers have said."""
        return self.kubectl("logs", name, "-n", NAMESPACE, *arguments).stdout

    def told(self, name: str) -> Object:
        """What a pod has said, of which the last line is JSON, once it has succeeded."""
        self.ended(name)
        return json.loads(self.said(name).splitlines()[-1])

    def run(self, name: str, script: str) -> str:
        """Run a Python script in a pod and return what it printed."""
        return self.kubectl("exec", name, "-n", NAMESPACE, "--", "python3", "-c", script).stdout.strip()


def eventually(what: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Whether something comes true within a time."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        # Most ask by kubectl, and what they wait for needs the processors more.
        time.sleep(0.5)
    return True


def container(script: str, name: str = "main", **more: object) -> Object:
    """A container that runs a Python script."""
    return {"name": name, "image": IMAGE, "args": ["-u", "-c", script], **more}


def pod(name: str, *containers: Object, **spec: object) -> Object:
    """A pod that ends as soon as it is asked to."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app": name}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": list(containers), **spec},
    }


def once(name: str, script: str, **spec: object) -> Object:
    """A pod that runs a Python script once."""
    made = pod(name, container(script))
    made["spec"] |= {"restartPolicy": "Never", **spec}
    return made
