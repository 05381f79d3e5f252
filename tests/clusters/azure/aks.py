"""A cluster of AKS under mocks, from settings as a stack file writes them."""

import base64
import json
from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import Any

import pulumi
from pydantic import BaseModel, ConfigDict, ValidationError

from components.clusters.azure import AzureSettings
from components.clusters.azure.cluster import AzureArgs, AzureCluster
from components.settings_base import merged
from components.settings_errors import explain
from tests.clusters.support import Graph, Made, declare, stack_settings

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
ADMINS = "00000000-0000-4000-8000-000000000002"
SYSTEM: Mapping[str, Any] = {"name": "system", "machineType": "Standard_D8s_v5", "min": 2, "max": 5}
PLAIN: Mapping[str, Any] = {
    "provider": "azure",
    "subscriptionId": SUBSCRIPTION,
    "region": "westeurope",
    "adminGroups": [ADMINS],
    "nodePools": [SYSTEM],
}
"""A stack with nothing that is not asked for."""

SHARED = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shared"
RESERVATION = f"{SHARED}/providers/Microsoft.Compute/capacityReservationGroups/training"
_VNET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub"
GIVEN: Mapping[str, Any] = {
    "nodesSubnetId": f"{_VNET}/subnets/nodes",
    "apiServerSubnetId": f"{_VNET}/subnets/api",
    "endpointsSubnetId": f"{_VNET}/subnets/endpoints",
}
"""The subnets of a network that is there."""


class _Stack(BaseModel):
    """A stack file, as far as its cluster goes."""

    model_config = ConfigDict(frozen=True)
    cluster: AzureSettings


def settings(given: Mapping[str, Any]) -> AzureSettings:
    """The settings, checked as those of a stack are. Raises SettingsError with what a user reads."""
    try:
        return _Stack.model_validate({"cluster": merged(PLAIN, given)}).cluster
    except ValidationError as error:
        raise explain(error, _Stack) from None


def aks(**given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """A cluster with some settings, all others at their defaults."""
    return _declared(json.dumps(merged(PLAIN, given), sort_keys=True), "test")


def with_pools(*pools: Mapping[str, Any], **given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """A cluster with these pools beside one for the platform."""
    return aks(nodePools=[SYSTEM, *pools], **given)


def stack(name: str) -> Graph:
    """The cluster of a stack file."""
    return _declared(json.dumps(stack_settings(name), sort_keys=True), name)


def pool(graph: Graph, name: str) -> Mapping[str, Any]:
    """What AKS is asked for as the agent pool of that name, wherever it is asked."""
    found = [one.inputs for one in graph.of("AgentPool") if one.inputs["agentPoolName"] == name]
    found += [one for one in control_plane(graph).inputs["agentPoolProfiles"] if one["name"] == name]
    assert len(found) == 1, f"{len(found)} agent pools {name}"
    return found[0]


def control_plane(graph: Graph) -> Made:
    """The managed cluster."""
    return graph.one("ManagedCluster")


@cache
def _declared(given: str, name: str) -> Graph:
    checked = settings(json.loads(given))
    return declare(
        lambda: (
            AzureCluster("cluster", AzureArgs(settings=checked, stack=name), former_names_left_out()).contract
        ),
        told,
        answered,
    )


def former_names_left_out() -> pulumi.ResourceOptions:
    """Options of a cluster that is made for a test."""
    return pulumi.ResourceOptions(transformations=[_without_former_names])


def _without_former_names(
    args: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult:
    # The SDK of Azure gives each resource a former name for every version of its API, a thousand in all: to
    # work them out takes the mocks most of a second, and no test asks for one.
    options = copy(args.opts)
    options.aliases = None
    return pulumi.ResourceTransformationResult(props=args.props, opts=options)


def told(token: str, name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    # Azure gives back a mapping of identities where it takes a list.
    identity = dict(inputs.get("identity") or {})
    if "userAssignedIdentities" in identity:
        identity["userAssignedIdentities"] = {one: {} for one in identity["userAssignedIdentities"]}
    said: dict[str, Any] = {"identity": identity} if identity else {}
    match token.rpartition(":")[2]:
        case "UserAssignedIdentity":
            said |= {"principalId": f"{name}-principal", "clientId": f"{name}-client", "tenantId": "tenant"}
        case "ManagedCluster":
            said |= {"oidcIssuerProfile": {"enabled": True, "issuerURL": "https://issuer.test/"}}
        case "Key":
            said |= {"keyUriWithVersion": f"https://vault.test/keys/{inputs['keyName']}/1"}
        case "Vault":
            said |= {"properties": {**inputs["properties"], "vaultUri": "https://vault.test/"}}
        case "DiskEncryptionSet":
            said |= {"identity": {**identity, "principalId": f"{name}-principal"}}
        case _:
            pass
    if token.startswith("azure-native:"):
        own = ("resourceName", "keyName", "subnetName", "agentPoolName")
        said |= {"name": next((inputs[key] for key in own if key in inputs), name)}
    return said


def answered(token: str, args: Mapping[str, Any]) -> dict[str, Any]:
    assert token == "azure-native:containerservice:listManagedClusterUserCredentials"
    kubeconfig = {
        "clusters": [{"name": args["resourceName"], "cluster": {"server": "https://api.test"}}],
        "users": [{"name": "someone", "user": {"token": "a-token-that-must-not-be-kept"}}],
    }
    encoded = base64.b64encode(json.dumps(kubeconfig).encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": encoded}]}
