"""Whoever acts for the cluster may do what it has to, at the resources where it has to, and nothing above."""

import pytest

from components.clusters.azure.identity import ROLES
from tests.clusters.azure.aks import (
    ADMINS,
    RESERVATION,
    SHARED,
    SUBSCRIPTION,
    aks,
    control_plane,
    stack,
    with_pools,
)
from tests.clusters.support import Graph

REGISTRY = f"{SHARED}/providers/Microsoft.ContainerRegistry/registries/acme"
NAMES = {identifier: name for name, identifier in ROLES.items()}


def rights(graph: Graph, principal: str) -> set[tuple[str, str]]:
    """The roles of an identity, each with the resource at which it has it."""
    return {
        (NAMES[one.inputs["roleDefinitionId"].rpartition("/")[2]], one.inputs["scope"])
        for one in graph.of("RoleAssignment")
        if one.inputs["principalId"] == f"test-{principal}-principal"
    }


def test_the_control_plane_acts_at_its_own_resources_only() -> None:
    assert rights(aks(), "control-plane") == {
        ("Managed Identity Operator", "test-kubelet-id"),
        ("Network Contributor", "test-nodes-id"),
        ("Network Contributor", "test-api-server-id"),
        ("Key Vault Crypto User", "kftest-id"),
        ("Key Vault Contributor", "kftest-id"),
        ("Reader", "test-disks-id"),
        ("Storage Account Contributor", "kftest-id"),
    }


def test_what_is_not_used_is_not_allowed() -> None:
    graph = aks(encryption={"customerKeys": False}, storage={"sharedFiles": False})
    assert rights(graph, "control-plane") == {
        ("Managed Identity Operator", "test-kubelet-id"),
        ("Network Contributor", "test-nodes-id"),
        ("Network Contributor", "test-api-server-id"),
    }


def test_nodes_may_pull_images_and_nothing_else() -> None:
    assert rights(aks(), "kubelet") == set()
    assert rights(aks(containerRegistries=[REGISTRY]), "kubelet") == {("AcrPull", REGISTRY)}


def test_disks_and_files_may_use_keys_and_nothing_else() -> None:
    encrypts = {("Key Vault Crypto Service Encryption User", "kftest-id")}
    assert rights(aks(), "disks") == encrypts
    assert rights(aks(), "files") == encrypts


def test_a_reservation_is_the_control_plane_s_to_use_and_nothing_beside_it() -> None:
    graph = with_pools(
        {"name": "work", "machineType": "Standard_D8s_v5", "reservation": {"groupId": RESERVATION}}
    )
    assert ("Contributor", RESERVATION) in rights(graph, "control-plane")


@pytest.mark.parametrize("name", ["azure-dev", "azure-prod"])
def test_no_role_is_given_at_a_subscription_or_a_resource_group(name: str) -> None:
    graph = stack(name)
    above = {f"/subscriptions/{SUBSCRIPTION}", *(f"{one.name}-id" for one in graph.of("ResourceGroup"))}
    for one in graph.of("RoleAssignment"):
        assert one.inputs["scope"] not in above
        assert not one.inputs["scope"].endswith("/resourceGroups/shared")
        assert one.inputs["principalType"] == "ServicePrincipal"


def test_every_role_is_one_of_azure_s_own_and_none_owns() -> None:
    graph = stack("azure-prod")
    used = {NAMES[one.inputs["roleDefinitionId"].rpartition("/")[2]] for one in graph.of("RoleAssignment")}
    assert used <= set(ROLES)
    assert not {"Owner", "User Access Administrator"} & used
    assert not graph.of("RoleDefinition")


def test_people_come_from_entra_id_only() -> None:
    cluster = control_plane(aks()).inputs
    assert cluster["disableLocalAccounts"] is True
    assert cluster["enableRBAC"] is True
    assert cluster["aadProfile"] == {
        "managed": True,
        "enableAzureRBAC": False,
        "adminGroupObjectIDs": [ADMINS],
        "tenantID": "tenant",
    }
    assert "linuxProfile" not in cluster


def test_both_identities_of_the_cluster_are_its_own() -> None:
    cluster = control_plane(aks()).inputs
    assert cluster["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": ["test-control-plane-id"],
    }
    assert cluster["identityProfile"]["kubeletidentity"] == {
        "resourceId": "test-kubelet-id",
        "clientId": "test-kubelet-client",
        "objectId": "test-kubelet-principal",
    }


def test_service_accounts_can_be_trusted_by_identities() -> None:
    graph = aks()
    cluster = control_plane(graph).inputs
    assert cluster["oidcIssuerProfile"] == {"enabled": True}
    assert cluster["securityProfile"]["workloadIdentity"] == {"enabled": True}
    assert graph.told["oidc_issuer_url"] == "https://issuer.test/"


def test_every_role_is_there_before_the_cluster_and_until_it_is_gone() -> None:
    graph = stack("azure-prod")
    missing = {one.name for one in graph.of("RoleAssignment")} - {
        key.rpartition(" ")[2] for key in graph.before(control_plane(graph))
    }
    # Those of shared files, which volumes need and the cluster does not.
    assert missing == {"kubeflow-prod-files", "kubeflow-prod-files-key"}
    assert {f"azure-native:authorization:RoleAssignment {name}" for name in missing} <= graph.before(
        graph.one("StorageClass", "premium-files")
    )
