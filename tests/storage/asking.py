"""What pipelines and the model registry ask of data services, with one team and two that have long names."""

from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s

from components.contracts import (
    AwsCloud,
    AzureCloud,
    Capabilities,
    Cluster,
    Database,
    GcpCloud,
    Mesh,
    Namespaces,
    ObjectStore,
)
from components.kubeflow.pipelines import embedded
from components.kubeflow.pipelines.settings import PipelinesSettings
from components.storage import DatabaseArgs, DatabaseSettings, LogicalDatabase
from components.storage.choice import DataServices
from components.storage.data_settings import DataSettings

BUCKET, TEAM = "acme-ml", "vision"
LONG = tuple(f"{'research-and-development-of-robots' * 2}"[:55] + one for one in ("-a", "-b"))


@dataclass
class Got:
    """The contracts that the components get, by name of the database and of the bucket's user."""

    databases: dict[str, Database] = field(default_factory=dict[str, Database])
    stores: dict[str, ObjectStore] = field(default_factory=dict[str, ObjectStore])


def ask(data: DataSettings, cluster: Cluster, pipelines: PipelinesSettings | None = None) -> Got:
    """Ask for two servers and a bucket."""
    services = DataServices(data, cluster, pulumi.ResourceOptions(providers=[cluster.provider]))
    namespaces, mesh, chosen = _namespaces(), _mesh(cluster.provider), pipelines or PipelinesSettings()
    got = Got()
    asked = embedded.databases(chosen, namespaces=namespaces, mesh=mesh, storage_class="standard")
    got.databases.update(services.mysql("pipelines-mysql", asked).databases)
    got.databases.update(services.postgresql("registry-db", _registry(namespaces)).databases)
    wanted = embedded.object_store(
        chosen,
        teams=[TEAM, *LONG],
        namespaces=namespaces,
        mesh=mesh,
        storage_class="standard",
        bucket=services.bucket or "none",
    )
    accounts = embedded.accounts(chosen, teams=[TEAM, *LONG], namespaces=namespaces)
    got.stores.update(services.object_store("pipelines-seaweedfs", wanted, accounts).stores)
    return got


def cluster(cloud: AwsCloud | GcpCloud | AzureCloud) -> Cluster:
    """A cluster of an account of a cloud."""
    return Cluster(
        name="ml",
        kubeconfig=pulumi.Output.from_input("{}"),
        provider=k8s.Provider("objects", kubeconfig="{}"),
        node_pools=(),
        storage_class="standard",
        capabilities=Capabilities(images="all", load_balancer=True, serves_pages=True),
        cloud=cloud,
    )


def _registry(namespaces: Namespaces) -> DatabaseArgs:
    return DatabaseArgs(
        component="modelRegistry",
        name="registry-db",
        claim="registry",
        secret="registry-secrets",
        namespaces=namespaces,
        storage_class="standard",
        settings=DatabaseSettings(),
        databases=(LogicalDatabase(name="registry"),),
    )


def _namespaces() -> Namespaces:
    return Namespaces(
        kubeflow=pulumi.Output.from_input("kubeflow"),
        kubeflow_name="kubeflow",
        system=pulumi.Output.from_input("kubeflow-system"),
        system_name="kubeflow-system",
    )


def _mesh(ready: pulumi.Resource) -> Mesh:
    return Mesh(
        namespace="istio-system",
        gateway="kubeflow/kubeflow-gateway",
        gateway_principal="cluster.local/ns/istio-system/sa/gateway",
        gateway_labels={"istio": "ingressgateway"},
        cluster_domain="cluster.local",
        ready=ready,
    )
