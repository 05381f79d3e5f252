"""A GKE cluster by itself under Pulumi's mocks: every resource with its inputs and what it waits for."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from components.clusters.gcp import GcpSettings
from components.clusters.gcp.cluster import GcpArgs, GcpCluster
from components.settings_base import Settings
from components.settings_errors import explain
from tests.clusters.support import Graph, Made, declare, stack_settings

ACCOUNT = "gcp:serviceaccount/account:Account"
API = "gcp:projects/service:Service"
CLUSTER = "gcp:container/cluster:Cluster"
CONNECTION = "gcp:servicenetworking/connection:Connection"
FIREWALL = "gcp:compute/firewall:Firewall"
GRANT = "gcp:projects/iAMMember:IAMMember"
IDENTITY = "gcp:projects/serviceIdentity:ServiceIdentity"
KEY = "gcp:kms/cryptoKey:CryptoKey"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
KUBERNETES = "pulumi:providers:kubernetes"
NAT = "gcp:compute/routerNat:RouterNat"
NETWORK = "gcp:compute/network:Network"
NODE_POOL = "gcp:container/nodePool:NodePool"
PROVIDER = "pulumi:providers:gcp"
RESERVED = "gcp:compute/globalAddress:GlobalAddress"
RING = "gcp:kms/keyRing:KeyRing"
ROUTER = "gcp:compute/router:Router"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"

PLAIN: Mapping[str, Any] = {
    "provider": "gcp",
    "project": "acme-ml",
    "region": "europe-west4",
    "nodePools": [{"name": "system", "machineType": "e2-standard-8", "min": 3, "max": 6}],
}
"""A stack with nothing that is not asked for."""

_LITTLE_ELSE = {"enableApis": False, "encryption": {"enabled": False}, "storage": {"shared": None}}

GPU: Mapping[str, Any] = {"name": "gpu", "accelerator": {"model": "L4"}, "max": 4}


class _Stack(Settings):
    """A stack of which only the cluster matters."""

    cluster: GcpSettings


def settings_of(given: Mapping[str, Any]) -> GcpSettings:
    """Check settings, as below `slipway:cluster`. Raises SettingsError with the text that a user reads."""
    try:
        return _Stack.model_validate({"cluster": given}).cluster
    except ValidationError as error:
        raise explain(error, _Stack) from None


def graph(given: Mapping[str, Any] = PLAIN, /, **more: Any) -> Graph:  # noqa: ANN401 - settings of any kind
    """Declare the cluster of these settings, `more` laid over them; shared, and must not be changed."""
    return _graph(json.dumps({**given, **more}, sort_keys=True))


def with_pool(pool: Mapping[str, Any], /, **more: Any) -> Graph:  # noqa: ANN401 - settings of any kind
    """Declare a cluster that has this pool beside the plain one, and little else."""
    return graph({**PLAIN, **_LITTLE_ELSE}, nodePools=[*PLAIN["nodePools"], pool], **more)


def stack(name: str) -> dict[str, Any]:
    """The cluster's settings in a stack file of this project."""
    return stack_settings(name)


def pool(found: Graph, name: str) -> Made:
    """The node pool of that name."""
    return next(one for one in found.of(NODE_POOL) if one.inputs["name"] == name)


def node(found: Graph, name: str) -> Mapping[str, Any]:
    """What each node of a pool is made from."""
    return pool(found, name).inputs["nodeConfig"]


@cache
def _graph(given: str) -> Graph:
    settings = settings_of(json.loads(given))
    args = GcpArgs(settings=settings, stack="gcp-test")
    return declare(lambda: GcpCluster("cluster", args).contract, told, _answer)


def told(token: str, name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What Google Cloud says of a resource beside its inputs."""
    known: dict[str, Any] = {"name": inputs.get("name", name)} if token.startswith("gcp:") else {}
    match token:
        case "gcp:container/cluster:Cluster":
            known |= {"endpoint": "10.0.0.2", "masterAuth": {"clusterCaCertificate": "Q0E="}}
        case "gcp:serviceaccount/account:Account":
            email = f"{name}@acme-ml.iam.gserviceaccount.com"
            known |= {"email": email, "member": f"serviceAccount:{email}"}
        case "gcp:compute/network:Network":
            known["selfLink"] = f"https://www.googleapis.com/compute/v1/{name}"
        case _:
            pass
    return known


def _answer(function: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    assert function == "gcp:organizations/getProject:getProject", function
    return {"number": "123456789012", "id": f"projects/{asked['projectId']}"}
