"""Katib: hyperparameter tuning, neural architecture search and early stopping in teams' namespaces.

Installs the API types Experiment, Suggestion and Trial, their controller with its webhooks, the database
manager and the web app. Needs the namespaces, the mesh, how requests name their user, cert-manager for the
webhooks' certificate, and a database. Offers contracts.Offer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap

from ...contracts import (
    Capabilities,
    CertificateAuthority,
    Database,
    MenuItem,
    Mesh,
    Namespaces,
    NodePool,
    Offer,
    UserIdentity,
)
from ...kube.api_types import api_types
from ...kube.objects import access
from ...kube.program import Program, http_probe, pod_field
from ...kube.scope import Scope
from ...kube.web_app import WebApp, web_app
from ...kube.webhook import serving_certificate
from ...settings_base import SettingsError
from ...versions import Katib as Images
from . import config, trial_templates
from .controller import APP, SELECTOR, controller, rights_on, webhooks
from .database_manager import PAGES, database_manager
from .settings import KatibSettings

_HERE = Path(__file__).parent

UI = "katib-ui"
PREFIX = "/katib/"
_UI_PORT = 8080

MENU = (
    MenuItem(kind="menu", text="Katib Experiments", link=PREFIX, icon="kubeflow:katib", order=40),
    MenuItem(
        kind="documentation",
        text="Katib",
        link="https://www.kubeflow.org/docs/components/katib/",
        description="Hyperparameter tuning and neural architecture search",
        order=40,
    ),
)


@dataclass(frozen=True, kw_only=True)
class KatibArgs:
    """What Katib needs.

    Attributes:
        database: where the metrics of trials are kept.
        trial_types: API types that other components of this stack bring and that run trials, by kind
            (TrainJob, PyTorchJob and so on). The controller looks once, when it starts, which there are.

    Raises:
        SettingsError: the database asks for a connection that Katib cannot make.
    """

    settings: KatibSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    certificates: CertificateAuthority
    capabilities: Capabilities
    database: Database
    trial_types: Mapping[str, pulumi.Resource] = field(default_factory=dict[str, pulumi.Resource])
    node_pools: Sequence[NodePool] = ()

    def __post_init__(self) -> None:
        if self.database.engine == "mysql" and self.database.tls:
            raise SettingsError(
                "components.katib: its database is MySQL and asks for encrypted connections, which Katib "
                "0.19 cannot make (pkg/db/v1beta1/mysql); allowed: MySQL without tls, or PostgreSQL"
            )


class Katib(pulumi.ComponentResource):
    """Katib's controller, database manager and web app.

    Attributes:
        offer: menu entries, images and requests.
    """

    offer: Offer

    def __init__(self, name: str, args: KatibArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Katib", name, None, opts)
        scope = Scope(component="katib", parent=self, namespaces=args.namespaces)
        settings, pools = args.settings, args.node_pools
        types = api_types(_HERE / "api_types.yaml", parent=self)
        bindings = [*access(scope, _HERE / "rbac.yaml"), *rights_on(scope, settings.trial_resources)]
        certificate = serving_certificate(
            scope,
            args.certificates,
            app=APP,
            issuer="katib-selfsigned-issuer",
            certificate="katib-webhook-cert",
            secret="katib-webhook-cert",
            service=APP,
            cluster_domain=args.mesh.cluster_domain,
        )

        manager = database_manager(scope, settings.database_manager, args.database, pools)
        watched = [*types, *args.trial_types.values()]
        workload = controller(scope, settings, certificate, pools, after=[*bindings, *watched])
        webhooks(scope, args.capabilities, settings, certificate, workload)
        _templates(scope, args)
        pages = _web_app(scope, args, after=bindings)

        workloads = (workload, manager, pages.workload)
        self.offer = Offer(
            menu=MENU,
            images=(
                *(image for one in workloads for image in one.images),
                *config.images(settings),
                *trial_templates.images(settings.trial_templates),
            ),
            request=workload.request + manager.request + pages.workload.request,
            # It asks the services that suggest trials, which run in the namespaces of experiments.
            asks_teams=(scope.caller(SELECTOR, APP),),
        )
        self.register_outputs({})


def _templates(scope: Scope, args: KatibArgs) -> None:
    ConfigMap(
        trial_templates.NAME,
        metadata=scope.metadata(trial_templates.NAME, app=APP, labels=trial_templates.LABELS),
        data=dict(trial_templates.trial_templates(args.settings.trial_templates, args.trial_types)),
        opts=scope.options(),
    )


def _web_app(scope: Scope, args: KatibArgs, *, after: Sequence[pulumi.Resource]) -> WebApp:
    """The pages below /katib/. Variables and paths: v0.19.0, cmd/ui/v1beta1/main.go and pkg/ui/v1beta1."""
    own = args.settings.ui
    # Its pages, as files: everything else is written to the log with each request.
    alive = f"{PREFIX}static/"
    program = Program(
        name=UI,
        image=Images.UI,
        settings=own,
        command=["./katib-ui"],
        args=[f"--port={_UI_PORT}"],
        environment={
            "KATIB_CORE_NAMESPACE": pod_field("metadata.namespace"),
            # Before each request it asks the API server whether its user may do that.
            "APP_DISABLE_AUTH": "false",
            "USERID_HEADER": args.identity.header,
            "USERID_PREFIX": args.identity.prefix,
        },
        ports={"http": _UI_PORT},
        live=http_probe(alive, "http", delay=5, period=30, timeout=5),
        ready=http_probe(alive, "http", timeout=5),
        user=1000,
        read_only_root=True,
    )
    return web_app(
        scope,
        args.mesh,
        app=UI,
        program=program,
        settings=own,
        service_account=UI,
        prefix=PREFIX,
        rewrite=None,
        selector=PAGES,
        node_pools=args.node_pools,
        after=after,
    )
