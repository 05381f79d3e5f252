"""The control plane: who reaches it, what it encrypts, what it logs, and when it is upgraded."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.clusters.gcp.graph import CLUSTER, KUBERNETES, graph, stack


def cluster(**given: Any) -> Mapping[str, Any]:  # noqa: ANN401 - settings of any kind
    return graph(**given).one(CLUSTER).inputs


PUBLIC = {"public": True, "allowedRanges": ["203.0.113.0/24", "198.51.100.7/32"]}


def authorized(inputs: Mapping[str, Any]) -> list[str]:
    return [one["cidrBlock"] for one in inputs["masterAuthorizedNetworksConfig"]["cidrBlocks"]]


def test_the_api_has_a_private_address_only_unless_it_is_made_public() -> None:
    assert cluster()["privateClusterConfig"]["enablePrivateEndpoint"] is True
    assert cluster(endpoint=PUBLIC)["privateClusterConfig"]["enablePrivateEndpoint"] is False


def test_only_ranges_that_are_named_reach_the_api() -> None:
    assert authorized(cluster()) == []
    assert authorized(cluster(endpoint=PUBLIC)) == PUBLIC["allowedRanges"]
    assert authorized(cluster(internalRanges=["10.200.0.0/16"])) == ["10.200.0.0/16"]


@pytest.mark.parametrize("name", ["gcp-dev", "gcp-prod"])
def test_neither_machines_of_google_s_customers_nor_a_name_lead_around_the_ranges(name: str) -> None:
    inputs = graph(stack(name)).one(CLUSTER).inputs
    networks = inputs["masterAuthorizedNetworksConfig"]
    assert networks["gcpPublicCidrsAccessEnabled"] is False
    assert networks["privateEndpointEnforcementEnabled"] is True
    assert inputs["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["allowExternalTraffic"] is False
    assert "0.0.0.0/0" not in json.dumps(dict(inputs))


def test_nodes_have_private_addresses() -> None:
    assert cluster(endpoint=PUBLIC)["privateClusterConfig"]["enablePrivateNodes"] is True


def test_old_ways_in_are_closed() -> None:
    inputs = cluster()
    assert inputs["enableLegacyAbac"] is False
    assert inputs["masterAuth"]["clientCertificateConfig"]["issueClientCertificate"] is False
    assert inputs["anonymousAuthenticationConfig"]["mode"] == "LIMITED"


def test_pods_are_principals_of_the_project_s_pool() -> None:
    assert cluster()["workloadIdentityConfig"]["workloadPool"] == "acme-ml.svc.id.goog"
    cloud = graph().contract.cloud
    assert getattr(cloud, "workload_pool", None) == "acme-ml.svc.id.goog"


def test_network_policies_are_enforced() -> None:
    assert cluster()["datapathProvider"] == "ADVANCED_DATAPATH"


def test_secrets_are_encrypted_with_the_key_unless_google_s_own_is_wanted() -> None:
    assert cluster()["databaseEncryption"]["state"] == "ENCRYPTED"
    assert cluster()["databaseEncryption"]["keyName"] == "gcp-test-key-id"
    assert "databaseEncryption" not in cluster(encryption={"enabled": False})


def test_the_cluster_cannot_be_deleted_unless_its_protection_is_switched_off() -> None:
    assert cluster()["deletionProtection"] is True
    assert cluster(deletionProtection=False)["deletionProtection"] is False


def test_a_protected_cluster_is_not_emptied_before_its_removal_is_refused() -> None:
    assert graph().one(CLUSTER).protected
    assert not graph(deletionProtection=False).one(CLUSTER).protected


def test_it_is_regional_with_the_zones_that_are_named() -> None:
    assert cluster()["location"] == "europe-west4"
    assert "nodeLocations" not in cluster()
    zones = ["europe-west4-a", "europe-west4-b"]
    assert cluster(zones=zones)["nodeLocations"] == zones


def test_version_channel_and_window_are_those_of_the_settings() -> None:
    inputs = cluster(
        version="1.36", upgrades={"channel": "rapid", "days": ["SA"], "start": "01:00", "hours": 12}
    )
    assert inputs["minMasterVersion"] == "1.36"
    assert inputs["releaseChannel"]["channel"] == "RAPID"
    assert inputs["maintenancePolicy"]["recurringWindow"] == {
        "startTime": "2026-01-10T01:00:00Z",
        "endTime": "2026-01-10T13:00:00Z",
        "recurrence": "FREQ=WEEKLY;BYDAY=SA",
    }


def test_logs_go_where_they_are_wanted() -> None:
    assert set(cluster()["loggingConfig"]["enableComponents"]) == {
        "SYSTEM_COMPONENTS",
        "WORKLOADS",
        "APISERVER",
        "SCHEDULER",
        "CONTROLLER_MANAGER",
    }
    assert cluster(logs={"components": ["system"]})["loggingConfig"]["enableComponents"] == [
        "SYSTEM_COMPONENTS"
    ]


def test_accelerators_are_measured() -> None:
    assert "DCGM" in cluster()["monitoringConfig"]["enableComponents"]


def test_groups_of_google_may_be_named_in_rbac_where_that_is_wanted() -> None:
    group = "gke-security-groups@example.com"
    assert cluster(securityGroup=group)["authenticatorGroupsConfig"]["securityGroup"] == group
    assert "authenticatorGroupsConfig" not in cluster()


def test_drivers_of_volumes_are_those_that_the_classes_need() -> None:
    addons = cluster()["addonsConfig"]
    assert addons["gcePersistentDiskCsiDriverConfig"]["enabled"] is True
    assert addons["gcsFuseCsiDriverConfig"]["enabled"] is True
    assert addons["gcpFilestoreCsiDriverConfig"]["enabled"] is True
    without = cluster(storage={"shared": None})["addonsConfig"]
    assert without["gcpFilestoreCsiDriverConfig"]["enabled"] is False


def test_the_pool_that_gke_insists_on_goes_at_once_and_is_protected_until_then() -> None:
    found = graph().one(CLUSTER)
    assert found.inputs["removeDefaultNodePool"] is True
    node = found.inputs["nodeConfig"]
    assert node["serviceAccount"] == "gcp-test-nodes@acme-ml.iam.gserviceaccount.com"
    assert node["bootDiskKmsKey"] == "gcp-test-key-id"
    assert found.ignored == ("initialNodeCount", "nodeConfig")


def test_labels_of_the_settings_are_on_the_cluster() -> None:
    assert cluster(tags={"team": "ml"})["resourceLabels"] == {"team": "ml"}


def test_the_kubeconfig_holds_no_credential() -> None:
    config = json.loads(graph().told["kubeconfig"])
    user = config["users"][0]["user"]
    assert list(user) == ["exec"]
    assert user["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert config["clusters"][0]["cluster"]["server"] == "https://10.0.0.2"
    assert config["clusters"][0]["cluster"]["certificate-authority-data"] == "Q0E="


def test_the_provider_of_objects_is_bound_to_this_cluster() -> None:
    inputs = graph().one(KUBERNETES).inputs
    assert inputs["clusterIdentifier"] == "gcp-test-cluster-id"
    for setting in ("upsertExistingObjects", "enableConfigMapMutable", "enableSecretMutable"):
        assert json.loads(str(inputs[setting]).lower()) is True


def test_the_contract_says_what_gke_does_itself() -> None:
    capabilities = graph().contract.capabilities
    assert capabilities.gpu_driver
    assert capabilities.gpu_device_plugin
    assert capabilities.load_balancer
