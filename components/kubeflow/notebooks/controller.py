"""The notebook controller: a Notebook becomes a StatefulSet, a Service and a route in its namespace.

Flags and variables: kubeflow/notebooks v1.11.0, components/notebook-controller, `main.go` and `controllers/`.
"""

from collections.abc import Mapping, Sequence

import pulumi

from ...contracts import Mesh, NodePool, TeamRoute
from ...kube.config import config_map
from ...kube.mesh import routes_of_teams, see_every_namespace
from ...kube.metrics import scraped
from ...kube.program import Program, config_key, http_probe
from ...kube.scope import Scope
from ...kube.workload import Workload, deployment, service
from ...versions import Notebooks as Images
from .settings import ControllerSettings, CullingSettings, NotebooksSettings, minutes

APP = "notebook-controller"
SERVICE_ACCOUNT = "notebook-controller-service-account"

_METRICS, _HEALTH = 8080, 8081


def controller(
    scope: Scope,
    mesh: Mesh,
    settings: NotebooksSettings,
    node_pools: Sequence[NodePool],
    *,
    after: Sequence[pulumi.Resource],
) -> Workload:
    """Declare the controller; it starts after what it watches and what lets it."""
    own = settings.controller
    data = _environment(mesh, own, settings.culling)
    config = config_map(scope, "notebook-controller-config", data, app=APP)
    program = Program(
        name="manager",
        image=Images.CONTROLLER,
        settings=own,
        command=["/manager"],
        args=_flags(own),
        environment={name: config_key(config.name, name) for name in data},
        ports={"metrics": _METRICS, "health": _HEALTH},
        live=http_probe("/healthz", "health", delay=5),
        ready=http_probe("/readyz", "health", delay=5),
        user=1000,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        "notebook-controller-deployment",
        app=APP,
        programs=[program],
        settings=own,
        service_account=SERVICE_ACCOUNT,
        node_pools=node_pools,
        pod_annotations=scraped(_METRICS) if own.metrics else None,
        config_hash=config.digest,
        after=after,
    )
    service(
        scope,
        "notebook-controller-service",
        selector=workload.selector,
        ports={"http-metrics": (_METRICS, "metrics")},
        app=APP,
    )
    # What a notebook is told in NB_PREFIX is what its route keeps.
    routes_of_teams(mesh, TeamRoute(prefix="/notebook"))
    if settings.culling.enabled:
        # Culling asks notebooks wherever they are; one that is asked without mutual TLS refuses.
        see_every_namespace(scope, mesh, "notebook-controller-exception", app=APP, selector=workload.selector)
    return workload


def _environment(mesh: Mesh, settings: ControllerSettings, culling: CullingSettings) -> Mapping[str, str]:
    return {
        "USE_ISTIO": str(mesh.present).lower(),
        "ISTIO_GATEWAY": mesh.gateway,
        "ISTIO_HOST": "*",
        "CLUSTER_DOMAIN": mesh.cluster_domain,
        "ENABLE_CULLING": str(culling.enabled).lower(),
        # Both in minutes.
        "CULL_IDLE_TIME": str(minutes(culling.idle_time)),
        "IDLENESS_CHECK_PERIOD": str(minutes(culling.check_period)),
        "ADD_FSGROUP": str(settings.add_fs_group).lower(),
    }


def _flags(settings: ControllerSettings) -> Sequence[str]:
    # Elected also when alone: while a new pod takes over from an old one there are two.
    flags = ["--enable-leader-election", f"--zap-log-level={settings.log_level}"]
    if settings.api_queries_per_second:
        flags.append(f"--qps={settings.api_queries_per_second}")
    if settings.api_burst:
        flags.append(f"--burst={settings.api_burst}")
    return flags
