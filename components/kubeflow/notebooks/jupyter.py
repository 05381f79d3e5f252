"""The Jupyter web app: the pages below /jupyter/ where people start, stop and delete notebooks.

Variables, probes and files: kubeflow/notebooks v1.11.0, components/crud-web-apps, `common/backend` and
`jupyter`.
"""

from collections.abc import Sequence

import pulumi

from ...contracts import Mesh, NodePool, UserIdentity
from ...kube.config import config_map
from ...kube.metrics import scraped
from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...kube.web_app import WebApp, crud_environment, web_app
from ...versions import Notebooks as Images
from .settings import NotebooksSettings
from .spawner import FILE, spawner_config

APP = "jupyter-web-app"
PREFIX = "/jupyter/"

_PORT = 5000


def jupyter_web_app(
    scope: Scope,
    mesh: Mesh,
    identity: UserIdentity,
    settings: NotebooksSettings,
    node_pools: Sequence[NodePool],
    *,
    after: Sequence[pulumi.Resource],
) -> WebApp:
    """Declare the web app; it answers after it may ask the API server."""
    own = settings.web_app
    form = config_map(
        scope, "jupyter-web-app-config", {FILE: spawner_config(settings.spawner, node_pools)}, app=APP
    )
    program = Program(
        name=APP,
        image=Images.WEB_APP,
        settings=own,
        environment={
            "UI": "default",
            **crud_environment(
                identity,
                prefix=PREFIX,
                secure_cookies=own.secure_cookies,
                metrics=own.metrics,
                debug=own.log_level == "debug",
            ),
        },
        ports={"http": _PORT},
        # Each of its three workers takes one request at a time: slow answers of the API server are no reason
        # to restart it.
        live=http_probe("/healthz/liveness", "http", delay=5, timeout=5, failures=6),
        ready=http_probe("/healthz/readiness", "http", delay=5, timeout=5),
        # Gunicorn's workers keep their heartbeat in a file of /tmp.
        mounts=[
            Mount(path="/etc/config", volume="config-volume"),
            Mount(path="/tmp", volume="tmp", read_only=False),
        ],
        user=1000,
        read_only_root=True,
    )
    return web_app(
        scope,
        mesh,
        app=APP,
        program=program,
        settings=own,
        service_account="jupyter-web-app-service-account",
        prefix=PREFIX,
        deployment_name="jupyter-web-app-deployment",
        service_name="jupyter-web-app-service",
        route_name="jupyter-web-app-jupyter-web-app",
        forward_prefix=True,
        node_pools=node_pools,
        volumes={"config-volume": {"config_map": {"name": form.name}}, "tmp": {"empty_dir": {}}},
        pod_annotations=scraped(_PORT) if own.metrics else None,
        config_hash=form.digest,
        after=after,
    )
