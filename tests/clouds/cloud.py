"""What a cloud does when a resource is created, changed or deleted in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.clouds import answers, simulation
from tests.clouds.account import Account, Entry
from tests.clouds.answers import Place
from tests.clouds.pools import AGENT_POOL, AKS, EKS, GKE, NODE_GROUP, NODE_POOL, cluster_name, pools_of
from tests.clouds.simulation import Endpoint

Object = dict[str, Any]

# What is protected from deletion unless its inputs say otherwise.
_PROTECTED = (GKE, "gcp:sql/databaseInstance:DatabaseInstance")
_RDS = "aws:rds/instance:Instance"


class RefusedError(Exception):
    """What a cloud does not do."""


@dataclass(frozen=True)
class Cloud:
    """One cloud (`package`, as type tokens begin), worked in at a place."""

    package: str
    account: Account
    place: Place

    def create(self, urn: str, token: str, inputs: Object) -> tuple[str, Object]:
        """Make a resource; return its id and outputs."""
        identifier, outputs = self._made(urn, token, inputs)
        taken = next((one for one in self.account.of(token) if one.id == identifier), None)
        if taken:
            raise RefusedError(f"{token} {identifier} exists already: it was made as {taken.name}")
        if token in _CLUSTERS:
            endpoint = simulation.start(self.account, self.package, cluster_name(token, inputs))
            outputs |= _reached(outputs, _CLUSTERS[token](endpoint))
        self.account.write(Entry("create", token, urn, identifier, inputs, outputs))
        self._settle(token, inputs)
        return identifier, outputs

    def update(self, urn: str, token: str, identifier: str, inputs: Object) -> Object:
        """Change a resource; return its outputs."""
        _, outputs = self._made(urn, token, inputs)
        if token in _CLUSTERS:
            endpoint = simulation.endpoint(self.account, cluster_name(token, inputs))
            outputs |= _reached(outputs, _CLUSTERS[token](endpoint))
        self.account.write(Entry("update", token, urn, identifier, inputs, outputs))
        self._settle(token, inputs)
        return outputs

    def read(self, token: str, identifier: str) -> Entry | None:
        """The resource of that type and id, if there is one."""
        return next((entry for entry in self.account.of(token) if entry.id == identifier), None)

    def delete(self, urn: str, token: str, identifier: str) -> None:
        """Remove a resource; what it leaves behind is noted in the journal."""
        entry = self.read(token, identifier)
        if entry is None:
            return
        _refuse_deletion(entry)
        remarks = [f"{one.name} ({one.token}) still uses {entry.name}" for one in self.account.users(entry)]
        if token in _CLUSTERS:
            remarks += simulation.remove(self.account, cluster_name(token, entry.inputs))
        self.account.write(Entry("delete", token, urn, identifier, remarks=tuple(remarks)))
        self._settle(token, entry.inputs)

    def _made(self, urn: str, token: str, inputs: Object) -> tuple[str, Object]:
        place = replace(self.place, region=inputs.get("location") or self.place.region)
        made = answers.made(token, urn.rpartition("::")[2], inputs, place)
        return made.id, made.outputs

    def _settle(self, token: str, inputs: Mapping[str, Any]) -> None:
        if token in (NODE_GROUP, NODE_POOL, AKS, AGENT_POOL):
            name = cluster_name(token, inputs)
            simulation.set_pools(self.account, name, lambda: pools_of(self.account, name))


def _refuse_deletion(entry: Entry) -> None:
    inputs, what = entry.inputs, f"{entry.token} {entry.id}"
    if inputs.get("deletionProtection", entry.token in _PROTECTED) is True:
        raise RefusedError(f"{what} is protected from deletion: set deletionProtection to false")
    if entry.token == _RDS and not (inputs.get("skipFinalSnapshot") or inputs.get("finalSnapshotIdentifier")):
        raise RefusedError(f"{what} wants a finalSnapshotIdentifier, or skipFinalSnapshot")


def _reached(outputs: Mapping[str, Any], added: Mapping[str, Any]) -> Object:
    return {
        key: {**(outputs.get(key) or {}), **value} if isinstance(value, dict) else value
        for key, value in added.items()
    }


def _eks(endpoint: Endpoint) -> Object:
    return {
        "endpoint": f"https://{endpoint.address}",
        "certificateAuthority": {"data": endpoint.authority},
    }


def _gke(endpoint: Endpoint) -> Object:
    reached = {"privateEndpoint": endpoint.address, "publicEndpoint": endpoint.address}
    return {
        "endpoint": endpoint.address,
        "masterAuth": {"clusterCaCertificate": endpoint.authority, "clientCertificate": "", "clientKey": ""},
        "privateClusterConfig": reached,
    }


def _aks(endpoint: Endpoint) -> Object:
    return {}


_CLUSTERS: Mapping[str, Callable[[Endpoint], Object]] = {EKS: _eks, GKE: _gke, AKS: _aks}
