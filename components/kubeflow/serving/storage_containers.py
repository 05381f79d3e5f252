"""Containers that fetch models, by the addresses that they can read.

Source of the standard one: kserve/kserve v0.18.0, config/storagecontainers/default.yaml.
"""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ...kube.pulling import pulled
from ...kube.scope import Scope
from ...versions import KServe as Images
from .placement import SECURITY, Spec
from .settings.serving import ServingSettings
from .settings.sidecars import SidecarSettings

API = "serving.kserve.io/v1alpha1"
APP = "kserve"

_PREFIXES = ("gs://", "s3://", "hdfs://", "hf://", "webhdfs://")
_PATTERNS = (
    "https://(.+?).blob.core.windows.net/(.+)",
    "https://(.+?).file.core.windows.net/(.+)",
    "https?://(.+)/(.+)",
)


def storage_containers(scope: Scope, settings: ServingSettings, *, after: pulumi.Resource) -> tuple[str, ...]:
    """Declare them, and return the images of those that the stack added."""
    standard = settings.storage_initializer
    image = pulled(standard.image or Images.STORAGE_INITIALIZER)
    _declare(
        scope,
        "default",
        _spec(
            "storage-initializer", image, standard, _PREFIXES, _PATTERNS, many=True, used_by="initContainer"
        ),
        after,
    )
    added: list[str] = []
    for one in settings.storage_containers:
        added.append(pulled(str(one.image)))
        spec = _spec(
            "storage-initializer",
            added[-1],
            one,
            one.prefixes,
            one.patterns,
            many=one.many_models,
            used_by=one.used_by,
        )
        _declare(scope, one.name, spec, after)
    return tuple(added)


def _declare(scope: Scope, name: str, spec: Spec, after: pulumi.Resource) -> None:
    CustomResource(
        f"storage-container-{name}",
        api_version=API,
        kind="ClusterStorageContainer",
        metadata=scope.cluster_metadata(name, app=APP),
        spec=spec,
        opts=scope.options(after),
    )


def _spec(
    name: str,
    image: str,
    settings: SidecarSettings,
    prefixes: Sequence[str],
    patterns: Sequence[str],
    *,
    many: bool,
    used_by: str,
) -> Spec:
    return {
        "container": {
            "name": name,
            "image": image,
            "imagePullPolicy": "IfNotPresent",
            "securityContext": SECURITY,
            "resources": {
                "requests": {"cpu": settings.requests.cpu, "memory": settings.requests.memory},
                "limits": {"cpu": settings.limits.cpu, "memory": settings.limits.memory},
            },
        },
        "supportedUriFormats": [
            *({"prefix": prefix} for prefix in prefixes),
            *({"regex": pattern} for pattern in patterns),
        ],
        "supportsMultiModelDownload": many,
        "workloadType": used_by,
    }
