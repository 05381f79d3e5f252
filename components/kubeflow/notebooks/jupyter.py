"""The Jupyter web app: the pages below /jupyter/ where people start, stop and delete notebooks.

Variables and files: kubeflow/notebooks v1.11.0, components/crud-web-apps/jupyter.
"""

from collections.abc import Sequence

import pulumi

from ...contracts import Mesh, NodePool, UserIdentity
from ...kube.config import config_map
from ...kube.crud_web_app import crud_web_app
from ...kube.program import Mount
from ...kube.scope import Scope
from ...kube.web_app import WebApp
from ...versions import Notebooks as Images
from .settings import NotebooksSettings
from .spawner import FILE, spawner_config

APP = "jupyter-web-app"
PREFIX = "/jupyter/"


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
    form = config_map(
        scope, "jupyter-web-app-config", {FILE: spawner_config(settings.spawner, node_pools)}, app=APP
    )
    return crud_web_app(
        scope,
        mesh,
        identity,
        settings.web_app,
        app=APP,
        image=Images.WEB_APP,
        prefix=PREFIX,
        environment={"UI": "default"},
        mounts=[Mount(path="/etc/config", volume="config-volume")],
        volumes={"config-volume": {"config_map": {"name": form.name}}},
        node_pools=node_pools,
        config_hash=form.digest,
        after=after,
    )
