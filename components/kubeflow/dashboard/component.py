"""The Central Dashboard: home page, menu and frame of all web apps, and the members of a namespace.

Installs its server and what it shows: exactly the entries of the components that are on, and the stack's own
links. Needs the namespaces, the mesh, the identity of users, and access management, which it asks in the name
of its users. Offers the page below the gateway's root.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import AccessManagement, Caller, MenuItem, Mesh, Namespaces, NodePool, Offer, UserIdentity
from ...kube.config import config_map
from ...kube.objects import access
from ...kube.program import Program, http_probe, pod_field
from ...kube.scope import Scope
from ...kube.web_app import web_app
from ...versions import Dashboard as Images
from .links import dashboard_links
from .settings import DashboardSettings

NAME = "dashboard"
APP = "kubeflow-dashboard"
CONFIG = "dashboard-config"
_SELECTOR = {"app": APP}
PORT = 8082
# Numeric id of the user `node`, which the image names by its name.
USER = 1000

DOCUMENTATION = MenuItem(
    kind="documentation",
    text="Kubeflow Website",
    link="https://www.kubeflow.org/",
    description="The Kubeflow website",
    order=0,
)


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """What the dashboard needs.

    Attributes:
        menu: the entries of all components that are on.
    """

    settings: DashboardSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    access_management: AccessManagement
    menu: tuple[MenuItem, ...] = ()
    node_pools: tuple[NodePool, ...] = ()


class Dashboard(pulumi.ComponentResource):
    """The Central Dashboard."""

    offer: Offer

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Dashboard", name, None, opts)
        scope = Scope(component="dashboard", parent=self, namespaces=args.namespaces)
        bindings = access(scope, Path(__file__).with_name("rbac.yaml"))
        # Read anew for each page, by the API: a change of the links restarts nothing.
        shown = config_map(scope, CONFIG, _shown(args), app=APP)
        parameters = config_map(scope, "dashboard-parameters", _parameters(args), app=APP)
        app = web_app(
            scope,
            args.mesh,
            app=NAME,
            program=_server(args, shown=shown.name, parameters=parameters.name),
            settings=args.settings.server,
            service_account=NAME,
            prefix="/",
            selector=_SELECTOR,
            node_pools=args.node_pools,
            config_hash=parameters.digest,
            after=bindings,
        )
        self.offer = Offer(images=app.workload.images, request=app.workload.request)
        self.register_outputs({})


def dashboard_pods(namespaces: Namespaces) -> Caller:
    """The server's pods, which ask access management in people's names."""
    return Caller(namespace=namespaces.kubeflow_name, labels=_SELECTOR, account=NAME)


def _shown(args: DashboardArgs) -> dict[str, str]:
    links = dashboard_links((DOCUMENTATION, *args.menu), args.settings.links)
    return {
        "links": json.dumps(links, indent=2),
        "settings": json.dumps({"DASHBOARD_FORCE_IFRAME": args.settings.force_iframe}),
    }


def _parameters(args: DashboardArgs) -> dict[str, str]:
    """Variables of the server (app/server.ts)."""
    parameters = {
        "COLLECT_METRICS": _text(args.settings.metrics),
        "REGISTRATION_FLOW": _text(args.access_management.registration_flow),
        # The server looks the name up among headers that Node.js has put in lower case, and does not lower
        # the name itself (handleContributor in app/api_workgroup.ts).
        "USERID_HEADER": args.identity.header.lower(),
        "USERID_PREFIX": args.identity.prefix,
    }
    prometheus = args.settings.prometheus
    if prometheus is not None:
        parameters["PROMETHEUS_URL"] = prometheus.url
        if prometheus.dashboard is not None:
            parameters["METRICS_DASHBOARD"] = prometheus.dashboard
    return parameters


def _server(args: DashboardArgs, *, shown: pulumi.Input[str], parameters: pulumi.Input[str]) -> Program:
    return Program(
        name="dashboard",
        image=Images.DASHBOARD,
        settings=args.settings.server,
        # What the image's own `npm start` ends up running, without the two npm processes around it, which
        # write to disk and look for updates of npm.
        command=["/sbin/tini", "--", "node", "dist/server.js"],
        environment={
            "PROFILES_KFAM_SERVICE_HOST": args.access_management.host,
            "PROFILES_KFAM_SERVICE_PORT": str(args.access_management.port),
            "DASHBOARD_CONFIGMAP": shown,
            "LOGOUT_URL": args.identity.logout_path,
            "POD_NAMESPACE": pod_field("metadata.namespace"),
        },
        environment_from=[parameters],
        ports={"http": PORT},
        live=http_probe("/healthz", PORT, delay=15, period=30),
        ready=http_probe("/healthz", PORT, delay=5),
        user=USER,
        read_only_root=True,
    )


def _text(value: bool) -> str:
    return "true" if value else "false"
