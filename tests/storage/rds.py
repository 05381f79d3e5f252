"""The data services of AWS under mocks, for pipelines, Katib and the model registry with one team."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.contracts import AwsCloud, Capabilities, Cluster, Database, Mesh, Namespaces, ObjectStore
from components.kubeflow.pipelines import embedded
from components.kubeflow.pipelines.settings import PipelinesSettings
from components.storage import DatabaseArgs, DatabaseSettings, LogicalDatabase
from components.storage.choice import DataServices
from components.storage.data_settings import DataSettings
from tests.clusters.support import Graph, Made, declare

ACCOUNT, REGION, BUCKET, TEAM = "123456789012", "eu-central-1", "acme-ml", "vision"
LONG = tuple(f"{'research-and-development-of-robots' * 2}"[:55] + one for one in ("-a", "-b"))
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/cluster"
NODES = "sg-nodes"


@cache
def _declared(given: str) -> tuple[Graph, dict[str, Database], dict[str, ObjectStore]]:
    data = DataSettings.model_validate(
        {"provider": "cloud", "objectStore": {"name": BUCKET}} | json.loads(given)
    )
    databases: dict[str, Database] = {}
    stores: dict[str, ObjectStore] = {}

    def build() -> Cluster:
        cluster = _cluster()
        services = DataServices(data, cluster, pulumi.ResourceOptions(providers=[cluster.provider]))
        namespaces, mesh, chosen = _namespaces(), _mesh(cluster.provider), PipelinesSettings()
        asked = embedded.databases(chosen, namespaces=namespaces, mesh=mesh, storage_class="gp3")
        databases.update(services.mysql("pipelines-mysql", asked).databases)
        databases.update(services.postgresql("registry-db", _registry(namespaces)).databases)
        wanted = embedded.object_store(
            chosen,
            teams=[TEAM, *LONG],
            namespaces=namespaces,
            mesh=mesh,
            storage_class="gp3",
            bucket=services.bucket or "none",
        )
        accounts = embedded.accounts(chosen, teams=[TEAM, *LONG], namespaces=namespaces)
        stores.update(services.object_store("pipelines-seaweedfs", wanted, accounts).stores)
        return cluster

    return declare(build, _told), databases, stores


def aws_data(**given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """What is declared, with these settings of `slipway:data` beside the provider and the bucket's name."""
    return _declared(json.dumps(given, sort_keys=True))[0]


def databases(**given: Any) -> Mapping[str, Database]:  # noqa: ANN401 - as YAML has it
    """The contracts that the components get."""
    return _declared(json.dumps(given, sort_keys=True))[1]


def stores(**given: Any) -> Mapping[str, ObjectStore]:  # noqa: ANN401 - as YAML has it
    """The contracts of the bucket's users."""
    return _declared(json.dumps(given, sort_keys=True))[2]


def statements(made: Made, key: str) -> list[dict[str, Any]]:
    """The statements of a policy."""
    found: list[dict[str, Any]] = made.json(key)["Statement"]
    return found


def _registry(namespaces: Namespaces) -> DatabaseArgs:
    return DatabaseArgs(
        component="modelRegistry",
        name="registry-db",
        claim="registry",
        secret="registry-secrets",
        namespaces=namespaces,
        storage_class="gp3",
        settings=DatabaseSettings(),
        databases=(LogicalDatabase(name="registry"),),
    )


def _cluster() -> Cluster:
    provider = k8s.Provider("objects", kubeconfig="{}")
    text = pulumi.Output.from_input
    return Cluster(
        name="ml",
        kubeconfig=text("{}"),
        provider=provider,
        node_pools=(),
        storage_class="gp3",
        capabilities=Capabilities(
            admission_webhooks=True, charts=True, load_balancer=True, serves_pages=True
        ),
        cloud=AwsCloud(
            region=REGION,
            partition="aws",
            account_id=text(ACCOUNT),
            cluster_name=text("ml"),
            vpc_id=text("vpc-1"),
            vpc_cidr=text("10.0.0.0/16"),
            private_subnet_ids=(text("subnet-a"), text("subnet-b")),
            node_security_group_id=text(NODES),
            kms_key_arn=text(KEY),
            oidc_issuer_url=text("https://oidc.test"),
            tags={"team": "ml-platform"},
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
    if token == "aws:rds/instance:Instance":
        return {"address": f"{inputs['identifier']}.rds.test"}
    if token == "aws:s3/bucket:Bucket":
        return {"arn": f"arn:aws:s3:::{inputs['bucket']}"}
    if token.startswith("pulumi-python:dynamic"):
        return {"value": f"value-of-{name}"}
    if token.startswith("aws:"):
        return {"arn": f"arn:aws:test:::{name}", "name": inputs.get("name", name)}
    return {}
