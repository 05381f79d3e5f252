"""Volumes are encrypted with the stack's keys, have copies in every zone, and no address on the internet."""

from tests.clusters.azure.aks import GIVEN, SHARED, aks, control_plane, stack, with_pools


def test_the_key_vault_is_closed_and_cannot_be_purged() -> None:
    properties = aks().one("Vault").inputs["properties"]
    assert properties["publicNetworkAccess"] == "Disabled"
    assert properties["networkAcls"] == {"bypass": "AzureServices", "defaultAction": "Deny"}
    assert properties["enableRbacAuthorization"] is True
    assert properties["enablePurgeProtection"] is True
    assert properties["softDeleteRetentionInDays"] == 90


def test_secrets_in_etcd_are_encrypted_with_a_key_whose_version_is_pinned() -> None:
    graph = aks()
    assert control_plane(graph).inputs["securityProfile"]["azureKeyVaultKms"] == {
        "enabled": True,
        "keyId": "https://vault.test/keys/etcd/1",
        "keyVaultNetworkAccess": "Private",
        "keyVaultResourceId": "kftest-id",
    }
    assert "rotationPolicy" not in graph.one("Key", "etcd").inputs["properties"]


def test_disks_are_encrypted_with_a_key_that_rotates() -> None:
    graph = aks()
    disks = graph.one("DiskEncryptionSet")
    assert disks.inputs["activeKey"]["keyUrl"] == "https://vault.test/keys/disks/1"
    assert disks.inputs["rotationToLatestKeyVersionEnabled"] is True
    actions = graph.one("Key", "disks").inputs["properties"]["rotationPolicy"]["lifetimeActions"]
    assert actions[0]["action"]["type"] == "rotate"
    assert control_plane(graph).inputs["diskEncryptionSetID"] == f"{disks.name}-id"
    parameters = graph.one("StorageClass", "premium-disks").inputs["parameters"]
    assert parameters["diskEncryptionSetID"] == f"{disks.name}-id"


def test_azure_s_own_keys_need_no_vault() -> None:
    graph = aks(encryption={"customerKeys": False})
    for token in ("Vault", "Key", "DiskEncryptionSet"):
        assert graph.of(token) == []
    cluster = control_plane(graph).inputs
    assert "diskEncryptionSetID" not in cluster
    assert "azureKeyVaultKms" not in cluster["securityProfile"]
    assert "diskEncryptionSetID" not in graph.one("StorageClass", "premium-disks").inputs["parameters"]
    assert "encryption" not in graph.one("StorageAccount").inputs


def test_there_is_one_default_class_and_components_know_it() -> None:
    graph = aks()
    mark = "storageclass.kubernetes.io/is-default-class"
    default = [
        one.inputs["metadata"]["name"]
        for one in graph.of("StorageClass")
        if one.inputs["metadata"].get("annotations", {}).get(mark) == "true"
    ]
    assert default == [graph.contract.storage_class] == ["premium-disks"]
    assert graph.contract.shared_storage_class == "premium-files"


def test_volumes_of_one_node_wait_for_it_grow_and_go_with_their_claim() -> None:
    disks = aks().one("StorageClass", "premium-disks").inputs
    assert disks["provisioner"] == "disk.csi.azure.com"
    assert disks["volumeBindingMode"] == "WaitForFirstConsumer"
    assert disks["allowVolumeExpansion"] is True
    assert disks["reclaimPolicy"] == "Delete"
    assert disks["parameters"]["networkAccessPolicy"] == "DenyAll"
    assert disks["parameters"]["publicNetworkAccess"] == "Disabled"


def test_volumes_have_copies_in_every_zone_unless_one_place_is_enough() -> None:
    graph = aks()
    assert graph.one("StorageClass", "premium-disks").inputs["parameters"]["skuName"] == "Premium_ZRS"
    assert graph.one("StorageAccount").inputs["sku"] == {"name": "Premium_ZRS"}
    local = aks(storage={"redundancy": "local"})
    assert local.one("StorageClass", "premium-disks").inputs["parameters"]["skuName"] == "Premium_LRS"
    assert local.one("StorageAccount").inputs["sku"] == {"name": "Premium_LRS"}


