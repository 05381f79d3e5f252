"""The pod of a Job, in the one shape that all components share."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.core.v1 import PodSpecArgsDict, PodTemplateSpecArgsDict

from ..contracts import NodePool
from .placement import placed
from .program import Program, container
from .scope import Scope
from .settings import Placement
from .workload import VolumeSource

# Istio 1.30, injection-template.yaml: the proxy is an init container that goes on running, so that it is
# there before the first program and ends after the last. A proxy that is a container like others would keep
# the Job from ever being complete.
NATIVE_SIDECAR = "sidecar.istio.io/nativeSidecar"


def job_pod(
    scope: Scope,
    app: str,
    *,
    first: Sequence[Program],
    programs: Sequence[Program],
    volumes: Mapping[str, VolumeSource],
    service_account: pulumi.Input[str],
    user: int,
    placement: Placement,
    node_pools: Sequence[NodePool] = (),
    mesh: bool,
    pod_labels: Mapping[str, str] | None = None,
) -> PodTemplateSpecArgsDict:
    """A hardened pod that runs to its end and is not started again in the same place.

    Args:
        app: value of the `app` label; no Service may select it.
        first: init containers, in order.
        user: id of the user and the group that own the volumes.
        mesh: whether it has an identity in the mesh; needs Kubernetes 1.29 or newer.
    """
    where = placed(placement, node_pools)
    pod: PodSpecArgsDict = {
        "service_account_name": service_account,
        "automount_service_account_token": False,
        "restart_policy": "Never",
        "containers": [container(program) for program in programs],
        "security_context": {
            "run_as_non_root": True,
            "seccomp_profile": {"type": "RuntimeDefault"},
            "fs_group": user,
        },
        "volumes": [{"name": name, **source} for name, source in volumes.items()],
    }
    if first:
        pod["init_containers"] = [container(program) for program in first]
    if where.node_selector:
        pod["node_selector"] = where.node_selector
    if where.tolerations:
        pod["tolerations"] = where.tolerations
    labels = {**scope.labels(app), "sidecar.istio.io/inject": str(mesh).lower(), **(pod_labels or {})}
    annotations = {NATIVE_SIDECAR: "true"} if mesh else {}
    return {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod}
