"""The cluster as a whole: kubeconfig, upgrades, logs, protection, tags, and what is there before what."""

import json

import pytest

from tests.clusters.azure.aks import SHARED, SUBSCRIPTION, aks, control_plane, stack, with_pools
from tests.clusters.support import Graph, Made

KUBERNETES = "pulumi:providers:kubernetes"


def test_the_kubeconfig_has_kubelogin_and_no_credential() -> None:
    kubeconfig = json.loads(aks().told["kubeconfig"])
    (user,) = kubeconfig["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "kubelogin"
    assert user["user"]["exec"]["args"][:3] == ["get-token", "--login", "azurecli"]
    assert kubeconfig["clusters"][0]["cluster"] == {"server": "https://api.test"}
    assert kubeconfig["current-context"] == "test"
    assert "a-token-that-must-not-be-kept" not in aks().told["kubeconfig"]


def test_a_build_server_logs_in_in_its_own_way() -> None:
    kubeconfig = json.loads(aks(login="workloadidentity").told["kubeconfig"])
    assert kubeconfig["users"][0]["user"]["exec"]["args"][2] == "workloadidentity"


def test_the_cluster_is_named_after_the_stack_unless_said() -> None:
    assert control_plane(aks()).inputs["resourceName"] == aks().contract.name == "test"
    assert control_plane(stack("azure-dev")).inputs["resourceName"] == "kubeflow-dev"


def test_everything_is_in_one_subscription_group_and_region() -> None:
    graph = stack("azure-prod")
    provider = graph.one("pulumi:providers:azure-native")
    assert provider.inputs["subscriptionId"] == SUBSCRIPTION
    for one in azure(graph):
        assert one.provider == provider.key, one.key
        assert one.inputs.get("resourceGroupName", "kubeflow-prod") == "kubeflow-prod", one.key
        assert one.inputs.get("location", "eastus2") in ("eastus2", "global"), one.key


def test_every_resource_that_can_carries_the_tags() -> None:
    bare = {one.token.rpartition(":")[2] for one in azure(stack("azure-prod")) if "tags" not in one.inputs}
    assert bare == {
        "DiagnosticSetting",
        "MaintenanceConfiguration",
        "ManagementLockByScope",
        "PrivateDnsZoneGroup",
        "RoleAssignment",
        "Subnet",
    }
    for one in azure(stack("azure-prod")):
        if "tags" in one.inputs:
            assert one.inputs["tags"]["team"] == "ml-platform", one.key


def test_nodes_and_control_plane_have_the_version_of_the_settings() -> None:
    graph = with_pools({"name": "gpu", "accelerator": {"model": "T4"}}, version="1.34")
    cluster = control_plane(graph).inputs
    assert cluster["kubernetesVersion"] == "1.34"
    assert cluster["agentPoolProfiles"][0]["orchestratorVersion"] == "1.34"
    assert graph.one("AgentPool", "gpu").inputs["orchestratorVersion"] == "1.34"


def test_aks_upgrades_by_itself_in_a_window() -> None:
    graph = aks(upgrades={"day": "Friday", "start": "21:30", "hours": 5})
    assert control_plane(graph).inputs["autoUpgradeProfile"] == {
        "upgradeChannel": "patch",
        "nodeOSUpgradeChannel": "NodeImage",
    }
    windows = {
        one.inputs["configName"]: one.inputs["maintenanceWindow"]
        for one in graph.of("MaintenanceConfiguration")
    }
    assert set(windows) == {"aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"}
    for window in windows.values():
        assert (window["startTime"], window["durationHours"]) == ("21:30", 5)
        assert window["schedule"] == {"weekly": {"dayOfWeek": "Friday", "intervalWeeks": 1}}


def test_what_is_not_upgraded_has_no_window() -> None:
    graph = aks(upgrades={"channel": "none", "nodeImages": "none"})
    assert control_plane(graph).inputs["autoUpgradeProfile"] == {
        "upgradeChannel": "none",
        "nodeOSUpgradeChannel": "None",
    }
    assert graph.of("MaintenanceConfiguration") == []


def test_the_control_plane_s_logs_go_to_a_workspace() -> None:
    graph = aks(logs={"retentionDays": 90, "dailyGigabytes": 5})
    workspace = graph.one("Workspace").inputs
    assert workspace["retentionInDays"] == 90
    assert workspace["workspaceCapping"] == {"dailyQuotaGb": 5}
    assert workspace["features"]["disableLocalAuth"] is True
    setting = graph.one("DiagnosticSetting").inputs
    assert setting["workspaceId"] == "test-logs-id"
    assert setting["resourceUri"] == "test-id"
    assert {"kube-apiserver", "kube-audit-admin", "guard"} <= {log["category"] for log in setting["logs"]}


def test_a_workspace_that_is_there_is_used() -> None:
    given = f"{SHARED}/providers/Microsoft.OperationalInsights/workspaces/all"
    graph = aks(logs={"workspaceId": given})
    assert graph.of("Workspace") == []
    assert graph.one("DiagnosticSetting").inputs["workspaceId"] == given


def test_logs_can_be_left_out() -> None:
    graph = aks(logs={"enabled": False})
    assert graph.of("DiagnosticSetting") == graph.of("Workspace") == []


@pytest.mark.parametrize("wanted", [True, False])
def test_neither_azure_nor_pulumi_deletes_a_protected_cluster(wanted: bool) -> None:
    graph = aks(deletionProtection=wanted)
    assert control_plane(graph).protected is wanted
    assert [lock.inputs["level"] for lock in graph.of("ManagementLockByScope")] == ["CanNotDelete"] * wanted
    assert all(lock.inputs["scope"] == "test-id" for lock in graph.of("ManagementLockByScope"))
    # Nothing else is, or one step would not be enough to let it go.
    assert [one.key for one in graph.made if one.protected] == [control_plane(graph).key] * wanted


def test_what_kubernetes_makes_can_be_seen_and_not_changed_by_hand() -> None:
    cluster = control_plane(aks()).inputs
    assert cluster["nodeResourceGroup"] == "test-nodes"
    assert cluster["nodeResourceGroupProfile"] == {"restrictionLevel": "ReadOnly"}


def test_a_gpu_node_has_half_an_hour_to_come() -> None:
    profile = control_plane(aks(autoscaler={"unneededMinutes": 20})).inputs["autoScalerProfile"]
    assert profile["maxNodeProvisionTime"] == "30m"
    assert profile["scaleDownUnneededTime"] == "20m"
    assert profile["skipNodesWithLocalStorage"] == "false"


def test_objects_go_before_nodes_files_and_network() -> None:
    graph = stack("azure-prod")
    outlived = graph.before(graph.one(KUBERNETES))
    for token in (
        "AgentPool",
        "ManagedCluster",
        "Subnet",
        "NatGateway",
        "PrivateDnsZoneGroup",
        "VirtualNetworkLink",
    ):
        here = {one.key for one in graph.of(token)}
        assert here
        assert here <= outlived, token


def test_the_provider_waits_for_few_resources() -> None:
    graph = stack("azure-prod")
    kinds = [key.partition(" ")[0].rpartition(":")[2] for key in graph.one(KUBERNETES).waits]
    assert len(kinds) <= 10
    assert kinds.count("AgentPool") == 4


def test_the_provider_adopts_what_is_there_and_knows_the_cluster_by_its_id() -> None:
    provider = aks().one(KUBERNETES)
    assert provider.inputs["upsertExistingObjects"] in (True, "true")
    assert provider.inputs["clusterIdentifier"] == "test-id"


def test_the_cluster_offers_what_components_need() -> None:
    contract = stack("azure-prod").contract
    assert [pool.name for pool in contract.node_pools] == ["system", "work", "training", "serving"]
    assert contract.capabilities.answers("any:1")
    assert contract.capabilities.load_balancer
    assert not contract.capabilities.gpu_device_plugin
    assert contract.objects_deleted_with is None
    told = stack("azure-prod").told
    assert (told["location"], told["resource_group"], told["tenant_id"]) == (
        "eastus2",
        "kubeflow-prod",
        "tenant",
    )
    assert told["endpoints_subnet_id"] == "kubeflow-prod-endpoints-id"
    assert told["key_vault_uri"] == "https://vault.test/"
    assert told["zone_redundant"] is True


def azure(graph: Graph) -> list[Made]:
    """The resources in Azure."""
    return [one for one in graph.made if one.token.startswith("azure-native:")]
