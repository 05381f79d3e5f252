"""A GKE cluster by itself under Pulumi's mocks: every resource with its inputs and what it waits for."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi.runtime
import yaml
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.rpc import deserialize_properties
from pydantic import ValidationError

from components.clusters.gcp.cluster import GcpArgs, GcpCluster
from components.clusters.gcp.settings import GcpSettings
from components.contracts import Cluster
from components.settings_base import Settings
from components.settings_errors import explain

STACKS = Path(__file__).parents[3] / "stacks"

CLUSTER = "gcp:container/cluster:Cluster"
NODE_POOL = "gcp:container/nodePool:NodePool"
NETWORK = "gcp:compute/network:Network"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"
ROUTER = "gcp:compute/router:Router"
NAT = "gcp:compute/routerNat:RouterNat"
FIREWALL = "gcp:compute/firewall:Firewall"
RESERVED = "gcp:compute/globalAddress:GlobalAddress"
CONNECTION = "gcp:servicenetworking/connection:Connection"
KEY = "gcp:kms/cryptoKey:CryptoKey"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
GRANT = "gcp:projects/iAMMember:IAMMember"
API = "gcp:projects/service:Service"
PROVIDER = "pulumi:providers:gcp"
KUBERNETES = "pulumi:providers:kubernetes"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"

PLAIN: Mapping[str, Any] = {
    "provider": "gcp",
    "project": "acme-ml",
    "region": "europe-west4",
    "nodePools": [{"name": "system", "machineType": "e2-standard-8", "min": 3, "max": 6}],
}
"""A stack with nothing that is not asked for."""

_LITTLE_ELSE = {"enableApis": False, "encryption": {"enabled": False}, "storage": {"shared": None}}

GPU: Mapping[str, Any] = {"name": "gpu", "accelerator": {"model": "L4"}, "max": 4}


@dataclass(frozen=True, kw_only=True)
class Made:
    """One resource: inputs as they reach its provider, and the names of all it waits for."""

    token: str
    name: str
    inputs: Mapping[str, Any]
    waits: frozenset[str]
    ignored: frozenset[str]
    parent: str
    provider: str

    @property
    def key(self) -> str:
        return f"{self.token} {self.name}"


@dataclass
class Graph:
    """What a cluster consists of."""

    made: list[Made] = field(default_factory=list[Made])
    contracts: list[Cluster] = field(default_factory=list[Cluster])
    told: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def contract(self) -> Cluster:
        return self.contracts[0]

    def of(self, token: str) -> list[Made]:
        return [one for one in self.made if one.token == token]

    def one(self, token: str) -> Made:
        found = self.of(token)
        assert len(found) == 1, f"{len(found)} of {token}"
        return found[0]

    def pool(self, name: str) -> Made:
        return next(one for one in self.of(NODE_POOL) if one.inputs["name"] == name)

    def node(self, name: str) -> Mapping[str, Any]:
        return self.pool(name).inputs["nodeConfig"]

    def before(self, made: Made) -> set[str]:
        """`token name` of all that is made before a resource, hence removed after it."""
        by_key = {one.key: one for one in self.made}
        found: set[str] = set()
        waiting = [made.key]
        while waiting:
            one = by_key[waiting.pop()]
            new = {*one.waits, *([one.provider] if one.provider else [])} - found
            found |= new
            waiting += new
        return found


class _Mocks(pulumi.runtime.Mocks):
    """A project with the number 123456789012, in which everything comes true at once."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = cast("dict[str, Any]", args.inputs)  # pyright: ignore[reportUnknownMemberType] # untyped there
        known = {
            "name": args.name,
            "selfLink": f"https://www.googleapis.com/compute/v1/projects/acme-ml/{args.name}",
            "endpoint": "10.0.0.2",
            "email": f"{args.name}@acme-ml.iam.gserviceaccount.com",
            "member": f"serviceAccount:{args.name}@acme-ml.iam.gserviceaccount.com",
        }
        if args.typ == CLUSTER:
            known["masterAuth"] = cast("Any", {"clusterCaCertificate": "Q0E="})
            inputs = {key: value for key, value in inputs.items() if key != "masterAuth"}
        return f"projects/acme-ml/{args.name}", {**known, **inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        assert args.token == "gcp:organizations/getProject:getProject", args.token
        return {"number": "123456789012", "id": "projects/acme-ml"}, []


class _Monitor(MockMonitor):
    """The mocks' engine, which keeps what each resource is told to wait for."""

    def __init__(self, mocks: pulumi.runtime.Mocks, graph: Graph) -> None:
        super().__init__(mocks)
        self._graph = graph
        self._names: dict[str, str] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - untyped, and named so, there
        made = super().RegisterResource(request)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        token, name = str(request.type), str(request.name)
        self._names[made.urn] = f"{token} {name}"
        inputs = cast("dict[str, Any]", deserialize_properties(request.object))
        self._graph.made.append(
            Made(
                token=token,
                name=name,
                inputs=inputs,
                waits=frozenset(self._names[urn] for urn in request.dependencies if urn in self._names),
                ignored=frozenset(request.ignoreChanges),
                parent=self._names.get(request.parent, ""),
                provider=self._names.get(str(request.provider).rpartition("::")[0], ""),
            )
        )
        return made


class _Stack(Settings):
    """A stack of which only the cluster matters."""

    cluster: GcpSettings


def settings_of(given: Mapping[str, Any]) -> GcpSettings:
    """Check settings, as below `slipway:cluster`. Raises SettingsError with the text that a user reads."""
    try:
        return _Stack.model_validate({"cluster": given}).cluster
    except ValidationError as error:
        raise explain(error, _Stack) from None


def stack(name: str) -> dict[str, Any]:
    """The cluster's settings in a stack file of this project."""
    text = (STACKS / f"Pulumi.{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["config"]["slipway:cluster"]


def graph(given: Mapping[str, Any] = PLAIN, /, **more: Any) -> Graph:  # noqa: ANN401 - settings of any kind
    """Declare the cluster of these settings, `more` laid over them; shared, and must not be changed."""
    return _graph(json.dumps({**given, **more}, sort_keys=True))


def with_pool(pool: Mapping[str, Any], /, **more: Any) -> Graph:  # noqa: ANN401 - settings of any kind
    """Declare a cluster that has this pool beside the plain one, and little else."""
    pools = [*PLAIN["nodePools"], pool]
    return graph({**PLAIN, **_LITTLE_ELSE}, nodePools=pools, **more)


@functools.cache
def _graph(given: str) -> Graph:
    settings = settings_of(json.loads(given))
    found = Graph()

    def program() -> pulumi.Output[None]:
        cluster = GcpCluster("cluster", GcpArgs(settings=settings, stack="gcp-test"))
        found.contracts.append(cluster.contract)
        cloud = cluster.contract.cloud
        told = {"kubeconfig": cluster.contract.kubeconfig, "network": getattr(cloud, "network_id", None)}
        return pulumi.Output.from_input(told).apply(found.told.update)

    mocks = _Mocks()
    pulumi.runtime.set_mocks(
        mocks, project="slipway", stack="test", preview=False, monitor=_Monitor(mocks, found)
    )
    pulumi.runtime.test(program)()  # pyright: ignore[reportUnknownMemberType] # untyped there
    return found
