"""What pipelines need, and what their programs share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition

from ...contracts import (
    Capabilities,
    CertificateAuthority,
    Database,
    Mesh,
    Namespaces,
    NodePool,
    ObjectStore,
    UserIdentity,
)
from ...kube.authority import checked_by_go
from ...kube.mesh import service_account_principal
from ...kube.program import Mount
from ...kube.scope import Scope
from ...kube.workload import VolumeSource
from .settings import PipelinesSettings

RBAC = Path(__file__).with_name("rbac")

# Where programs keep what may go with the pod; all else of their file system is read-only.
TMP = Mount(path="/tmp", volume="tmp", read_only=False)
TMP_VOLUME: Mapping[str, VolumeSource] = {"tmp": {"empty_dir": {}}}

# The user that upstream runs these programs as (kubeflow/pipelines 2.16.1, manifests/kustomize/base).
USER = 1000
# Its pods may be moved to other nodes at any time.
EVICTABLE = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "true"}

API_SERVER = "ml-pipeline"
API_PORT, GRPC_PORT = 8888, 8887
HEALTH = "/apis/v1beta1/healthz"
VISUALIZATION_SERVER, VISUALIZATION_PORT = "ml-pipeline-visualizationserver", 8888
# Also what the label `app` of their pods says.
UI_ACCOUNT = "ml-pipeline-ui"
METADATA_ENVOY, METADATA_WRITER = "metadata-envoy", "metadata-writer"
METADATA_SERVER, CACHE_SERVER = "metadata-grpc-server", "cache-server"
CACHE_ACCOUNT = "kubeflow-pipelines-cache"
ARTIFACTS_PROXY = "ml-pipeline-ui-artifact"


def encryption(database: Database) -> Mapping[str, str]:
    """Parameters of go-sql-driver/mysql 1.9.2, by which the API server and the cache sign in.

    `true` checks the certificate by the system's authorities, and its name; without that, whoever answers is
    believed.
    """
    if not database.tls:
        return {}
    return {"tls": "true" if checked_by_go(database) else "skip-verify"}


@dataclass(frozen=True, kw_only=True)
class PipelinesDatabases:
    """The databases of pipelines: of the API server, of ML Metadata, and of the cache."""

    pipelines: Database
    metadata: Database
    cache: Database


@dataclass(frozen=True, kw_only=True)
class PipelinesArgs:
    """What pipelines need.

    Attributes:
        databases: in MySQL. Release 2.16.1 writes MySQL's dialect to whichever server it is given
            (backend/src/apiserver/client_manager, storage.NewMySQLDialect).
        store: the bucket of runs, with keys for all of it.
        pages_store: the same bucket with the keys of the pages, which read in it.
        storage_class: class of volumes where the settings name none.

    Raises:
        ValueError: a database is not MySQL.
    """

    settings: PipelinesSettings
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    certificates: CertificateAuthority
    capabilities: Capabilities
    databases: PipelinesDatabases
    store: ObjectStore
    pages_store: ObjectStore
    storage_class: str
    node_pools: Sequence[NodePool] = ()

    def __post_init__(self) -> None:
        own = {
            "pipelines": self.databases.pipelines,
            "metadata": self.databases.metadata,
            "cache": self.databases.cache,
        }
        for name, database in own.items():
            if database.engine != "mysql":
                raise ValueError(
                    f"pipelines: the database '{name}' is {database.engine}; allowed: mysql, "
                    "the only one that release 2.16.1 works with"
                )


@dataclass(frozen=True, kw_only=True)
class Install:
    """One installation: where its objects live, what it was given, and its API types by plural name."""

    scope: Scope
    args: PipelinesArgs
    types: Mapping[str, CustomResourceDefinition]

    def principal(self, account: str) -> str:
        """Mesh identity of one of the accounts of pipelines."""
        return service_account_principal(self.scope, account, self.args.mesh)

    def type_of(self, *plurals: str) -> list[pulumi.Resource]:
        """The API types with these plural names."""
        return [self.types[plural] for plural in plurals]
