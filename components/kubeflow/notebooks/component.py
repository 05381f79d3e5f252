"""Notebooks: JupyterLab, VS Code and RStudio servers in teams' namespaces.

Installs the API type Notebook, its controller, and the web app in which people start notebooks. Needs the
namespaces, the mesh, how requests name their user, and the stack's node pools. Offers contracts.Offer and the
mesh identity of the controller, which asks idle notebooks for their kernels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import MenuItem, Mesh, Namespaces, NodePool, Offer, UserIdentity
from ...kube.api_types import api_types
from ...kube.mesh import service_account_principal
from ...kube.objects import access
from ...kube.pulling import pulled
from ...kube.scope import Scope
from ...settings_base import SettingsError
from .controller import APP, SERVICE_ACCOUNT, controller
from .jupyter import PREFIX, jupyter_web_app
from .node_pools import problems
from .settings import NotebooksSettings

_HERE = Path(__file__).parent

MENU = (
    MenuItem(kind="menu", text="Notebooks", link=PREFIX, icon="book", order=10),
    MenuItem(
        kind="quick",
        text="Create a new notebook",
        link=f"{PREFIX}new",
        description="Notebooks",
        order=10,
    ),
    MenuItem(
        kind="documentation",
        text="Kubeflow Notebooks",
        link="https://www.kubeflow.org/docs/components/notebooks/",
        description="JupyterLab, VS Code and RStudio on the platform",
        order=10,
    ),
)


@dataclass(frozen=True, kw_only=True)
class NotebooksArgs:
    """What notebooks need."""

    settings: NotebooksSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    node_pools: Sequence[NodePool] = ()


class Notebooks(pulumi.ComponentResource):
    """Notebook servers and the web app to start them.

    Attributes:
        offer: menu entries, images and requests.
        controller_principal: mesh identity of the controller. A team's namespace has to let it read
            `*/api/kernels`, or no notebook there is ever found idle.

    Raises:
        SettingsError: the settings name a node pool or a GPU vendor that this stack does not have.
    """

    offer: Offer
    controller_principal: str

    def __init__(self, name: str, args: NotebooksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Notebooks", name, None, opts)
        settings, pools = args.settings, args.node_pools
        if found := problems(settings.spawner, pools):
            raise SettingsError("\n".join(f"slipway:components.notebooks.{problem}" for problem in found))
        scope = Scope(component="notebooks", parent=self, namespaces=args.namespaces)

        types = api_types(_HERE / "api_types.yaml", parent=self)
        bindings = access(scope, _HERE / "rbac.yaml")
        ready = [*types, *bindings, args.mesh.ready]
        manager = controller(scope, args.mesh, settings, pools, after=ready)
        pages = jupyter_web_app(scope, args.mesh, args.identity, settings, pools, after=bindings)

        self.controller_principal = service_account_principal(scope, SERVICE_ACCOUNT, args.mesh)
        self.offer = Offer(
            menu=MENU,
            images=(*manager.images, *pages.workload.images, *map(pulled, settings.spawner.images)),
            request=manager.request + pages.workload.request,
            # It asks notebooks whether they are idle.
            asks_teams=(scope.caller({"app": APP}, SERVICE_ACCOUNT),) if settings.culling.enabled else (),
        )
        self.register_outputs({})
