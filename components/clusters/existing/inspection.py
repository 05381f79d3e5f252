"""What is found in a cluster that is already there, and whether the platform may be installed on it.

Asks the API server through the official client, with the kubeconfig's own credentials, and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from kubernetes import client as api

OLDEST = (1, 32)
"""The oldest Kubernetes on which all components run."""

OURS = ("app.kubernetes.io/managed-by", "slipway")

# Workloads by which an installation is recognised that would answer for the same objects: namespace, name,
# and whose it is. Names from kubeflow/manifests v1.9 to 26.03.
_RIVALS = (
    ("kubeflow", "centraldashboard", "Kubeflow's dashboard"),
    ("kubeflow", "dashboard", "Kubeflow's dashboard"),
    ("kubeflow", "ml-pipeline", "Kubeflow Pipelines"),
    ("kubeflow", "katib-controller", "Katib"),
    ("kubeflow", "kserve-controller-manager", "KServe"),
    ("kserve", "kserve-controller-manager", "KServe"),
    ("kubeflow", "notebook-controller-deployment", "Kubeflow Notebooks"),
    ("kubeflow-system", "kubeflow-trainer-controller-manager", "Kubeflow Trainer"),
    ("spark-operator", "spark-operator-controller", "the Spark operator"),
)

# What an installer has to be allowed; `*` in the core of it, since rights are granted to components.
_RIGHTS = (
    ("", "namespaces", "create"),
    ("", "secrets", "create"),
    ("apps", "deployments", "create"),
    ("apiextensions.k8s.io", "customresourcedefinitions", "create"),
    ("rbac.authorization.k8s.io", "clusterroles", "escalate"),
    ("rbac.authorization.k8s.io", "clusterroles", "bind"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"),
)
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


class ClusterError(Exception):
    """A cluster that cannot be used. Its text is for the user, one problem a line."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a cluster has.

    Attributes:
        identity: the uid of its namespace kube-system, which stays for as long as the cluster lives.
        version: of the API server: `v1.35.2`.
        nodes: how many; gpus: how many devices of NVIDIA they report.
        storage_class: the class that is meant.
    """

    identity: str
    version: str
    nodes: int
    gpus: int
    storage_class: str

    @property
    def text(self) -> str:
        """One line for the user."""
        return (
            f"found Kubernetes {self.version} with {self.nodes} nodes and {self.gpus} NVIDIA GPUs; storage "
            f"class {self.storage_class}"
        )


def inspect(kubeconfig: str, *, context: str | None, storage_class: str | None) -> Found:
    """Look at a cluster.

    Raises ClusterError, one line for each problem: it cannot be reached, its version is too old, there is no
    storage class, rights are missing, or somebody else's Kubeflow is there.
    """
    # Takes a third of a second to import, and only such clusters need it.
    from kubernetes import client  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    with _connected(kubeconfig, context) as connection:
        try:
            version = client.VersionApi(connection).get_code()
            _raise([*_too_old(version), *_missing_rights(client.AuthorizationV1Api(connection))])
            classes = client.StorageV1Api(connection).list_storage_class().items
            chosen = _default(classes) if storage_class is None else storage_class
            _raise([*_unfit(chosen, storage_class, classes), *_rivals(client.AppsV1Api(connection))])
            core = client.CoreV1Api(connection)
            nodes = core.list_node().items
            about = core.read_namespace("kube-system").metadata
        except client.ApiException as error:
            raise ClusterError(f"the cluster answers: {_told(error)}") from None
        except (HTTPError, OSError) as error:
            raise ClusterError(f"the cluster cannot be reached: {error}") from None
    return Found(
        identity=(about and about.uid) or "",
        version=version.git_version,
        nodes=len(nodes),
        gpus=sum(map(_gpus, nodes)),
        storage_class=chosen or "",
    )


def _gpus(node: api.V1Node) -> int:
    offered: Mapping[str, str] = (node.status.allocatable if node.status else None) or {}
    return int(offered.get("nvidia.com/gpu", 0))


def _raise(problems: Sequence[str]) -> None:
    if problems:
        raise ClusterError("\n".join(problems))


def _connected(kubeconfig: str, context: str | None) -> api.ApiClient:
    from kubernetes import client, config  # noqa: PLC0415

    settings = client.Configuration()
    try:
        content: object = yaml.safe_load(kubeconfig)
        if not isinstance(content, dict):
            raise ClusterError("the kubeconfig does not hold keys with values")
        config.load_kube_config_from_dict(  # pyright: ignore[reportUnknownMemberType] # untyped there
            content, context=context, client_configuration=settings, persist_config=False
        )
    except (yaml.YAMLError, config.ConfigException) as error:
        raise ClusterError(f"the kubeconfig cannot be used: {error}") from None
    settings.retries = 1
    return client.ApiClient(settings)


def _too_old(version: api.VersionInfo) -> Iterator[str]:
    # Clouds write a plus sign behind the minor version.
    found = (int(version.major), int(version.minor.rstrip("+")))
    if found < OLDEST:
        yield (
            f"found Kubernetes {version.git_version}; allowed: {OLDEST[0]}.{OLDEST[1]} or later, on which "
            "all components run"
        )


def _missing_rights(authorization: api.AuthorizationV1Api) -> Iterator[str]:
    from kubernetes import client  # noqa: PLC0415

    missing: list[str] = []
    for group, resource, verb in _RIGHTS:
        asked = client.V1SelfSubjectAccessReview(
            spec=client.V1SelfSubjectAccessReviewSpec(
                resource_attributes=client.V1ResourceAttributes(group=group, resource=resource, verb=verb)
            )
        )
        answer = authorization.create_self_subject_access_review(asked).status
        if not (answer and answer.allowed):
            missing.append(f"{verb} {resource}{group and '.'}{group}")
    if missing:
        yield (
            f"the user of the kubeconfig may not {', '.join(missing)}; an installation needs the rights of "
            "cluster-admin"
        )


def _default(classes: Sequence[api.V1StorageClass]) -> str | None:
    for one in classes:
        about = one.metadata
        if about and about.name and (about.annotations or {}).get(_DEFAULT_CLASS) == "true":
            return about.name
    return None


def _unfit(chosen: str | None, wanted: str | None, classes: Sequence[api.V1StorageClass]) -> Iterator[str]:
    names = sorted((one.metadata and one.metadata.name) or "" for one in classes)
    there = f"the cluster has {', '.join(names)}" if names else "the cluster has none"
    if wanted is not None and wanted not in names:
        yield f"slipway:cluster.storageClass: found '{wanted}'; allowed: a storage class, and {there}"
    elif chosen is None:
        yield (
            f"no storage class is the default one ({there}): annotate one with {_DEFAULT_CLASS}=true, or "
            "name one in slipway:cluster.storageClass"
        )


def _rivals(apps: api.AppsV1Api) -> Iterator[str]:
    label, value = OURS
    found = {
        (one.metadata.namespace, one.metadata.name)
        for one in apps.list_deployment_for_all_namespaces().items
        if one.metadata and (one.metadata.labels or {}).get(label) != value
    }
    for namespace, name, whose in _RIVALS:
        if (namespace, name) in found:
            yield (
                f"{whose} is there already (Deployment {namespace}/{name}) and was not installed by Slipway: "
                "two of them would answer for the same objects. Remove it first, or choose another cluster"
            )


def _told(error: Any) -> str:  # noqa: ANN401 # its attributes are untyped there
    try:
        text = json.loads(error.body)["message"]
    except (TypeError, ValueError, KeyError):
        text = error.reason
    return f"{error.status} {text}"
