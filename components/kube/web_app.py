"""A web app behind the gateway: its Deployment, and the only way to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import Service

from ..contracts import Mesh, NodePool, UserIdentity
from .mesh import allow, from_principals, mutual_tls, route
from .network import Opening, allow_ingress
from .program import Environment, Program
from .scope import Scope
from .settings import WorkloadSettings
from .workload import VolumeSource, Workload, deployment, service

FORWARDED_PREFIX = "x-forwarded-prefix"


@dataclass(frozen=True, kw_only=True)
class WebApp:
    """A web app that was declared.

    Attributes:
        workload: its Deployment, with the images it pulls and what it reserves.
        service: the Service that the route leads to.
    """

    workload: Workload
    service: Service


def web_app(
    scope: Scope,
    mesh: Mesh,
    *,
    app: str,
    program: Program,
    settings: WorkloadSettings,
    service_account: pulumi.Input[str],
    prefix: str,
    deployment_name: str | None = None,
    service_name: str | None = None,
    route_name: str | None = None,
    rewrite: str | None = "/",
    forward_prefix: bool = False,
    timeout: str | None = None,
    also_from: Sequence[str] = (),
    selector: Mapping[str, str] | None = None,
    node_pools: Sequence[NodePool] = (),
    volumes: Mapping[str, VolumeSource] | None = None,
    pod_annotations: Mapping[str, str] | None = None,
    config_hash: str | None = None,
    after: Sequence[pulumi.Resource] = (),
) -> WebApp:
    """Declare a web app that people reach through the gateway, and nothing else reaches.

    That is a Deployment, a Service on port 80, the route to it, mutual TLS, an AuthorizationPolicy that lets
    the gateway in, and a NetworkPolicy that opens the program's port to the gateway's pods.

    Args:
        app: value of the `app` label, and the name of each object that is given no other.
        program: the container; the port that it names `http` is the one that answers.
        prefix: what the paths of the app begin with at the gateway, with a slash at both ends.
        rewrite: what the prefix becomes on the way; None keeps it.
        forward_prefix: tell the app in `x-forwarded-prefix` where it stands.
        timeout: Istio duration such as `300s`; None: no limit.
        also_from: mesh identities that may call it beside the gateway.
        selector: labels that select its pods where those are not just `app`.

    Raises:
        ValueError: the program has no port `http`, or the prefix lacks a slash.
    """
    port = program.ports.get("http")
    if port is None:
        raise ValueError(f"web app {app}: its program '{program.name}' has no port named http")
    if not (prefix.startswith("/") and prefix.endswith("/")):
        raise ValueError(f"web app {app}: prefix '{prefix}' must begin and end with a slash")
    workload = deployment(
        scope,
        deployment_name or app,
        app=app,
        programs=[program],
        settings=settings,
        service_account=service_account,
        node_pools=node_pools,
        volumes=volumes,
        selector=selector,
        pod_annotations=pod_annotations,
        config_hash=config_hash,
        after=after,
    )
    name = service_name or app
    exposed = service(scope, name, selector=workload.selector, ports={"http": (80, port)}, app=app)
    route(
        scope,
        mesh,
        route_name or app,
        app=app,
        prefix=prefix,
        service=name,
        rewrite=rewrite,
        request_headers={FORWARDED_PREFIX: prefix.removesuffix("/")} if forward_prefix else None,
        timeout=timeout,
    )
    mutual_tls(scope, mesh, app, app=app, service=name)
    rules = [from_principals(mesh.gateway_principal, *also_from)]
    allow(scope, mesh, app, app=app, selector=workload.selector, rules=rules)
    opened = Opening(ports=[port], callers=[mesh.gateway_pods])
    allow_ingress(scope, app, selector=workload.selector, openings=[opened], app=app)
    return WebApp(workload=workload, service=exposed)


def crud_environment(
    identity: UserIdentity, *, prefix: str, secure_cookies: bool, metrics: bool, debug: bool = False
) -> Environment:
    """What the backend that Kubeflow's web apps share reads from its environment.

    Source: kubeflow/notebooks v1.11.0, components/crud-web-apps/common/backend, `crud_backend/settings.py`
    and `config.py`. It takes any text in METRICS for yes, so that no is the empty text. The pod needs a
    volume at /tmp that it may write to.
    """
    return {
        "APP_PREFIX": prefix.removesuffix("/"),
        "USERID_HEADER": identity.header,
        "USERID_PREFIX": identity.prefix,
        "APP_SECURE_COOKIES": "true" if secure_cookies else "false",
        "METRICS": "1" if metrics else "",
        # Gunicorn opens a control socket below the home folder, which is / for a user that has none.
        "HOME": "/tmp",
        **({"LOG_LEVEL_DEBUG": "true"} if debug else {}),
    }
