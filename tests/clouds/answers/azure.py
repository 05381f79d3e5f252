"""What Azure answers. Forms of ids: Azure Resource Manager's resource ids, November 2026."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.clouds.answers.made_up import Made, Place, digest, uid

_NAMESPACES = {
    "authorization": "Microsoft.Authorization",
    "compute": "Microsoft.Compute",
    "containerservice": "Microsoft.ContainerService",
    "dbformysql": "Microsoft.DBforMySQL",
    "dbforpostgresql": "Microsoft.DBforPostgreSQL",
    "keyvault": "Microsoft.KeyVault",
    "managedidentity": "Microsoft.ManagedIdentity",
    "monitor": "Microsoft.Insights",
    "network": "Microsoft.Network",
    "operationalinsights": "Microsoft.OperationalInsights",
    "privatedns": "Microsoft.Network",
    "storage": "Microsoft.Storage",
}
# Types that lie below another: the type's path, and the inputs that name each step of it.
_PATHS = {
    "containerservice:ManagedCluster": (("managedClusters", "resourceName"),),
    "containerservice:AgentPool": (("managedClusters", "resourceName"), ("agentPools", "agentPoolName")),
    "network:VirtualNetwork": (("virtualNetworks", "virtualNetworkName"),),
    "network:Subnet": (("virtualNetworks", "virtualNetworkName"), ("subnets", "subnetName")),
    "network:NatGateway": (("natGateways", "natGatewayName"),),
    "network:PublicIPAddress": (("publicIPAddresses", "publicIpAddressName"),),
    "network:NetworkSecurityGroup": (("networkSecurityGroups", "networkSecurityGroupName"),),
    "network:PrivateDnsZoneGroup": (
        ("privateEndpoints", "privateEndpointName"),
        ("privateDnsZoneGroups", "privateDnsZoneGroupName"),
    ),
    "privatedns:PrivateZone": (("privateDnsZones", "privateZoneName"),),
    "privatedns:VirtualNetworkLink": (
        ("privateDnsZones", "privateZoneName"),
        ("virtualNetworkLinks", "virtualNetworkLinkName"),
    ),
    "authorization:RoleDefinition": (("roleDefinitions", "roleDefinitionId"),),
    "dbformysql:Server": (("flexibleServers", "serverName"),),
    "dbformysql:Configuration": (("flexibleServers", "serverName"), ("configurations", "configurationName")),
    "dbforpostgresql:Server": (("flexibleServers", "serverName"),),
    "dbforpostgresql:Configuration": (
        ("flexibleServers", "serverName"),
        ("configurations", "configurationName"),
    ),
    "managedidentity:UserAssignedIdentity": (("userAssignedIdentities", "resourceName"),),
    "managedidentity:FederatedIdentityCredential": (
        ("userAssignedIdentities", "resourceName"),
        ("federatedIdentityCredentials", "federatedIdentityCredentialResourceName"),
    ),
    "keyvault:Vault": (("vaults", "vaultName"),),
    "keyvault:Key": (("vaults", "vaultName"), ("keys", "keyName")),
    "compute:DiskEncryptionSet": (("diskEncryptionSets", "diskEncryptionSetName"),),
    "storage:StorageAccount": (("storageAccounts", "accountName"),),
    "storage:BlobContainer": (("storageAccounts", "accountName"), ("containers", "containerName")),
    "storage:BlobServiceProperties": (
        ("storageAccounts", "accountName"),
        ("blobServices", "blobServicesName"),
    ),
    "storage:ManagementPolicy": (
        ("storageAccounts", "accountName"),
        ("managementPolicies", "managementPolicyName"),
    ),
    "operationalinsights:Workspace": (("workspaces", "workspaceName"),),
}

Inputs = Mapping[str, Any]


def answer(token: str, name: str, inputs: Inputs, place: Place) -> Made:
    """What Azure says of a resource."""
    kind = token.removeprefix("azure-native:")
    if kind == "resources:ResourceGroup":
        named = str(inputs["resourceGroupName"])
        return Made(f"/subscriptions/{place.subscription}/resourceGroups/{named}", {"name": named})
    module = kind.partition(":")[0]
    steps = _steps(kind, name, inputs)
    path = "/".join(f"{step}/{value}" for step, value in steps)
    scope = inputs.get("scope") or f"/subscriptions/{place.subscription}/resourceGroups/{_group(inputs)}"
    namespace = _NAMESPACES.get(module, f"Microsoft.{module.capitalize()}")
    identifier = f"{scope}/providers/{namespace}/{path}"
    outputs: dict[str, Any] = {"name": steps[-1][1], "provisioningState": "Succeeded"}
    outputs["type"] = "/".join([namespace, *(step for step, _ in steps)])
    more = _MORE.get(kind)
    outputs |= more(identifier, inputs, place) if more else {}
    return Made(identifier, {key: value for key, value in outputs.items() if key not in inputs or more})


def _group(inputs: Inputs) -> str:
    return str(inputs.get("resourceGroupName", "none"))


def _steps(kind: str, name: str, inputs: Inputs) -> list[tuple[str, str]]:
    noun = kind.partition(":")[2]
    camel = noun[0].lower() + noun[1:]
    made_up = uid(kind + name) if kind.startswith("authorization:") else f"{name}-{digest(kind + name, 7)}"
    path = _PATHS.get(kind, ((f"{camel}s", f"{camel}Name"),))
    return [(step, str(inputs.get(key) or made_up)) for step, key in path]


def _cluster(identifier: str, inputs: Inputs, place: Place) -> dict[str, Any]:
    issuer = f"https://{place.region}.oic.prod-aks.azure.com/{place.tenant}/{uid(identifier)}/"
    name = inputs["resourceName"]
    fqdn = f"{inputs.get('dnsPrefix') or name}-{digest(identifier, 8)}.hcp.{place.region}.azmk8s.io"
    group = inputs.get("nodeResourceGroup") or f"MC_{_group(inputs)}_{name}_{place.region}"
    nodes = f"/subscriptions/{place.subscription}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity"
    return {
        "name": name,
        "fqdn": fqdn,
        "privateFQDN": fqdn.replace(".hcp.", ".privatelink."),
        "nodeResourceGroup": group,
        "currentKubernetesVersion": f"{inputs.get('kubernetesVersion', '1.35')}.1",
        "powerState": {"code": "Running"},
        "maxAgentPools": 100,
        "oidcIssuerProfile": {**inputs.get("oidcIssuerProfile", {}), "issuerURL": issuer},
        "identityProfile": {
            "kubeletidentity": {
                "resourceId": f"{nodes}/userAssignedIdentities/{name}-agentpool",
                "clientId": uid(f"{identifier}/kubelet"),
                "objectId": uid(f"{identifier}/kubelet/principal"),
            },
            **inputs.get("identityProfile", {}),
        },
    }


def _identity(identifier: str, inputs: Inputs, place: Place) -> dict[str, Any]:
    return {
        "name": inputs["resourceName"],
        "clientId": uid(identifier),
        "principalId": uid(f"{identifier}/principal"),
        "tenantId": place.tenant,
    }


def _key(identifier: str, inputs: Inputs, place: Place) -> dict[str, Any]:
    address = f"https://{inputs['vaultName']}.vault.azure.net/keys/{inputs.get('keyName')}"
    return {"keyUri": address, "keyUriWithVersion": f"{address}/{digest(identifier, 32)}"}


def _vault(identifier: str, inputs: Inputs, place: Place) -> dict[str, Any]:
    address = f"https://{inputs['vaultName']}.vault.azure.net/"
    return {"name": inputs["vaultName"], "properties": {**inputs.get("properties", {}), "vaultUri": address}}


def _database(identifier: str, inputs: Inputs, place: Place) -> dict[str, Any]:
    kind = "mysql" if "DBforMySQL" in identifier else "postgres"
    return {"fullyQualifiedDomainName": f"{inputs['serverName']}.{kind}.database.azure.com"}


def _storage(identifier: str, inputs: Inputs, place: Place) -> dict[str, Any]:
    name = inputs["accountName"]
    kinds = ("blob", "dfs", "file", "queue", "table", "web")
    return {
        "name": name,
        "primaryEndpoints": {kind: f"https://{name}.{kind}.core.windows.net/" for kind in kinds},
    }


_MORE: Mapping[str, Callable[[str, Inputs, Place], dict[str, Any]]] = {
    "containerservice:ManagedCluster": _cluster,
    "dbformysql:Server": _database,
    "dbforpostgresql:Server": _database,
    "keyvault:Key": _key,
    "keyvault:Vault": _vault,
    "managedidentity:UserAssignedIdentity": _identity,
    "storage:StorageAccount": _storage,
}
