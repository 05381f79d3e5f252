"""The data services of Azure under mocks, for pipelines, Katib and the model registry with some teams."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.contracts import AzureCloud, Capabilities, Cluster, Database, Mesh, Namespaces, ObjectStore
from components.kubeflow.pipelines import embedded
from components.kubeflow.pipelines.settings import PipelinesSettings
from components.storage import DatabaseArgs, DatabaseSettings, LogicalDatabase
from components.storage.choice import DataServices
from components.storage.data_settings import DataSettings
from tests.clusters.support import Graph, declare

SUBSCRIPTION, TENANT = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-00000000000a"
BUCKET, TEAM = "acme-ml", "vision"
LONG = tuple(f"{'research-and-development-of-robots' * 2}"[:55] + one for one in ("-a", "-b"))
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/ml"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
ENDPOINTS = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/ml/subnets/endpoints"
ISSUER = "https://westeurope.oic.prod-aks.azure.com/1/2/"
ADDRESS = "https://kfb.blob.core.windows.net/"
_TEAMS = (TEAM, *LONG)


@cache
def _declared(given: str, cloud: str) -> tuple[Graph, dict[str, Database], dict[str, ObjectStore]]:
    data = DataSettings.model_validate(
        {"provider": "cloud", "objectStore": {"name": BUCKET}} | json.loads(given)
    )
    databases: dict[str, Database] = {}
    stores: dict[str, ObjectStore] = {}

    def build() -> Cluster:
        cluster = _cluster(json.loads(cloud))
        services = DataServices(data, cluster, pulumi.ResourceOptions(providers=[cluster.provider]))
        namespaces, mesh, chosen = _namespaces(), _mesh(cluster.provider), PipelinesSettings()
        asked = embedded.databases(chosen, namespaces=namespaces, mesh=mesh, storage_class="disks")
        databases.update(services.mysql("pipelines-mysql", asked).databases)
        for name in ("registry", "tuning"):
            databases.update(services.postgresql(f"{name}-db", _postgresql(name, namespaces)).databases)
        wanted = embedded.object_store(
            chosen,
            teams=_TEAMS,
            namespaces=namespaces,
            mesh=mesh,
            storage_class="disks",
            bucket=services.bucket or "none",
        )
        accounts = embedded.accounts(chosen, teams=_TEAMS, namespaces=namespaces)
        stores.update(services.object_store("pipelines-seaweedfs", wanted, accounts).stores)
        return cluster

    return declare(build, _told), databases, stores


def azure_data(cloud: Mapping[str, Any] | None = None, **given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """What is declared with these settings of `slipway:data`, beside the provider and the bucket's name.

    `cloud` says what of the account differs from one with keys of its own and zones.
    """
    return _declared(json.dumps(given, sort_keys=True), json.dumps(cloud or {}, sort_keys=True))[0]


def databases(**given: Any) -> Mapping[str, Database]:  # noqa: ANN401 - as YAML has it
    """The contracts that the components get."""
    return _declared(json.dumps(given, sort_keys=True), "{}")[1]


def stores(**given: Any) -> Mapping[str, ObjectStore]:  # noqa: ANN401 - as YAML has it
    """The contracts of the bucket's users."""
    return _declared(json.dumps(given, sort_keys=True), "{}")[2]


def _postgresql(name: str, namespaces: Namespaces) -> DatabaseArgs:
    return DatabaseArgs(
        component="modelRegistry",
        name=f"{name}-db",
        claim=name,
        secret=f"{name}-secrets",
        namespaces=namespaces,
        storage_class="disks",
        settings=DatabaseSettings(),
        databases=(LogicalDatabase(name=name),),
    )


def _cluster(given: Mapping[str, Any]) -> Cluster:
    provider = k8s.Provider("objects", kubeconfig="{}")
    text = pulumi.Output.from_input
    keys = given.get("keys", True)
    return Cluster(
        name="ml",
        kubeconfig=text("{}"),
        provider=provider,
        node_pools=(),
        storage_class="disks",
        capabilities=Capabilities(images="all", load_balancer=True, serves_pages=True),
        cloud=AzureCloud(
            location="westeurope",
            resource_group=text("ml"),
            subscription_id=text(SUBSCRIPTION),
            tenant_id=text(TENANT),
            vnet_id=text(ENDPOINTS.rpartition("/subnets/")[0]),
            endpoints_subnet_id=text(ENDPOINTS),
            oidc_issuer_url=text(ISSUER),
            tags={"team": "ml-platform"},
            key_vault_id=text(VAULT) if keys else None,
            key_vault_name=text("kv") if keys else None,
            key_vault_uri=text("https://kv.vault.azure.net/") if keys else None,
            zone_redundant=given.get("zones", True),
            private_zones=given.get("private_zones", {}),
        ),
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


def _told(token: str, name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    if token.startswith("pulumi-python:dynamic"):
        return {"value": f"value-of-{name}"}
    if not token.startswith("azure-native:"):
        return {}
    known: dict[str, Any] = {"name": name}
    identity: Mapping[str, Any] = inputs.get("identity") or {}
    if identity:
        # What is given as a list comes back as a map.
        identities = {str(one): {"clientId": "client"} for one in identity["userAssignedIdentities"]}
        known["identity"] = {**identity, "userAssignedIdentities": identities}
    if token.endswith(":Server"):
        kind = "mysql" if "mysql" in token else "postgres"
        known["fullyQualifiedDomainName"] = f"{name}.{kind}.database.azure.com"
    if token.endswith(":StorageAccount"):
        kinds = ("blob", "dfs", "file", "queue", "table", "web")
        known["primaryEndpoints"] = {kind: ADDRESS.replace("blob", kind) for kind in kinds}
    if token.endswith(":UserAssignedIdentity"):
        known |= {"clientId": f"client-{name}", "principalId": f"principal-{name}"}
    if token.endswith("keyvault:Key"):
        known["keyUriWithVersion"] = f"https://kv.vault.azure.net/keys/{inputs['keyName']}/1"
    return known
