"""The container of Blob Storage: private, versioned, encrypted, and each user may do what they need."""

import re
from typing import Any

import pytest

from components.storage.azure.rights import condition
from tests.storage.flexible import BUCKET, ENDPOINTS, GROUP, ISSUER, LONG, TEAM, azure_data, stores

OWNER, PAGES = "kubeflow-pipelines", "kubeflow-pipelines-pages"
_PREFIX = re.compile(r"(@\w+)\[[^\]]*blobs:(\w+)\] StringStartsWith '([^']*)'")


def test_nobody_outside_of_the_network_reaches_the_account() -> None:
    graph = azure_data()
    account = graph.one("StorageAccount").inputs
    assert account["publicNetworkAccess"] == "Disabled"
    assert account["networkRuleSet"] == {"bypass": "None", "defaultAction": "Deny"}
    (connection,) = graph.one("network:PrivateEndpoint", "ml-objects").inputs["privateLinkServiceConnections"]
    assert (connection["privateLinkServiceId"], connection["groupIds"]) == ("kfbml-id", ["blob"])
    assert graph.one("network:PrivateEndpoint", "ml-objects").inputs["subnet"]["id"] == ENDPOINTS


@pytest.mark.parametrize(
    "key",
    [
        "allowSharedKeyAccess",
        "allowBlobPublicAccess",
        "allowCrossTenantReplication",
        "isLocalUserEnabled",
        "isSftpEnabled",
    ],
)
def test_there_are_no_keys_and_no_anonymous_readers(key: str) -> None:
    assert azure_data().one("StorageAccount").inputs[key] is False
    assert azure_data().one("BlobContainer").inputs["publicAccess"] == "None"


def test_objects_travel_encrypted() -> None:
    account = azure_data().one("StorageAccount").inputs
    assert account["enableHttpsTrafficOnly"] is True
    assert account["minimumTlsVersion"] == "TLS1_2"


def test_objects_are_encrypted_with_a_key_in_the_clusters_vault_and_by_azure_beneath() -> None:
    encryption = azure_data().one("StorageAccount").inputs["encryption"]
    assert encryption["requireInfrastructureEncryption"] is True
    assert encryption["keySource"] == "Microsoft.Keyvault"
    # No version: the newest is used.
    assert encryption["keyVaultProperties"] == {
        "keyName": "ml-objects",
        "keyVaultUri": "https://kv.vault.azure.net/",
    }
    own = azure_data({"keys": False}).one("StorageAccount").inputs["encryption"]
    assert own == {"keySource": "Microsoft.Storage", "requireInfrastructureEncryption": True}


