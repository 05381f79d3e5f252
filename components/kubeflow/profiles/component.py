"""Profiles: each one becomes a namespace that belongs to a person or a team.

Installs the API type Profile, its controller, and access management (KFAM), by which owners share their
namespace. Needs the namespaces, the mesh, the identity of users, and the aggregated roles `kubeflow-admin`,
`-edit` and `-view`, to which members are bound. Offers contracts.AccessManagement and contracts.TeamBase.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import yaml

from ...contracts import (
    AccessManagement,
    Caller,
    MenuItem,
    Mesh,
    Namespaces,
    NodePool,
    Offer,
    TeamBase,
    UserIdentity,
)
from ...kube.api_types import api_types
from ...kube.config import Config, config_map, digest
from ...kube.mesh import allow, principal, route, service_account_principal
from ...kube.network import Opening, allow_ingress
from ...kube.objects import access
from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...kube.workload import Workload, deployment, service
from ...versions import Dashboard as Images
from .callers import rules
from .settings import PART_OF, POD_SECURITY, ProfilesSettings

APP = "profile-controller"
SERVICE = "profiles-kfam"
SERVICE_ACCOUNT = "profiles-controller-service-account"
# access-management v2.0.0 listens there, whatever it is told (main.go).
PORT = 8081
PROBES = 9876

# Service accounts that profiles name in their policies, by the names that their own projects give them.
PIPELINES_UI_ACCOUNT = "ml-pipeline-ui"
NOTEBOOKS_ACCOUNT = "notebook-controller-service-account"

# profile-controller v2.0.0, main.go: the default of -namespace-labels-path.
LABELS_FOLDER = "/etc/profile-controller"
LABELS_FILE = "namespace-labels.yaml"

DOCUMENTATION = MenuItem(
    kind="documentation",
    text="Profiles and Namespaces",
    link="https://www.kubeflow.org/docs/components/central-dash/profiles/",
    description="How teams share a namespace",
)


@dataclass(frozen=True, kw_only=True)
class ProfilesArgs:
    """What profiles need.

    Attributes:
        dashboard: the pods of the dashboard, which call access management.
        namespace_labels: labels by which the components that are on recognise a profile's namespace.
    """

    settings: ProfilesSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    dashboard: Caller
    namespace_labels: Mapping[str, str] = field(default_factory=dict[str, str])
    node_pools: tuple[NodePool, ...] = ()


class Profiles(pulumi.ComponentResource):
    """The profile controller with access management."""

    access_management: AccessManagement
    team_base: TeamBase
    offer: Offer

    def __init__(self, name: str, args: ProfilesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Profiles", name, None, opts)
        scope = Scope(component="profiles", parent=self, namespaces=args.namespaces)
        here = Path(__file__).parent
        (profile_type,) = api_types(here / "api_types.yaml", parent=self)
        bindings = access(
            scope,
            here / "rbac.yaml",
            account_annotations={SERVICE_ACCOUNT: args.settings.service_account_annotations},
        )
        parameters = config_map(scope, "profiles-config", _parameters(scope, args), app=APP)
        labels = config_map(scope, "profiles-namespace-labels-data", _labels(args), app=APP)
        workload = _workload(
            scope, args, parameters, labels, after=[*bindings, profile_type, args.mesh.ready]
        )
        service(
            scope,
            SERVICE,
            selector=workload.selector,
            ports={"http-kfam": (PORT, PORT)},
            app=APP,
        )
        _expose(scope, args, workload)
        self.access_management = AccessManagement(
            host=f"{SERVICE}.{scope.namespace_name}",
            port=PORT,
            registration_flow=args.settings.registration_flow,
            profile_type=profile_type,
            ready=workload.resource,
        )
        self.team_base = TeamBase(
            namespace_labels=_namespace_labels(args),
            pages_principal=service_account_principal(scope, PIPELINES_UI_ACCOUNT, args.mesh),
            notebooks_principal=service_account_principal(scope, NOTEBOOKS_ACCOUNT, args.mesh),
            profile_type=profile_type,
        )
        self.offer = Offer(menu=(DOCUMENTATION,), images=workload.images, request=workload.request)
        self.register_outputs({})


def _parameters(scope: Scope, args: ProfilesArgs) -> dict[str, str]:
    """What both programs read: as variables in their arguments, the principals from the environment."""
    return {
        "ADMIN": ",".join(args.settings.admins),
        "USERID_HEADER": args.identity.header,
        "USERID_PREFIX": args.identity.prefix,
        "WORKLOAD_IDENTITY": args.settings.workload_identity or "",
        "ISTIO_INGRESS_GATEWAY_PRINCIPAL": args.mesh.gateway_principal,
        "KFP_UI_PRINCIPAL": service_account_principal(scope, PIPELINES_UI_ACCOUNT, args.mesh),
        "NOTEBOOK_CONTROLLER_PRINCIPAL": service_account_principal(scope, NOTEBOOKS_ACCOUNT, args.mesh),
    }


def _namespace_labels(args: ProfilesArgs) -> dict[str, str]:
    return {
        **args.namespace_labels,
        **args.settings.namespace_labels,
        PART_OF: "kubeflow-profile",
        POD_SECURITY: args.settings.pod_security,
        # The controller labels each namespace for sidecars, and takes away what has no value here.
        **({} if args.namespaces.sidecars else {"istio-injection": ""}),
    }


def _labels(args: ProfilesArgs) -> dict[str, str]:
    return {LABELS_FILE: yaml.safe_dump(_namespace_labels(args), sort_keys=True)}


def _workload(
    scope: Scope, args: ProfilesArgs, parameters: Config, labels: Config, after: Sequence[pulumi.Resource]
) -> Workload:
    settings = args.settings
    manager = Program(
        name="manager",
        image=Images.PROFILE_CONTROLLER,
        settings=settings.controller,
        command=[
            "/manager",
            "-userid-header",
            "$(USERID_HEADER)",
            "-userid-prefix",
            "$(USERID_PREFIX)",
            "-workload-identity",
            "$(WORKLOAD_IDENTITY)",
        ],
        args=[
            "--leader-elect",
            f"--health-probe-bind-address=:{PROBES}",
            "--metrics-bind-address=0",
            f"--zap-log-level={settings.log_level}",
        ],
        environment_from=[parameters.name],
        ports={"http": PROBES},
        live=http_probe("/healthz", PROBES, delay=15, period=30),
        ready=http_probe("/readyz", PROBES, delay=5),
        mounts=[Mount(path=LABELS_FOLDER, volume="namespace-labels")],
        read_only_root=True,
    )
    access_management = Program(
        name="access-management",
        image=Images.ACCESS_MANAGEMENT,
        settings=settings.access_management,
        command=[
            "/access-management",
            "-cluster-admin",
            "$(ADMIN)",
            "-userid-header",
            "$(USERID_HEADER)",
            "-userid-prefix",
            "$(USERID_PREFIX)",
        ],
        environment_from=[parameters.name],
        ports={"http-kfam": PORT},
        # Its only path that answers without a user.
        live=http_probe("/metrics", PORT, delay=15, period=30),
        ready=http_probe("/metrics", PORT, delay=5),
        read_only_root=True,
    )
    return deployment(
        scope,
        "profiles-deployment",
        app=APP,
        programs=[manager, access_management],
        settings=settings.controller,
        service_account=SERVICE_ACCOUNT,
        node_pools=args.node_pools,
        volumes={"namespace-labels": {"config_map": {"name": labels.name}}},
        pod_annotations={"kubectl.kubernetes.io/default-container": "manager"},
        config_hash=digest({"parameters": parameters.digest, "labels": labels.digest}),
        after=after,
    )


def _expose(scope: Scope, args: ProfilesArgs, workload: Workload) -> None:
    """The way to access management, and who is let through."""
    mesh, people = args.mesh, args.settings.gateway_access
    if people:
        route(scope, mesh, SERVICE, app=APP, prefix="/kfam/", service=SERVICE, port=PORT, rewrite="/kfam/")
    allow(
        scope,
        mesh,
        SERVICE,
        app=APP,
        selector=workload.selector,
        rules=rules(
            dashboard=principal(mesh, args.dashboard),
            gateway=mesh.gateway_principal if people else None,
            registration_flow=args.settings.registration_flow,
            admins=args.settings.admins,
            identity=args.identity,
        ),
    )
    callers = [args.dashboard, *([mesh.gateway_pods] if people else [])]
    opened = Opening(ports=["http-kfam"], callers=callers)
    allow_ingress(scope, SERVICE, selector=workload.selector, openings=[opened], app=APP)
