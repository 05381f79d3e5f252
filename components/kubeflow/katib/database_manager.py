"""The database manager: metrics collectors report to it, controller and web app read from it.

Its only service is gRPC. Variables: kubeflow/katib v0.19.0, pkg/db/v1beta1/common/const.go.
"""

from collections.abc import Sequence

from ...contracts import TEAMS, Caller, Database, Namespaces, NodePool
from ...kube.authority import authority_mounts, authority_volumes, postgresql_checks
from ...kube.network import Opening, allow_ingress
from ...kube.program import Environment, Program, grpc_probe, secret_key, tcp_probe
from ...kube.scope import Scope
from ...kube.workload import Workload, deployment, service
from ...versions import Katib as Images
from .controller import COMPONENT
from .controller import SELECTOR as CONTROLLER
from .settings import DatabaseManagerSettings

# The name and port that the controller tells metrics collectors (consts.go).
APP = "katib-db-manager"
PORT = 6789
PAGES = {COMPONENT: "ui"}
_SELECTOR = {COMPONENT: "db-manager"}


def database_manager(
    scope: Scope, settings: DatabaseManagerSettings, database: Database, node_pools: Sequence[NodePool]
) -> Workload:
    """Declare the database manager; it starts when its database answers."""
    program = Program(
        name=APP,
        image=Images.DATABASE_MANAGER,
        settings=settings,
        command=["./katib-db-manager"],
        args=[f"--connect-timeout={settings.connect_timeout_seconds}s"],
        environment={
            "DB_USER": secret_key(database.secret, database.user_key),
            "DB_PASSWORD": secret_key(database.secret, database.password_key),
            **_address(database),
        },
        ports={"api": PORT},
        # It answers for its database, which a restart of it would not bring back.
        live=tcp_probe("api", delay=10, period=60, failures=5),
        ready=grpc_probe(PORT),
        startup=tcp_probe("api", period=5, failures=settings.connect_timeout_seconds // 5 + 6),
        mounts=authority_mounts(database),
        user=1000,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        APP,
        app=APP,
        programs=[program],
        settings=settings,
        service_account=APP,
        node_pools=node_pools,
        selector=_SELECTOR,
        mesh=False,
        volumes=authority_volumes(database),
        config_hash=database.made_with or None,
        api_token=False,
        after=[database.ready],
    )
    service(scope, APP, selector=workload.selector, ports={"api": (PORT, "api")}, app=APP)
    # Collectors in the pods of trials report, controller and pages read.
    callers = [TEAMS, scope.caller(CONTROLLER), scope.caller(PAGES)]
    opened = Opening(ports=["api"], callers=callers)
    allow_ingress(scope, APP, selector=workload.selector, openings=[opened], app=APP)
    return workload


def database_user(namespaces: Namespaces) -> Caller:
    """The pods that use Katib's database."""
    return Caller(namespace=namespaces.kubeflow_name, labels=_SELECTOR, account=APP)


def _address(database: Database) -> Environment:
    if database.engine == "mysql":
        return {
            "DB_NAME": "mysql",
            "KATIB_MYSQL_DB_HOST": database.host,
            "KATIB_MYSQL_DB_PORT": str(database.port),
            "KATIB_MYSQL_DB_DATABASE": database.name,
        }
    checks = postgresql_checks(database) if database.tls else {"PGSSLMODE": "disable"}
    return {
        "DB_NAME": "postgres",
        "KATIB_POSTGRESQL_DB_HOST": database.host,
        "KATIB_POSTGRESQL_DB_PORT": str(database.port),
        "KATIB_POSTGRESQL_DB_DATABASE": database.name,
        "KATIB_POSTGRESQL_SSL_MODE": checks.pop("PGSSLMODE"),
        # Of lib/pq 1.10.6 itself.
        **checks,
    }