def test_shared_files_have_no_public_address_and_no_account_keys() -> None:
    account = aks().one("StorageAccount").inputs
    assert account["kind"] == "FileStorage"
    assert account["publicNetworkAccess"] == "Disabled"
    assert account["networkRuleSet"] == {"defaultAction": "Deny", "bypass": "None"}
    assert account["allowSharedKeyAccess"] is False
    assert account["allowBlobPublicAccess"] is False
    assert account["minimumTlsVersion"] == "TLS1_2"


def test_shared_files_are_encrypted_with_the_stack_s_key() -> None:
    account = aks().one("StorageAccount").inputs
    assert account["encryption"] == {
        "keySource": "Microsoft.Keyvault",
        "keyVaultProperties": {"keyName": "disks", "keyVaultUri": "https://vault.test/"},
        "encryptionIdentity": {"encryptionUserAssignedIdentity": "test-files-id"},
    }
    assert account["identity"] == {"type": "UserAssigned", "userAssignedIdentities": ["test-files-id"]}


def test_nodes_mount_shared_files_by_nfs_in_the_network() -> None:
    graph = aks()
    files = graph.one("StorageClass", "premium-files").inputs
    assert files["provisioner"] == "file.csi.azure.com"
    assert files["parameters"] == {
        "protocol": "nfs",
        "resourceGroup": "test",
        "storageAccount": "kftest",
        "server": "kftest.file.core.windows.net",
        "networkEndpointType": "privateEndpoint",
        "encryptInTransit": "true",
    }
    endpoint = graph.one("PrivateEndpoint").inputs
    assert endpoint["subnet"]["id"] == "test-endpoints-id"
    assert endpoint["privateLinkServiceConnections"][0]["groupIds"] == ["file"]
    assert graph.one("PrivateZone").inputs["privateZoneName"] == "privatelink.file.core.windows.net"
    assert graph.one("VirtualNetworkLink").inputs["virtualNetwork"] == {"id": "test-id"}


def test_a_zone_that_the_network_has_already_is_used() -> None:
    zone = f"{SHARED}/providers/Microsoft.Network/privateDnsZones/privatelink.file.core.windows.net"
    graph = aks(network={"given": {**GIVEN, "filesZoneId": zone}})
    assert graph.of("PrivateZone") == graph.of("VirtualNetworkLink") == []
    (written,) = graph.one("PrivateDnsZoneGroup").inputs["privateDnsZoneConfigs"]
    assert written["privateDnsZoneId"] == zone
    linked = aks(network={"given": GIVEN}).one("VirtualNetworkLink")
    assert linked.inputs["virtualNetwork"]["id"].endswith("/virtualNetworks/hub")


def test_encryption_on_the_way_is_for_account_and_mounts_alike() -> None:
    for wanted in (True, False):
        graph = aks(storage={"encryptInTransit": wanted})
        assert graph.one("StorageAccount").inputs["enableHttpsTrafficOnly"] is wanted
        parameters = graph.one("StorageClass", "premium-files").inputs["parameters"]
        assert parameters["encryptInTransit"] == str(wanted).lower()


def test_without_shared_files_nothing_of_them_is_there() -> None:
    graph = aks(storage={"sharedFiles": False})
    for token in ("StorageAccount", "PrivateEndpoint", "PrivateZone"):
        assert graph.of(token) == []
    assert len(graph.of("StorageClass")) == 1
    assert graph.contract.shared_storage_class is None


def test_the_drivers_are_on() -> None:
    for one in ("disk", "file", "blob"):
        assert control_plane(aks()).inputs["storageProfile"][f"{one}CSIDriver"] == {"enabled": True}


def test_names_that_all_of_azure_shares_leave_room_for_what_makes_them_unique() -> None:
    graph = stack("azure-prod")
    for one in (graph.one("Vault"), graph.one("StorageAccount")):
        assert not {"vaultName", "accountName"} & set(one.inputs)
        assert one.name.isalnum()
        assert len(one.name) + 8 <= 24
        assert one.name[0].isalpha()


def test_no_pool_of_any_kind_changes_what_volumes_are_made_of() -> None:
    plain = aks().one("StorageClass", "premium-disks").inputs
    assert (
        with_pools({"name": "gpu", "accelerator": {"model": "T4"}})
        .one("StorageClass", "premium-disks")
        .inputs
        == plain
    )
