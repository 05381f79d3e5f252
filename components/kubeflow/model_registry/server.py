"""The registry's server: models, their versions and artifacts, behind a REST API.

Flags and paths: kubeflow/hub, cmd/proxy.go. Any flag can be a variable too: MR_, and its name in capitals
(cmd/root.go); so the password is neither on a command line nor in a log.
"""

from collections.abc import Mapping, Sequence

import pulumi

from ...contracts import TEAMS, Caller, Database, Mesh, Namespaces, NodePool
from ...kube.authority import (
    authority_mounts,
    authority_volumes,
    checked_by_go,
    go_authorities,
    postgresql_checks,
)
from ...kube.mesh import allow, from_principals, mutual_tls, route
from ...kube.network import Opening, allow_ingress
from ...kube.program import Environment, Program, http_probe, secret_key, tcp_probe
from ...kube.scope import Scope
from ...kube.workload import Workload, deployment, service
from ...versions import ModelRegistry as Images
from .settings import ServerSettings

APP = "model-registry-server"
SERVICE = "model-registry-service"
PORT = 8080
PREFIX = "/api/model_registry/"
# Label `app` and service account of the pages.
PAGES = "model-registry-ui"
_SELECTOR = {"component": APP}
# The web app knows a registry by this label of its Service, and the port by this name.
LABELS = {"component": "model-registry"}
PORT_NAME = "http-api"

# glog's verbosity at which the server tells what it does.
_VERBOSE = 4


def server(
    scope: Scope,
    mesh: Mesh,
    settings: ServerSettings,
    database: Database,
    node_pools: Sequence[NodePool],
    *,
    web_app: str,
) -> Workload:
    """Declare the server, and who may call it: `web_app` is the mesh identity of the pages."""
    program = Program(
        name="rest-container",
        image=Images.SERVER,
        settings=settings,
        command=["/model-registry", "proxy"],
        args=[
            "--hostname=0.0.0.0",
            f"--port={PORT}",
            "--datastore-type=embedmd",
            f"--embedmd-database-type={'postgres' if database.engine == 'postgresql' else 'mysql'}",
            *([f"--v={_VERBOSE}"] if settings.log_level == "debug" else []),
        ],
        environment=connection(database) if database.engine == "postgresql" else _mysql(database),
        ports={PORT_NAME: PORT},
        # Both of its own checks ask the database, which a restart would not bring back.
        live=tcp_probe(PORT_NAME, delay=5),
        ready=http_probe("/readyz/health", PORT_NAME, timeout=5),
        startup=http_probe("/readyz/isDirty", PORT_NAME, period=5, timeout=5, failures=60),
        mounts=authority_mounts(database),
        read_only_root=True,
    )
    workload = deployment(
        scope,
        "model-registry-deployment",
        app=APP,
        programs=[program],
        settings=settings,
        service_account=APP,
        node_pools=node_pools,
        selector=_SELECTOR,
        volumes=authority_volumes(database),
        config_hash=database.made_with or None,
        api_token=False,
        after=[database.ready],
    )
    service(
        scope,
        SERVICE,
        selector=workload.selector,
        ports={PORT_NAME: (PORT, PORT_NAME)},
        app=APP,
        labels=LABELS,
        annotations=annotations(settings),
    )
    route(scope, mesh, "model-registry", app=APP, prefix=PREFIX, service=SERVICE, port=PORT, rewrite=None)
    mutual_tls(scope, mesh, SERVICE, app=APP, service=SERVICE)
    # Programs come past the gateway, with the token of their service account, and not as somebody.
    programs: dict[str, object] = {
        "when": [
            {"key": "request.headers[authorization]", "values": ["*"]},
            {"key": "request.headers[kubeflow-userid]", "notValues": ["*"]},
        ]
    }
    rules = [from_principals(mesh.gateway_principal, web_app), programs]
    allow(scope, mesh, SERVICE, app=APP, selector=workload.selector, rules=rules)
    opened = Opening(ports=[PORT_NAME], callers=callers(scope, mesh))
    allow_ingress(scope, "model-registry", selector=workload.selector, openings=[opened], app=APP)
    return workload


def callers(scope: Scope, mesh: Mesh) -> Sequence[Caller]:
    """Who asks registry and catalog: people by the gateway, the pages, and programs of teams."""
    return [TEAMS, mesh.gateway_pods, scope.caller({"app": PAGES}, PAGES)]


def registry_pods(namespaces: Namespaces) -> Caller:
    """The server's pods, which use the registry's database."""
    return Caller(namespace=namespaces.kubeflow_name, labels=_SELECTOR, account=APP)


def annotations(settings: ServerSettings) -> Mapping[str, str]:
    """What the web app shows of a registry, by its Service."""
    shown = {"displayName": settings.display_name}
    return {**shown, "description": settings.description} if settings.description else shown


def connection(database: Database) -> Environment:
    """A PostgreSQL database in the variables that its clients read (libpq, Environment Variables)."""
    return {
        "PGHOST": database.host,
        "PGPORT": str(database.port),
        "PGDATABASE": database.name,
        "PGUSER": secret_key(database.secret, database.user_key),
        "PGPASSWORD": secret_key(database.secret, database.password_key),
        **(postgresql_checks(database) if database.tls else {"PGSSLMODE": "disable"}),
    }


def _mysql(database: Database) -> Environment:
    # Go checks the name with the signature, or neither: then it is as with PostgreSQL's `require`.
    how = "true" if checked_by_go(database) else "skip-verify"
    tls = f"&tls={how}" if database.tls else ""
    rest = f":{database.port})/{database.name}?charset=utf8mb4{tls}"
    return {
        "MYSQL_USER": secret_key(database.secret, database.user_key),
        "MYSQL_PASSWORD": secret_key(database.secret, database.password_key),
        "MR_EMBEDMD_DATABASE_DSN": pulumi.Output.concat(
            "$(MYSQL_USER):$(MYSQL_PASSWORD)@tcp(", database.host, rest
        ),
        **go_authorities(database),
    }
