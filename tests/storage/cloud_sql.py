"""The data services of Google Cloud under mocks, for pipelines and the model registry with three teams."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pulumi

from components.contracts import Cluster, Database, GcpCloud, ObjectStore
from components.kubeflow.pipelines.settings import PipelinesSettings
from components.storage.data_settings import DataSettings
from tests.clusters.support import Graph, declare
from tests.storage.asking import BUCKET, LONG, TEAM, Got, ask, cluster

__all__ = ["BUCKET", "LONG", "TEAM"]

PROJECT, NUMBER, REGION = "acme-ml", "123456789012", "europe-west4"
NETWORK = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/main"
KEY = f"projects/{PROJECT}/locations/{REGION}/keyRings/ml/cryptoKeys/cluster"

API = "gcp:projects/service:Service"
CONNECTION = "test:index/connection:Connection"
CONNECTION_OF_GOOGLE = "gcp:servicenetworking/connection:Connection"
BUCKET_GRANT = "gcp:storage/bucketIAMMember:BucketIAMMember"
FOLDER = "gcp:storage/managedFolder:ManagedFolder"
FOLDER_GRANT = "gcp:storage/managedFolderIamMember:ManagedFolderIamMember"
HMAC = "gcp:storage/hmacKey:HmacKey"
INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
STORE = "gcp:storage/bucket:Bucket"
USER = "gcp:sql/user:User"


@cache
def _declared(given: str) -> tuple[Graph, Got]:
    asked = json.loads(given)
    data = DataSettings.model_validate(
        {"provider": "cloud", "objectStore": {"name": BUCKET}} | asked.get("data", {})
    )
    pipelines = PipelinesSettings.model_validate(asked.get("pipelines", {}))
    got: list[Got] = []

    def build() -> Cluster:
        there = cluster(_project(**asked.get("cloud", {})))
        got.append(ask(data, there, pipelines))
        return there

    return declare(build, told, answered), got[0]


def gcp_data(**given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """What is declared: `data` are settings of `slipway:data`, `pipelines` those of pipelines.

    `cloud` has `key`, `apis` and `here`: whether the cluster has a key, whether the stack enables APIs, and
    whether the cluster is of this stack or of another.
    """
    return _declared(json.dumps(given, sort_keys=True))[0]


def databases(**given: Any) -> Mapping[str, Database]:  # noqa: ANN401 - as YAML has it
    """The contracts that the components get."""
    return _declared(json.dumps(given, sort_keys=True))[1].databases


def stores(**given: Any) -> Mapping[str, ObjectStore]:  # noqa: ANN401 - as YAML has it
    """The contracts of the bucket's users."""
    return _declared(json.dumps(given, sort_keys=True))[1].stores


def principal(namespace: str, account: str) -> str:
    """A service account of the cluster, as IAM calls it."""
    pool = f"projects/{NUMBER}/locations/global/workloadIdentityPools/{PROJECT}.svc.id.goog"
    return f"principal://iam.googleapis.com/{pool}/subject/ns/{namespace}/sa/{account}"


def _project(*, key: bool = True, apis: bool = True, here: bool = True) -> GcpCloud:
    text = pulumi.Output.from_input
    return GcpCloud(
        project=PROJECT,
        region=REGION,
        network_id=text(NETWORK),
        private_services=pulumi.CustomResource(CONNECTION, "private-services") if here else None,
        oidc_issuer_url=text("https://container.googleapis.com/v1/projects/acme-ml"),
        workload_pool=f"{PROJECT}.svc.id.goog",
        kms_key_id=text(KEY) if key else None,
        labels={"team": "ml-platform"},
        enables_apis=apis,
    )


def told(token: str, name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What Google Cloud says of a resource beside its inputs."""
    if token == INSTANCE:
        signed = [{"cert": f"certificate of {name}", "commonName": "C=US,O=Google"}]
        address = f"10.16.0.{len(name)}"
        return {"name": f"{name}-1a2b3c4", "privateIpAddress": address, "serverCaCerts": signed}
    if token == HMAC:
        return {"accessId": f"GOOG1E-{name}", "secret": f"value-of-{name}"}
    if token == "gcp:projects/serviceIdentity:ServiceIdentity":
        return {"member": f"serviceAccount:service-{NUMBER}@gcp-sa-cloud-sql.iam.gserviceaccount.com"}
    if token == "gcp:serviceaccount/account:Account":
        email = f"{inputs['accountId']}@{PROJECT}.iam.gserviceaccount.com"
        return {"email": email, "member": f"serviceAccount:{email}"}
    if token.startswith("pulumi-python:dynamic"):
        return {"value": f"value-of-{name}"}
    return {}


def answered(function: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What Google Cloud answers."""
    if function == "gcp:organizations/getProject:getProject":
        return {"number": NUMBER, "id": f"projects/{asked['projectId']}"}
    assert function == "gcp:storage/getProjectServiceAccount:getProjectServiceAccount", function
    email = f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
    return {"emailAddress": email, "member": f"serviceAccount:{email}"}
