"""The web app of inference services: the pages below /kserve-endpoints/.

Variables, probes and files: kserve/models-web-app v0.18.0, backend, on the backend that Kubeflow's web apps
share (kubeflow/notebooks 0b835a7).
"""

from collections.abc import Sequence

import pulumi

from ...contracts import Mesh, NodePool, UserIdentity
from ...kube.config import config_map
from ...kube.metrics import scraped
from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...kube.web_app import WebApp, crud_environment, web_app
from ...versions import KServe as Images
from .settings.serving import WebAppSettings

APP = "kserve-models-web-application"
PREFIX = "/kserve-endpoints/"

_PORT = 5000


def models_web_app(
    scope: Scope,
    mesh: Mesh,
    identity: UserIdentity,
    settings: WebAppSettings,
    node_pools: Sequence[NodePool],
    *,
    after: Sequence[pulumi.Resource],
) -> WebApp:
    """Declare the web app; it answers after it may ask the API server."""
    config = config_map(
        scope,
        f"{APP}-config",
        {
            **_plain(identity, settings),
            "GRAFANA_PREFIX": settings.grafana,
            "GRAFANA_CPU_MEMORY_DB": "db/knative-serving-revision-cpu-and-memory-usage",
            "GRAFANA_HTTP_REQUESTS_DB": "db/knative-serving-revision-http-requests",
        },
        app=APP,
    )
    program = Program(
        name=APP,
        image=Images.WEB_APP,
        settings=settings,
        environment={"GUNICORN_CMD_ARGS": "--limit-request-field_size 32000"},
        environment_from=[config.name],
        ports={"http": _PORT},
        # Each of its three workers takes one request at a time: slow answers of the API server are no reason
        # to restart it.
        live=http_probe("/healthz/liveness", "http", delay=5, timeout=5, failures=6),
        ready=http_probe("/healthz/readiness", "http", delay=5, timeout=5),
        # Gunicorn's workers keep their heartbeat in a file of /tmp.
        mounts=[Mount(path="/tmp", volume="tmp", read_only=False)],
        user=1000,
        read_only_root=True,
    )
    return web_app(
        scope,
        mesh,
        app=APP,
        program=program,
        settings=settings,
        service_account=APP,
        prefix=PREFIX,
        node_pools=node_pools,
        volumes={"tmp": {"empty_dir": {}}},
        pod_annotations=scraped(_PORT) if settings.metrics else None,
        config_hash=config.digest,
        after=after,
    )


def _plain(identity: UserIdentity, settings: WebAppSettings) -> dict[str, str]:
    variables = crud_environment(
        identity,
        prefix=PREFIX,
        secure_cookies=settings.secure_cookies,
        metrics=settings.metrics,
        debug=settings.log_level == "debug",
    )
    return {name: value for name, value in variables.items() if isinstance(value, str)}
