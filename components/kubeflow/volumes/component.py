"""Volumes: the web app in which people see, create, open and delete the volumes of their team.

Installs the API type PVCViewer, its controller with its webhooks, and the web app. Needs the namespaces, the
mesh, how requests name their user, cert-manager for the webhooks' certificate, and the API type Notebook,
whose objects the web app lists beside each volume. Offers contracts.Offer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import (
    Capabilities,
    CertificateAuthority,
    MenuItem,
    Mesh,
    Namespaces,
    NodePool,
    Offer,
    UserIdentity,
)
from ...kube.api_types import api_types
from ...kube.config import config_map
from ...kube.crud_web_app import crud_web_app
from ...kube.mesh import routes_of_teams
from ...kube.objects import access
from ...kube.program import Mount
from ...kube.pulling import pulled
from ...kube.scope import Scope
from ...kube.web_app import WebApp
from ...versions import Notebooks as Images
from .settings import VolumesSettings
from .viewer import FILE, IMAGE_VARIABLE, default_pod_spec, viewer_routes, viewer_spec
from .viewer_controller import viewer_controller

APP = "volumes-web-app"
PREFIX = "/volumes/"

MENU = (MenuItem(kind="menu", text="Volumes", link=PREFIX, icon="device:storage", order=30),)

_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class VolumesArgs:
    """What volumes need."""

    settings: VolumesSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    certificates: CertificateAuthority
    capabilities: Capabilities
    node_pools: Sequence[NodePool] = ()


class Volumes(pulumi.ComponentResource):
    """The volumes of teams, in the browser.

    Attributes:
        offer: menu entry, images (that of the file browser included) and requests.
    """

    offer: Offer

    def __init__(self, name: str, args: VolumesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Volumes", name, None, opts)
        settings = args.settings
        scope = Scope(component="volumes", parent=self, namespaces=args.namespaces)

        types = api_types(_HERE / "api_types.yaml", parent=self)
        bindings = access(scope, _HERE / "rbac.yaml")
        if settings.viewer_controller.metrics:
            access(scope, _HERE / "rbac_metrics.yaml")
        manager = viewer_controller(
            scope,
            args.mesh,
            args.certificates,
            args.capabilities,
            settings.viewer_controller,
            default_pod=default_pod_spec(settings.viewer, args.node_pools, _viewer_image(settings)),
            node_pools=args.node_pools,
            after=[*types, *bindings, args.mesh.ready],
        )
        routes_of_teams(args.mesh, viewer_routes(settings.viewer))
        pages = _pages(scope, args, after=bindings)

        self.offer = Offer(
            menu=MENU,
            images=(*manager.images, *pages.workload.images, _viewer_image(settings)),
            request=manager.request + pages.workload.request,
        )
        self.register_outputs({})


def _pages(scope: Scope, args: VolumesArgs, *, after: Sequence[pulumi.Resource]) -> WebApp:
    spec = viewer_spec(args.settings.viewer, args.node_pools)
    template = config_map(scope, "volumes-web-app-viewer-spec", {FILE: spec}, app=APP)
    return crud_web_app(
        scope,
        args.mesh,
        args.identity,
        args.settings.web_app,
        app=APP,
        image=Images.VOLUMES_WEB_APP,
        prefix=PREFIX,
        environment={IMAGE_VARIABLE: _viewer_image(args.settings)},
        mounts=[Mount(path=f"/etc/config/{FILE}", volume="viewer-spec", sub_path=FILE)],
        volumes={"viewer-spec": {"config_map": {"name": template.name}}},
        node_pools=args.node_pools,
        config_hash=template.digest,
        after=after,
    )


def _viewer_image(settings: VolumesSettings) -> str:
    return pulled(settings.viewer.image or Images.FILE_BROWSER)