def test_old_versions_stay_for_a_while_and_then_go() -> None:
    graph = azure_data(objectStore={"name": BUCKET, "oldVersionsDays": 9})
    service = graph.one("BlobServiceProperties").inputs
    assert service["isVersioningEnabled"] is True
    assert service["deleteRetentionPolicy"] == {"enabled": True, "days": 9}
    assert service["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 9}
    old, unfinished = graph.one("ManagementPolicy").inputs["policy"]["rules"]
    assert old["definition"]["actions"] == {"version": {"delete": {"daysAfterCreationGreaterThan": 1}}}
    assert "prefixMatch" not in old["definition"]["filters"]
    assert unfinished["definition"]["filters"]["prefixMatch"] == [f"{BUCKET}/.sgwtmp/"]


@pytest.mark.parametrize("protected", [True, False])
def test_a_bucket_is_deleted_only_where_a_stack_wants_it(protected: bool) -> None:
    graph = azure_data(objectStore={"name": BUCKET, "deletionProtection": protected})
    assert graph.one("StorageAccount").protected is protected
    assert graph.one("BlobContainer").protected is protected


def test_no_lock_keeps_a_teams_rights_from_being_taken_away() -> None:
    locked = [one.inputs["scope"] for one in azure_data().of("ManagementLockByScope")]
    assert locked
    assert not {"kfbml-id", "ml-objects-id"} & set(locked)


def test_objects_have_copies_in_three_zones_where_there_are_zones() -> None:
    assert azure_data().one("StorageAccount").inputs["sku"] == {"name": "Standard_ZRS"}
    assert azure_data({"zones": False}).one("StorageAccount").inputs["sku"] == {"name": "Standard_LRS"}


def _role(user: str) -> dict[str, Any]:
    graph = azure_data()
    assigned = graph.one("RoleAssignment", f"ml-blob-{user}").inputs
    assert assigned["scope"] == "ml-objects-id"
    assert assigned["principalId"] == f"principal-ml-blob-{user}"
    role = graph.one("RoleDefinition", assigned["roleDefinitionId"].removesuffix("-id"))
    return {**role.inputs["permissions"][0], "condition": assigned.get("condition")}


def _verbs(user: str) -> set[str]:
    return {str(one).partition("/containers/blobs/")[2] for one in _role(user)["dataActions"]}


def test_the_pages_read_and_change_nothing() -> None:
    assert _verbs(PAGES) == {"read", "tags/read"}
    assert _verbs(OWNER) == {"read", "tags/read", "write", "add/action", "delete", "tags/write"}
    assert _role(PAGES)["condition"] is _role(OWNER)["condition"] is None


@pytest.mark.parametrize("user", [OWNER, PAGES, TEAM])
def test_nobody_may_change_containers_delete_versions_or_make_signatures(user: str) -> None:
    assert _role(user)["actions"] == ["Microsoft.Storage/storageAccounts/blobServices/containers/read"]
    assert not [one for one in _verbs(user) if "*" in one or "ersion" in one or "Immutability" in one]


def test_roles_can_be_given_in_the_clusters_group_only() -> None:
    roles = azure_data().of("RoleDefinition")
    assert [one.inputs["assignableScopes"] for one in roles] == [[GROUP], [GROUP]]
    assert len({one.inputs["roleDefinitionId"] for one in roles}) == 2


def test_a_team_has_its_own_part_of_the_bucket_and_no_other() -> None:
    text = str(_role(TEAM)["condition"])
    found = _PREFIX.findall(text)
    own = {"private-artifacts/vision/", "private/vision/", "shared/"}
    assert {one for source, attribute, one in found if (source, attribute) == ("@Request", "prefix")} == own
    # Of uploads that are not finished a team may touch notes, whose names nobody can guess or list.
    assert {one for source, attribute, one in found if (source, attribute) == ("@Resource", "path")} == {
        *own,
        ".sgwtmp/",
    }
    assert text.count("(") == text.count(")")


def test_a_condition_covers_every_action_of_the_role() -> None:
    text = str(_role(TEAM)["condition"])
    for verb in _verbs(TEAM):
        assert f"/containers/blobs/{verb}'}}" in text


@pytest.mark.parametrize("odd", ["a' OR '", "a\\"])
def test_a_prefix_that_would_end_a_condition_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match="quotation mark or a backslash"):
        condition(["fine/", odd])


@pytest.mark.parametrize(
    ("user", "accounts"),
    [
        (OWNER, {"kubeflow:blob-kubeflow-pipelines"}),
        (PAGES, {"kubeflow:blob-kubeflow-pipelines-pages"}),
        (TEAM, {"kubeflow:blob-vision", "vision:default-editor"}),
    ],
)
def test_an_identity_is_for_its_gateway_and_a_teams_also_for_the_teams_pods(
    user: str, accounts: set[str]
) -> None:
    found = [
        one.inputs
        for one in azure_data().of("FederatedIdentityCredential")
        if one.inputs["resourceName"] == f"ml-blob-{user}"
    ]
    assert {one["subject"] for one in found} == {f"system:serviceaccount:{one}" for one in accounts}
    assert {one["issuer"] for one in found} == {ISSUER}
    assert {tuple(one["audiences"]) for one in found} == {("api://AzureADTokenExchange",)}


def test_credentials_of_one_identity_are_made_one_after_the_other() -> None:
    graph = azure_data()
    first, second = (
        one
        for one in graph.of("FederatedIdentityCredential")
        if one.inputs["resourceName"] == f"ml-blob-{TEAM}"
    )
    assert first.key in second.waits or second.key in first.waits


def test_teams_with_long_names_have_identities_of_their_own() -> None:
    graph = azure_data()
    by_team = {
        one.inputs["subject"].split(":")[2]: one.inputs["resourceName"]
        for one in graph.of("FederatedIdentityCredential")
        if one.inputs["subject"].split(":")[2] in LONG
    }
    assert set(by_team) == set(LONG)
    assert len(set(by_team.values())) == len(LONG)


def test_pods_of_a_team_find_the_identity_and_the_bucket_and_kubeflows_own_get_none() -> None:
    team, owner = stores()[TEAM], stores()[OWNER]
    assert set(team.account_annotations) == {"azure.workload.identity/client-id"}
    assert team.pod_labels == {"azure.workload.identity/use": "true"}
    assert team.environment["AZURE_STORAGE_CONTAINER"] == BUCKET
    assert not (owner.account_annotations or owner.pod_labels or owner.environment)
