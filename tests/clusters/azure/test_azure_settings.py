"""Clusters of AKS that cannot be had are refused before anything is made; all others are taken as written."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.settings_base import SettingsError
from tests.clusters.azure.aks import GIVEN, SYSTEM, settings
from tests.clusters.support import stack_settings

WRONG: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("wrong_clusters.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_cluster_is_refused_with_key_finding_and_what_is_allowed(what: str) -> None:
    case = WRONG[what]
    given = case.get("cluster") or {"nodePools": [SYSTEM, case["pool"]]}
    with pytest.raises(SettingsError) as refusal:
        settings(given)
    for words in case["says"]:
        assert words in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["azure-dev", "azure-prod"])
def test_a_stack_file_of_this_project_is_taken(name: str) -> None:
    assert settings(stack_settings(name)).provider == "azure"


def test_the_defaults_are_private_encrypted_and_protected() -> None:
    chosen = settings({})
    assert not chosen.endpoint.public
    assert chosen.encryption.customer_keys
    assert chosen.encryption.at_host
    assert chosen.deletion_protection
    assert chosen.logs.enabled
    assert chosen.zone_redundant


def test_all_that_is_wrong_with_the_pools_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        settings(
            {
                "nodePools": [
                    SYSTEM,
                    {"name": "a", "machineType": "Standard_X1"},
                    {"name": "b", "accelerator": {"model": "H100", "count": 3}},
                ]
            }
        )
    assert "pool 'a': 'Standard_X1' is not a machine type" in str(refusal.value)
    assert "pool 'b': Azure has no machine with 3 x NVIDIA H100" in str(refusal.value)


def test_copies_in_zones_are_for_clusters_that_have_zones() -> None:
    assert settings({"zones": ["1"]}).zone_redundant
    assert not settings({"zones": []}).zone_redundant
    assert not settings({"storage": {"redundancy": "local"}}).zone_redundant


def test_a_stack_whose_name_azure_would_not_take_needs_another() -> None:
    assert settings({}).named("azure-prod") == "azure-prod"
    assert settings({"name": "kubeflow"}).named("Prod_EU") == "kubeflow"
    with pytest.raises(
        SettingsError, match=r"slipway:cluster\.name: is that of the stack.*'Prod_EU' cannot name"
    ):
        settings({}).named("Prod_EU")


def test_a_new_network_is_divided_without_overlap() -> None:
    assert settings({"network": {"range": "10.1.0.0/20"}}).network.subnet_ranges == {
        "nodes": "10.1.0.0/22",
        "endpoints": "10.1.4.0/24",
        "api-server": "10.1.5.0/24",
    }


def test_a_given_network_says_its_own_ranges() -> None:
    # The range of a new network is not used, so pods may have its addresses.
    chosen = settings({"network": {"given": GIVEN, "podRange": "10.40.0.0/14"}})
    assert chosen.network.given is not None
    assert chosen.network.given.vnet_id.endswith("/virtualNetworks/hub")


def test_identifiers_are_taken_in_upper_case_too() -> None:
    upper = "ABCDEF00-0000-4000-8000-000000000001"
    assert settings({"subscriptionId": upper}).subscription_id == upper.lower()


@pytest.mark.parametrize(
    ("model", "profile", "asked"),
    [
        ("A100-80GB-PCIe", "1g.10gb", "MIG1g"),
        ("A100-80GB-PCIe", "2g.20gb", "MIG2g"),
        ("H100-NVL", "3g.47gb", "MIG3g"),
        ("H100-NVL", "7g.94gb", "MIG7g"),
    ],
)
def test_a_profile_is_asked_for_by_its_number_of_slices(model: str, profile: str, asked: str) -> None:
    sharing = {"strategy": "mig", "profile": profile}
    chosen = settings(
        {"nodePools": [SYSTEM, {"name": "gpu", "accelerator": {"model": model}, "sharing": sharing}]}
    )
    assert chosen.node_pools[1].instance_profile() == asked
