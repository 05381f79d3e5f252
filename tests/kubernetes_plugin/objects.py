"""Objects for tests, as programs declare them."""

from typing import Any

Object = dict[str, Any]

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"
SECRET = "kubernetes:core/v1:Secret"
SERVICE = "kubernetes:core/v1:Service"


def metadata(name: str, namespace: str = "", **annotations: str) -> Object:
    found: Object = {"name": name}
    if namespace:
        found["namespace"] = namespace
    if annotations:
        found["annotations"] = {f"pulumi.com/{key}": value for key, value in annotations.items()}
    return found


def config_map(name: str, namespace: str, *, data: Object | None = None, **annotations: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(name, namespace, **annotations),
        "data": {"key": "value"} if data is None else data,
    }


def deployment(
    name: str, namespace: str, *, cpu: str = "0.1", replicas: int = 1, **annotations: str
) -> Object:
    labels = {"app": name}
    container = {"name": "main", "image": "example", "resources": {"requests": {"cpu": cpu}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name, namespace, **annotations),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def service(name: str, namespace: str, *, selector: Object | None = None, **spec: Any) -> Object:  # noqa: ANN401
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name, namespace),
        "spec": {"ports": [{"port": 80}], **({"selector": selector} if selector else {}), **spec},
    }


def job(name: str, namespace: str, **annotations: str) -> Object:
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "example"}]}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(name, namespace, **annotations),
        "spec": {"template": template, "backoffLimit": 0},
    }


def crd(kind: str, group: str, *, scope: str = "Namespaced") -> Object:
    plural = f"{kind.lower()}s"
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {"size": {"type": "integer"}, "name": {"type": "string"}},
                "required": ["size"],
            },
            "status": {"type": "object", "x_kubernetes_preserve_unknown_fields": True},
        },
    }
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata(f"{plural}.{group}"),
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural},
            "versions": [{**version, "subresources": {"status": {}}}],
        },
    }
