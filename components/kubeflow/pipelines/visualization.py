"""The server that runs visualizations: notebooks of the image, and what people write.

It runs whatever it is sent, so that the one in Kubeflow's namespace gets no token of the Kubernetes API and
answers the API server alone. Source: kubeflow/pipelines 2.16.1, backend/src/apiserver/visualization.
"""

from ...contracts import Mesh
from ...kube.mesh import allow, from_principals, mutual_tls
from ...kube.network import Opening, allow_ingress
from ...kube.objects import access
from ...kube.program import Program, http_probe
from ...kube.settings import WorkloadSettings
from ...kube.workload import Workload, deployment, service
from ...versions import Pipelines as Images
from .args import (
    API_SERVER,
    RBAC,
    TMP,
    TMP_VOLUME,
    USER,
    VISUALIZATION_PORT,
    VISUALIZATION_SERVER,
    Install,
)


def visualization_server(install: Install) -> Workload:
    """Declare the server of Kubeflow's namespace."""
    scope, mesh = install.scope, install.args.mesh
    settings = install.args.settings.visualization
    access(scope, RBAC / "visualization.yaml")
    workload = deployment(
        scope,
        VISUALIZATION_SERVER,
        app=VISUALIZATION_SERVER,
        programs=[program(settings)],
        settings=settings,
        service_account=VISUALIZATION_SERVER,
        node_pools=install.args.node_pools,
        volumes=TMP_VOLUME,
        api_token=False,
    )
    service(
        scope,
        VISUALIZATION_SERVER,
        selector=workload.selector,
        ports={"http": (VISUALIZATION_PORT, VISUALIZATION_PORT)},
        app=VISUALIZATION_SERVER,
    )
    _only_for_the_api_server(install, mesh, workload)
    return workload


def program(settings: WorkloadSettings) -> Program:
    """The container, in whichever namespace."""
    return Program(
        name=VISUALIZATION_SERVER,
        image=Images.VISUALIZATION,
        settings=settings,
        # Jupyter keeps the files of its kernels in the home folder, which the user has none of in the image.
        environment={"HOME": TMP.path},
        ports={"http": VISUALIZATION_PORT},
        live=http_probe("/", VISUALIZATION_PORT, period=30, timeout=5),
        ready=http_probe("/", VISUALIZATION_PORT, timeout=2),
        # A kernel is started before the server is.
        startup=http_probe("/", VISUALIZATION_PORT, period=2, timeout=2, failures=60),
        mounts=[TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )


def _only_for_the_api_server(install: Install, mesh: Mesh, workload: Workload) -> None:
    scope, name = install.scope, VISUALIZATION_SERVER
    mutual_tls(scope, mesh, name, app=name, service=name)
    rules = [from_principals(install.principal(API_SERVER))]
    allow(scope, mesh, name, app=name, selector=workload.selector, rules=rules)
    opened = Opening(ports=[VISUALIZATION_PORT], callers=[scope.caller({"app": API_SERVER})])
    allow_ingress(scope, name, selector=workload.selector, openings=[opened], app=name)
