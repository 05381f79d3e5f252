"""The offline check of objects: what it finds in Kubernetes' own kinds, and that the platform passes it."""

from copy import deepcopy
from typing import Any

import pytest

from tests.support.render import render
from tests.support.validation import strict_errors

_DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "registry.example.org/web:1",
                        "ports": [{"containerPort": 8080, "name": "http"}],
                        "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
                        "resources": {"requests": {"cpu": 1, "memory": "1Gi"}},
                    }
                ],
            },
        },
    },
}
_CONTAINER = ("spec", "template", "spec", "containers", 0)


def test_a_right_deployment_has_no_error() -> None:
    assert strict_errors(_DEPLOYMENT) == []


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        (("spec", "replica"), 2, 'unknown field "spec.replica"'),
        ((*_CONTAINER, "imag"), "web", 'unknown field "spec.template.spec.containers[0].imag"'),
        ((*_CONTAINER, "ports", 0, "port"), 80, 'containers[0].ports[0].port"'),
        (("metadata", "label"), {}, 'unknown field "metadata.label"'),
        (("spec", "replicas"), "two", "spec.replicas: Invalid value"),
        (("spec", "paused"), 1, "spec.paused: Invalid value"),
        (("metadata", "labels", "app"), 7, "metadata.labels.app: Invalid value"),
        ((*_CONTAINER, "ports"), {"http": 8080}, "spec.template.spec.containers[0].ports: Invalid value"),
        ((*_CONTAINER, "readinessProbe", "httpGet", "port"), [80], "httpGet.port: Invalid value"),
        ((*_CONTAINER, "resources", "requests", "cpu"), True, "resources.requests.cpu: Invalid value"),
        (("kind",), "Deploymint", 'no matches for kind "Deploymint" in version "apps/v1"'),
        (("apiVersion",), "example.org/v1", 'no matches for kind "Deployment" in version "example.org/v1"'),
    ],
)  # fmt: skip
def test_a_mistake_in_a_deployment_is_found(path: tuple[str | int, ...], value: object, error: str) -> None:
    changed = deepcopy(_DEPLOYMENT)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert [found for found in strict_errors(changed) if error in found]


def test_a_missing_field_is_found() -> None:
    changed = deepcopy(_DEPLOYMENT)
    del changed["spec"]["selector"]
    assert strict_errors(changed) == ["spec.selector: Required value"]


def test_every_object_of_the_platform_has_only_fields_that_kubernetes_knows() -> None:
    objects = render().objects
    found = [
        f"{one['kind']} {one['metadata']['name']}: {error}" for one in objects for error in strict_errors(one)
    ]
    assert objects
    assert found == []
