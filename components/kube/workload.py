"""A Deployment in the one shape that all components share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment, DeploymentSpecArgsDict
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgsDict,
    EmptyDirVolumeSourceArgsDict,
    PersistentVolumeClaimVolumeSourceArgsDict,
    PodSecurityContextArgsDict,
    PodSpecArgsDict,
    ProjectedVolumeSourceArgsDict,
    SecretVolumeSourceArgsDict,
    Service,
    ServicePortArgsDict,
    TolerationArgsDict,
    VolumeArgsDict,
)

from ..contracts import NodePool, Request
from .placement import placed
from .program import Program, container, request
from .running import current, disruption_budget, spread
from .scope import Scope
from .settings import Placement, WorkloadSettings

CONFIG_HASH = "slipway.dev/config-hash"
_ARCHITECTURE = "kubernetes.io/arch"

_POD_SECURITY: PodSecurityContextArgsDict = {
    "run_as_non_root": True,
    "seccomp_profile": {"type": "RuntimeDefault"},
}


class VolumeSource(TypedDict, total=False):
    """What a volume shows: one of these (core/v1 Volume without its name)."""

    config_map: pulumi.Input[ConfigMapVolumeSourceArgsDict | None]
    empty_dir: pulumi.Input[EmptyDirVolumeSourceArgsDict | None]
    persistent_volume_claim: pulumi.Input[PersistentVolumeClaimVolumeSourceArgsDict | None]
    projected: pulumi.Input[ProjectedVolumeSourceArgsDict | None]
    secret: pulumi.Input[SecretVolumeSourceArgsDict | None]


class _Placed(TypedDict, total=False):
    node_selector: Mapping[str, pulumi.Input[str]]
    tolerations: Sequence[TolerationArgsDict]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A Deployment that was declared, and what it costs.

    Attributes:
        resource: the Deployment; waiting for it waits until it is available.
        images: every image that its pods pull.
        request: what all replicas reserve together.
        selector: labels that select its pods, for Services and policies.
    """

    resource: Deployment
    images: tuple[str, ...]
    request: Request
    selector: Mapping[str, str]


def deployment(
    scope: Scope,
    name: str,
    *,
    app: str,
    programs: Sequence[Program],
    settings: WorkloadSettings,
    service_account: pulumi.Input[str],
    node_pools: Sequence[NodePool] = (),
    volumes: Mapping[str, VolumeSource] | None = None,
    pod_labels: Mapping[str, str] | None = None,
    pod_annotations: Mapping[str, str] | None = None,
    selector: Mapping[str, str] | None = None,
    mesh: bool = True,
    config_hash: pulumi.Input[str] | None = None,
    first: Sequence[Program] = (),
    strategy: Literal["RollingUpdate", "Recreate"] = "RollingUpdate",
    volume_group: int | None = None,
    api_token: bool = True,
    shared_processes: bool = False,
    priority_class: pulumi.Input[str] | None = None,
    always_budgeted: bool = False,
    after: Sequence[pulumi.Resource] = (),
) -> Workload:
    """Declare a hardened Deployment.

    Args:
        app: value of the `app` label, which selects the pods unless `selector` says otherwise.
        programs: the containers; the first is the one that `settings.image` and its compute belong to.
        volumes: volume source by volume name.
        mesh: whether the pod gets an Istio sidecar where there is a mesh. Pods that the API server calls
            (webhooks) get none.
        config_hash: digest of the configuration the pod reads; a change of it restarts the pods.
        first: init containers, in order.
        strategy: Recreate for what must not run twice, such as the owner of a volume.
        volume_group: numeric group that the pod's volumes belong to (fsGroup).
        api_token: whether the pod gets a token for the Kubernetes API.
        shared_processes: whether the containers see and signal each other's processes.
        priority_class: the pod's own; the platform's where it has none.
        always_budgeted: whether its nodes are drained one pod at a time, whatever the platform says.
        after: resources without which the program could not start, such as its role bindings.
    """
    chosen = dict(selector or {"app": app})
    annotations: dict[str, pulumi.Input[str]] = dict(pod_annotations or {})
    if config_hash is not None:
        annotations[CONFIG_HASH] = config_hash
    labels = {
        **scope.labels(app),
        "sidecar.istio.io/inject": "true" if mesh and scope.namespaces.sidecars else "false",
        **(pod_labels or {}),
        **chosen,
    }
    spec: PodSpecArgsDict = {
        "service_account_name": service_account,
        "containers": [container(program) for program in programs],
        "security_context": _POD_SECURITY,
        **_placed(settings.placement, node_pools),
    }
    if first:
        spec["init_containers"] = [container(program) for program in first]
    if volume_group is not None:
        spec["security_context"] = {
            **_POD_SECURITY,
            "fs_group": volume_group,
            "fs_group_change_policy": "OnRootMismatch",
        }
    if not api_token:
        spec["automount_service_account_token"] = False
    if shared_processes:
        spec["share_process_namespace"] = True
    if (chosen_class := priority_class or current().priority_class) is not None:
        spec["priority_class_name"] = chosen_class
    current().refuse(
        scope.component, (program.settings.image or program.image for program in [*first, *programs])
    )
    if constraints := spread(chosen, settings.replicas):
        spec["topology_spread_constraints"] = constraints
    if volumes:
        spec["volumes"] = [_volume(volume, source) for volume, source in volumes.items()]
    workload: DeploymentSpecArgsDict = {
        "replicas": settings.replicas,
        "selector": {"match_labels": chosen},
        "template": {"metadata": {"labels": labels, "annotations": annotations}, "spec": spec},
    }
    if strategy != "RollingUpdate":
        workload["strategy"] = {"type": strategy}
    resource = Deployment(
        scope.unique(name),
        metadata=scope.metadata(name, app=app),
        spec=workload,
        opts=scope.options(list(after)),
    )
    disruption_budget(
        scope, name, app=app, selector=chosen, replicas=settings.replicas, always=always_budgeted
    )
    everything = [*first, *programs]
    each = sum((request(program) for program in programs), start=Request())
    return Workload(
        resource=resource,
        images=tuple(dict.fromkeys(program.chosen_image for program in everything)),
        request=Request(cpu=each.cpu * settings.replicas, memory=each.memory * settings.replicas),
        selector=chosen,
    )


def service(
    scope: Scope,
    name: str,
    *,
    selector: Mapping[str, str],
    ports: Mapping[str, tuple[int, int | str]],
    app: str,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Service:
    """A ClusterIP Service; `ports` maps a port's name to its number and the pod's port."""
    listed: list[ServicePortArgsDict] = [
        {"name": port, "port": number, "target_port": target, "protocol": "TCP"}
        for port, (number, target) in ports.items()
    ]
    return Service(
        scope.unique(name),
        metadata=scope.metadata(name, app=app, labels=labels, annotations=annotations),
        spec={"type": "ClusterIP", "selector": dict(selector), "ports": listed},
        opts=scope.options(),
    )


def _volume(name: str, source: VolumeSource) -> VolumeArgsDict:
    return {"name": name, **source}


def _placed(placement: Placement, pools: Sequence[NodePool]) -> _Placed:
    where = placed(placement, pools)
    result: _Placed = {}
    if architecture := current().architecture:
        result["node_selector"] = {**where.node_selector, _ARCHITECTURE: architecture}
    elif where.node_selector:
        result["node_selector"] = where.node_selector
    if where.tolerations:
        result["tolerations"] = where.tolerations
    return result
