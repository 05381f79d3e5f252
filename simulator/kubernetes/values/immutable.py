"""Fields that cannot change: a new value means a new object.

The table is that of Pulumi's plugin (provider/pkg/provider/diff.go), so that both replace the same objects.
"""

from __future__ import annotations

from simulator.kubernetes.config import Config
from simulator.kubernetes.values.objects import type_of
from simulator.kubernetes.values.paths import Path
from simulator.kubernetes.values.wire import Object

__all__ = ["forces_replacement"]

_IDENTITY: tuple[str, ...] = ("metadata.name", "metadata.namespace", "kind")

_POD = [
    f"spec.{field}"
    for field in [
        "affinity",
        "automountServiceAccountToken",
        "dnsConfig",
        "dnsPolicy",
        "enableServiceLinks",
        "hostAliases",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostname",
        "imagePullSecrets",
        "nodeName",
        "nodeSelector",
        "overhead",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "restartPolicy",
        "runtimeClassName",
        "schedulerName",
        "securityContext",
        "serviceAccount",
        "serviceAccountName",
        "shareProcessNamespace",
        "subdomain",
        "terminationGracePeriodSeconds",
        "volumes",
    ]
]
_CONTAINER = [
    f"spec.{listing}.*.{field}"
    for listing in ("containers", "initContainers")
    for field in [
        "args",
        "command",
        "env",
        "image",
        "imagePullPolicy",
        "lifecycle",
        "livenessProbe",
        "ports",
        "readinessProbe",
        "resources",
        "securityContext",
        "stdin",
        "stdinOnce",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "tty",
        "volumeDevices",
        "volumeMounts",
        "workingDir",
    ]
]
_VOLUME = [
    f"spec.{source}"
    for source in [
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "csi",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "glusterfs",
        "hostPath",
        "iscsi",
        "local",
        "nfs",
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
    ]
]
_STATEFUL_SET = (
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
)
_JOB = ("completions", "parallelism", "selector", "template")

_FIELDS: dict[tuple[str, str], list[str]] = {
    ("", "PersistentVolume"): _VOLUME,
    ("", "PersistentVolumeClaim"): [
        f"spec.{field}" for field in ("accessModes", "selector", "storageClassName", "volumeName")
    ],
    ("", "Pod"): [*_POD, *_CONTAINER],
    ("", "ResourceQuota"): ["spec.scopes"],
    ("", "Secret"): ["type"],
    ("", "Service"): ["spec.clusterIP"],
    ("apps", "DaemonSet"): ["spec.selector"],
    ("apps", "Deployment"): ["spec.selector"],
    ("apps", "StatefulSet"): [f"spec.{field}" for field in _STATEFUL_SET],
    ("batch", "Job"): [f"spec.{field}" for field in _JOB],
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ["roleRef"],
    ("rbac.authorization.k8s.io", "RoleBinding"): ["roleRef"],
    ("storage.k8s.io", "StorageClass"): ["parameters", "provisioner"],
}


def forces_replacement(inputs: Object, path: Path, config: Config, *, patch: bool) -> bool:
    """Tell whether a change at a path needs a new object; a Patch resource changes all but its target."""
    return any(_meets(field.split("."), path) for field in _fields(inputs, config, patch=patch))


def _fields(inputs: Object, config: Config, *, patch: bool) -> list[str]:
    fields = list(_IDENTITY)
    if patch:
        return fields
    kind = type_of(inputs)
    fields += _FIELDS.get((kind.group, kind.kind), [])
    fixed = inputs.get("immutable") is True
    if (kind.group, kind.kind) == ("", "Secret") and (fixed or not config.secret_mutable):
        fields += ["data", "stringData"]
    if (kind.group, kind.kind) == ("", "ConfigMap") and (fixed or not config.config_map_mutable):
        fields += ["data", "binaryData"]
    return fields


def _meets(field: list[str], path: Path) -> bool:
    """Tell whether a changed path lies at or below a field; a field gone with all around it changed too."""
    pairs = zip(field, path, strict=False)
    return all(step in {"*", str(at)} for step, at in pairs)
