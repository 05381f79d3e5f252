"""The model registry: models with their versions and artifacts, for all teams; and a catalog to choose from.

Installs the registry's server, the web app, and the catalog's server. Needs the namespaces, the mesh, how
requests name their user, and a database for each server. Offers contracts.Offer.

Sources named in this folder are those of kubeflow/hub at bd07139 (2026-04-29), between v0.3.8 and v0.3.9;
flags, ports and probes agree with what upstream deploys of v0.3.9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import Database, MenuItem, Mesh, Namespaces, NodePool, Offer, UserIdentity
from ...kube.mesh import see_every_namespace, service_account_principal
from ...kube.objects import access
from ...kube.program import Program, http_probe
from ...kube.scope import Scope
from ...kube.web_app import WebApp, web_app
from ...kube.workload import Workload
from ...settings_base import SettingsError
from ...versions import ModelRegistry as Images
from .catalog import catalog
from .server import PAGES, server
from .settings import ModelRegistrySettings

UI = PAGES
PREFIX = "/model-registry/"
_UI_PORT = 8080
# The web app knows no other (kubeflow/hub, clients/ui/bff/internal/constants/keys.go).
USER_HEADER = "kubeflow-userid"

DOCUMENTATION = MenuItem(
    kind="documentation",
    text="Model Registry",
    link="https://www.kubeflow.org/docs/components/model-registry/",
    description="Models, their versions and where they come from",
    order=60,
)
MENU = MenuItem(kind="menu", text="Model Registry", link=PREFIX, icon="assignment", order=60)


def problems(settings: ModelRegistrySettings, *, user_header: str, user_prefix: str) -> list[str]:
    """What of a stack does not fit, each as a sentence that begins with a key; none where all is well."""
    if settings.ui.enabled and (user_header.lower() != USER_HEADER or user_prefix):
        return [
            f"ui: the web app knows its users by the header '{USER_HEADER}' without a prefix; found "
            f"'{user_header}' and prefix '{user_prefix}' in identity. Set identity so, or "
            "components.modelRegistry.ui.enabled to false"
        ]
    return []


@dataclass(frozen=True, kw_only=True)
class ModelRegistryArgs:
    """What the model registry needs.

    Attributes:
        database: of the registry, PostgreSQL or MySQL.
        catalog_database: of the catalog, PostgreSQL 16 or newer; None where the catalog is off.

    Raises:
        SettingsError: the catalog lacks a database that it can work with, or requests name their user as the
            web app cannot read it.
    """

    settings: ModelRegistrySettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    database: Database
    catalog_database: Database | None = None
    node_pools: Sequence[NodePool] = ()

    def __post_init__(self) -> None:
        found = problems(self.settings, user_header=self.identity.header, user_prefix=self.identity.prefix)
        if self.settings.catalog.enabled:
            engine = self.catalog_database.engine if self.catalog_database else "none"
            if engine != "postgresql":
                found.append(f"catalog: it keeps its models in postgresql only; found {engine}")
        if found:
            raise SettingsError("\n".join(f"slipway:components.modelRegistry.{text}" for text in found))


class ModelRegistry(pulumi.ComponentResource):
    """Registry, web app and catalog.

    Attributes:
        offer: menu entries, images and requests.
    """

    offer: Offer

    def __init__(
        self, name: str, args: ModelRegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("slipway:kubeflow:ModelRegistry", name, None, opts)
        scope = Scope(component="modelRegistry", parent=self, namespaces=args.namespaces)
        settings, mesh, pools = args.settings, args.mesh, args.node_pools
        bindings = access(scope, Path(__file__).with_name("rbac.yaml"))

        pages = service_account_principal(scope, UI, mesh)
        workloads: list[Workload] = [
            server(scope, mesh, settings.server, args.database, pools, web_app=pages)
        ]
        if args.catalog_database is not None and settings.catalog.enabled:
            workloads.append(catalog(scope, mesh, settings.catalog, args.catalog_database, pools))
        if settings.ui.enabled:
            workloads.append(_web_app(scope, args, after=bindings).workload)

        self.offer = Offer(
            menu=(MENU, DOCUMENTATION) if settings.ui.enabled else (DOCUMENTATION,),
            images=tuple(dict.fromkeys(image for one in workloads for image in one.images)),
            request=sum((one.request for one in workloads[1:]), start=workloads[0].request),
        )
        self.register_outputs({})


def _web_app(scope: Scope, args: ModelRegistryArgs, *, after: Sequence[pulumi.Resource]) -> WebApp:
    """The pages below /model-registry/. Flags: kubeflow/hub, clients/ui/bff/cmd/main.go."""
    own = args.settings.ui
    program = Program(
        name=UI,
        image=Images.UI,
        settings=own,
        args=["--deployment-mode=kubeflow", f"--port={_UI_PORT}", f"--log-level={own.log_level}"],
        ports={"http": _UI_PORT},
        live=http_probe("/healthcheck", "http", delay=5, period=30, timeout=5),
        ready=http_probe("/healthcheck", "http", timeout=5),
        read_only_root=True,
    )
    pages = web_app(
        scope,
        args.mesh,
        app=UI,
        program=program,
        settings=own,
        service_account=UI,
        prefix=PREFIX,
        service_name="model-registry-ui-service",
        forward_prefix=True,
        node_pools=args.node_pools,
        after=after,
    )
    # Its users' namespaces have Services of their own that lead to the registry.
    see_every_namespace(
        scope, args.mesh, "model-registry-ui-exception", app=UI, selector=pages.workload.selector
    )
    return pages
