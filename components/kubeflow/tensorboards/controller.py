"""The TensorBoard controller: a Tensorboard becomes a Deployment, a Service and a route in its namespace.

Flags and variables: kubeflow/notebooks v1.11.0, components/tensorboard-controller, `main.go` and
`controllers/tensorboard_controller.go`.
"""

from collections.abc import Mapping, Sequence

import pulumi

from ...contracts import Mesh, NodePool, TeamRoute
from ...kube.config import config_map
from ...kube.mesh import routes_of_teams
from ...kube.metrics import PROTECTED, metrics_proxy
from ...kube.network import allow_ingress
from ...kube.program import Program, http_probe
from ...kube.pulling import pulled
from ...kube.scope import Scope
from ...kube.workload import Workload, deployment, service
from ...versions import Notebooks as Images
from .settings import ServerSettings, TensorBoardsSettings

APP = "tensorboard-controller"
SERVICE_ACCOUNT = "tensorboard-controller-controller-manager"

_HEALTH, _METRICS = 8081, 8080


def controller(
    scope: Scope,
    mesh: Mesh,
    settings: TensorBoardsSettings,
    node_pools: Sequence[NodePool],
    *,
    after: Sequence[pulumi.Resource],
) -> Workload:
    """Declare the controller; it starts after what it watches and what lets it."""
    own = settings.controller
    config = config_map(scope, "tensorboard-controller-config", _environment(mesh, settings.server), app=APP)
    manager = Program(
        name="manager",
        image=Images.TENSORBOARD_CONTROLLER,
        settings=own,
        command=["/manager"],
        args=[
            f"--health-probe-bind-address=:{_HEALTH}",
            f"--metrics-bind-address={f'127.0.0.1:{_METRICS}' if own.metrics else '0'}",
            # Elected also when alone: while a new pod takes over from an old one there are two.
            "--leader-elect",
            f"--zap-log-level={own.log_level}",
        ],
        environment_from=[config.name],
        ports={"health": _HEALTH},
        live=http_probe("/healthz", "health", delay=15, period=20),
        ready=http_probe("/readyz", "health", delay=5),
        user=65532,
        read_only_root=True,
    )
    programs = [manager, metrics_proxy(own.metrics_proxy, _METRICS)] if own.metrics else [manager]
    workload = deployment(
        scope,
        "tensorboard-controller-deployment",
        app=APP,
        programs=programs,
        settings=own,
        service_account=SERVICE_ACCOUNT,
        node_pools=node_pools,
        pod_annotations={"kubectl.kubernetes.io/default-container": "manager"},
        # It talks to nobody but the API server.
        mesh=False,
        config_hash=config.digest,
        after=after,
    )
    routes_of_teams(mesh, TeamRoute(prefix="/tensorboard", rewrite="/", timeout="300s"))
    if own.metrics:
        _show_metrics(scope, workload)
    return workload


def server_image(settings: ServerSettings) -> str:
    """The image of the servers."""
    return pulled(settings.image or Images.TENSORBOARD)


def _environment(mesh: Mesh, server: ServerSettings) -> Mapping[str, str]:
    return {
        "TENSORBOARD_IMAGE": server_image(server),
        "RWO_PVC_SCHEDULING": "True" if server.same_node else "False",
        "ISTIO_GATEWAY": mesh.gateway,
        "ISTIO_HOST": "*",
    }


def _show_metrics(scope: Scope, workload: Workload) -> None:
    """Let whoever reads the platform's metrics reach the proxy, which asks who it is."""
    service(
        scope,
        f"{SERVICE_ACCOUNT}-metrics-service",
        selector=workload.selector,
        ports={"https": (PROTECTED, "https")},
        app=APP,
    )
    allow_ingress(scope, APP, selector=workload.selector, openings=[], metrics=[PROTECTED], app=APP)
