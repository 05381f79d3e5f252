"""TensorBoards: servers that show the logs of a team's training, from its volumes or from buckets.

Installs the API type Tensorboard, its controller, and the web app in which people start servers. Needs the
namespaces, the mesh, how requests name their user, and the API type PodDefault, whose objects the form lists.
Offers contracts.Offer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import MenuItem, Mesh, Namespaces, NodePool, Offer, UserIdentity
from ...kube.api_types import api_types
from ...kube.crud_web_app import crud_web_app
from ...kube.objects import access
from ...kube.scope import Scope
from ...versions import Notebooks as Images
from .controller import controller, server_image
from .settings import TensorBoardsSettings

APP = "tensorboards-web-app"
PREFIX = "/tensorboards/"

MENU = (MenuItem(kind="menu", text="TensorBoards", link=PREFIX, icon="assessment", order=20),)

_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class TensorBoardsArgs:
    """What TensorBoards need."""

    settings: TensorBoardsSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    node_pools: Sequence[NodePool] = ()


class TensorBoards(pulumi.ComponentResource):
    """TensorBoard servers and the web app to start them.

    Attributes:
        offer: menu entry, images (that of the servers included) and requests.
    """

    offer: Offer

    def __init__(self, name: str, args: TensorBoardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:TensorBoards", name, None, opts)
        settings, pools = args.settings, args.node_pools
        scope = Scope(component="tensorboards", parent=self, namespaces=args.namespaces)

        types = api_types(_HERE / "api_types.yaml", parent=self)
        bindings = access(scope, _HERE / "rbac.yaml")
        if settings.controller.metrics:
            access(scope, _HERE / "rbac_metrics.yaml")
        manager = controller(scope, args.mesh, settings, pools, after=[*types, *bindings, args.mesh.ready])
        pages = crud_web_app(
            scope,
            args.mesh,
            args.identity,
            settings.web_app,
            app=APP,
            image=Images.TENSORBOARDS_WEB_APP,
            prefix=PREFIX,
            node_pools=pools,
            after=bindings,
        )

        self.offer = Offer(
            menu=MENU,
            images=(*manager.images, *pages.workload.images, server_image(settings.server)),
            request=manager.request + pages.workload.request,
        )
        self.register_outputs({})
