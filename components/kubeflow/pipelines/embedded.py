"""The storage of pipelines in the cluster, under the names that upstream gives it."""

from collections.abc import Sequence

from ...contracts import Caller, Mesh, Namespaces, NodePool
from ...storage import (
    Account,
    Bucket,
    DatabaseArgs,
    LogicalDatabase,
    MeshRules,
    ObjectStoreArgs,
    StoreUser,
)
from .args import API_SERVER, CACHE_ACCOUNT, CACHE_SERVER, METADATA_SERVER, UI_ACCOUNT
from .launcher import ARTIFACTS_SECRET, PRIVATE, team_prefixes
from .settings import PipelinesSettings

PIPELINES, METADATA, CACHE = "mlpipeline", "metadb", "cachedb"
BUCKET = "mlpipeline"
# Users of the bucket beside the teams; a team's is called as its namespace is.
OWNER, PAGES = "kubeflow-pipelines", "kubeflow-pipelines-pages"
PAGES_SECRET = "mlpipeline-minio-pages"


def databases(
    settings: PipelinesSettings,
    *,
    namespaces: Namespaces,
    mesh: Mesh,
    storage_class: str,
    node_pools: Sequence[NodePool] = (),
) -> DatabaseArgs:
    """The MySQL server: three databases, and none of their programs reads another's."""
    return DatabaseArgs(
        component="pipelines",
        name="mysql",
        claim="mysql-pv-claim",
        secret="mysql-secret",
        namespaces=namespaces,
        storage_class=storage_class,
        node_pools=node_pools,
        mesh=MeshRules(
            mesh=mesh,
            destination_rule="ml-pipeline-mysql",
            policy="mysql",
        ),
        settings=settings.database,
        databases=(
            LogicalDatabase(name=PIPELINES, used_by=[_pods(namespaces, API_SERVER)]),
            # The client in ML Metadata 1.14.0 knows no other way to sign in.
            LogicalDatabase(
                name=METADATA,
                user_key="metadata-username",
                password_key="metadata-password",
                native_password=True,
                used_by=[_pods(namespaces, METADATA_SERVER)],
            ),
            LogicalDatabase(
                name=CACHE,
                user_key="cache-username",
                password_key="cache-password",
                used_by=[_pods(namespaces, CACHE_SERVER, CACHE_ACCOUNT)],
            ),
        ),
    )


def _pods(namespaces: Namespaces, app: str, account: str | None = None) -> Caller:
    """The pods of one of the programs, whose account is called as it is unless said."""
    return Caller(namespace=namespaces.kubeflow_name, labels={"app": app}, account=account or app)


def accounts(
    settings: PipelinesSettings, *, teams: Sequence[str], namespaces: Namespaces
) -> dict[str, Account]:
    """The service account that each user of the bucket runs as."""
    own = namespaces.kubeflow_name
    runs = {team: Account(namespace=team, name=settings.runs.service_account) for team in teams}
    return {
        OWNER: Account(namespace=own, name=API_SERVER),
        PAGES: Account(namespace=own, name=UI_ACCOUNT),
        **runs,
    }


def object_store(
    settings: PipelinesSettings,
    *,
    teams: Sequence[str],
    namespaces: Namespaces,
    mesh: Mesh,
    storage_class: str,
    node_pools: Sequence[NodePool] = (),
    bucket: str = BUCKET,
) -> ObjectStoreArgs:
    """The SeaweedFS server: the API server's user, the pages', which reads only, and one for each team.

    Args:
        teams: the namespaces of the teams.
        bucket: its name.
    """
    return ObjectStoreArgs(
        component="pipelines",
        name="seaweedfs",
        claim="seaweedfs-pvc",
        secret=ARTIFACTS_SECRET,
        namespaces=namespaces,
        storage_class=storage_class,
        node_pools=node_pools,
        mesh=MeshRules(mesh=mesh, destination_rule="ml-pipeline-seaweedfs", policy="seaweedfs-service"),
        settings=settings.object_store,
        bucket=Bucket(name=bucket, retention_days={f"{PRIVATE}/": settings.retention.artifact_days}),
        users=(
            # Its client of object stores is that of S3 (kubeflow/pipelines 2.16.1, client_manager.go).
            StoreUser(
                name=OWNER,
                secret=ARTIFACTS_SECRET,
                everything=True,
                native=False,
                used_by=_pods(namespaces, API_SERVER),
            ),
            StoreUser(
                name=PAGES,
                secret=PAGES_SECRET,
                everything=True,
                writes=False,
                # The logs of steps whose pods are gone (frontend/server/workflow-helper.ts).
                s3_prefixes=(f"{PRIVATE}/",) if settings.runs.keep_logs else (),
                used_by=_pods(namespaces, UI_ACCOUNT),
            ),
            *(StoreUser(name=team, prefixes=team_prefixes(settings.runs, bucket, team)) for team in teams),
        ),
    )
