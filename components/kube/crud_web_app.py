"""The web apps of kubeflow/notebooks, which share one backend and one shape.

Variables, port, probes and user: kubeflow/notebooks v1.11.0, components/crud-web-apps, `common/backend` and
the Dockerfile of each app.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
from pydantic import Field

from ..contracts import Mesh, NodePool, UserIdentity
from .metrics import scraped
from .program import Environment, Mount, Program, http_probe
from .scope import Scope
from .settings import WorkloadSettings
from .web_app import WebApp, crud_environment, web_app
from .workload import VolumeSource

_PORT = 5000


class CrudWebAppSettings(WorkloadSettings):
    """A web app whose pages create, list and delete objects of a team."""

    log_level: Literal["debug", "info"] = Field(default="info", description="What it logs.")
    secure_cookies: bool = Field(
        default=True,
        description="Whether its cookie is sent over TLS only. Off where people come over plain HTTP: "
        "a browser keeps the cookie back there and every change is refused.",
    )
    metrics: bool = Field(
        default=True, description="Whether it keeps metrics, and Prometheus is told to scrape them."
    )


def crud_web_app(
    scope: Scope,
    mesh: Mesh,
    identity: UserIdentity,
    settings: CrudWebAppSettings,
    *,
    app: str,
    image: str,
    prefix: str,
    environment: Environment | None = None,
    mounts: Sequence[Mount] = (),
    volumes: Mapping[str, VolumeSource] | None = None,
    node_pools: Sequence[NodePool] = (),
    config_hash: str | None = None,
    after: Sequence[pulumi.Resource],
) -> WebApp:
    """Declare one of the web apps behind the gateway, with the names that upstream gives to its objects.

    Args:
        app: name of its container; its service account is `<app>-service-account`.
        prefix: what its paths begin with at the gateway, with a slash at both ends.
        environment, mounts, volumes: what this one has beside what all have.
        after: its role bindings, without which it may ask nobody whether a person may do something.
    """
    program = Program(
        name=app,
        image=image,
        settings=settings,
        environment={
            **crud_environment(
                identity,
                prefix=prefix,
                secure_cookies=settings.secure_cookies,
                metrics=settings.metrics,
                debug=settings.log_level == "debug",
            ),
            **(environment or {}),
        },
        ports={"http": _PORT},
        # Each of its three workers takes one request at a time: slow answers of the API server are no reason
        # to restart it.
        live=http_probe("/healthz/liveness", "http", delay=5, timeout=5, failures=6),
        ready=http_probe("/healthz/readiness", "http", delay=5, timeout=5),
        # Gunicorn's workers keep their heartbeat in a file of /tmp.
        mounts=[*mounts, Mount(path="/tmp", volume="tmp", read_only=False)],
        user=1000,
        read_only_root=True,
    )
    return web_app(
        scope,
        mesh,
        app=app,
        program=program,
        settings=settings,
        service_account=f"{app}-service-account",
        prefix=prefix,
        deployment_name=f"{app}-deployment",
        service_name=f"{app}-service",
        route_name=f"{app}-{app}",
        forward_prefix=True,
        node_pools=node_pools,
        volumes={**(volumes or {}), "tmp": {"empty_dir": {}}},
        pod_annotations=scraped(_PORT) if settings.metrics else None,
        config_hash=config_hash,
        after=after,
    )
