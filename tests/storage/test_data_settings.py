"""What a stack says of its databases and buckets, right and wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from components.storage.data_problems import CLOUDS
from tests.support.certificates import certificate

_POOLS = [{"name": "system", "machineType": "m7i.4xlarge", "min": 1, "max": 3}]
CLUSTERS: dict[str, dict[str, Any]] = {
    "simulated": {"provider": "simulated"},
    "kind": {"provider": "kind"},
    "existing": {"provider": "existing", "kubeconfigFile": "config"},
    "aws": {"provider": "aws", "account": "123456789012", "region": "eu-central-1"},
    "azure": {
        "provider": "azure",
        "subscriptionId": "00000000-0000-4000-8000-000000000001",
        "region": "westeurope",
        "adminGroups": ["00000000-0000-4000-8000-000000000002"],
    },
    "gcp": {"provider": "gcp", "project": "acme-ml", "region": "europe-west4"},
}
WRONG: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("wrong_data.yaml").read_text())


def _stack(case: dict[str, Any]) -> dict[str, Any]:
    stack = {"cluster": CLUSTERS[case["cluster"]], "data": case["data"]}
    return stack | {key: case[key] for key in ("addons", "components") if key in case}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_what_cannot_work_is_refused_by_its_key(case: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        platform_settings(_stack(case))
    for text in case["says"]:
        assert text in str(refused.value)


def test_a_stack_has_its_data_in_the_cluster_unless_it_says_otherwise() -> None:
    assert platform_settings({"cluster": CLUSTERS["aws"]}).data.provider == "embedded"


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_stack_on_a_cloud_takes_its_data_protected_and_twice_there(cloud: str) -> None:
    data = platform_settings(
        {"cluster": CLUSTERS[cloud], "data": {"provider": "cloud", "objectStore": {"name": "acme-ml"}}}
    ).data
    assert data.database.deletion_protection
    assert data.database.highly_available
    assert data.object_store.deletion_protection


def test_a_stack_of_a_cluster_alone_has_no_data_to_refuse() -> None:
    platform_settings({"scope": "cluster", "cluster": CLUSTERS["simulated"], "data": {"provider": "cloud"}})


def test_certificates_that_cloud_sql_tells_by_itself_are_refused() -> None:
    data = {"provider": "cloud", "objectStore": {"name": "acme-ml"}, "database": {"authority": certificate()}}
    platform_settings({"cluster": CLUSTERS["aws"], "data": data})
    with pytest.raises(SettingsError, match=r"slipway:data\.database\.authority: found certificates"):
        platform_settings({"cluster": CLUSTERS["gcp"], "data": data})


def test_an_enterprise_plus_server_of_google_cloud_goes_back_for_longer() -> None:
    database = {"machineType": "db-perf-optimized-N-2", "backupDays": 35}
    case = {"provider": "cloud", "objectStore": {"name": "acme-ml"}, "database": database}
    platform_settings({"cluster": CLUSTERS["gcp"], "data": case})


@pytest.mark.parametrize("name", ["ab", "Acme", "acme_ml", "-acme", "acme-"])
def test_a_name_that_no_bucket_has_is_refused(name: str) -> None:
    case = {"cluster": "aws", "data": {"provider": "cloud", "objectStore": {"name": name}}}
    with pytest.raises(SettingsError, match=r"slipway:data\.objectStore\.name"):
        platform_settings(_stack(case))


def test_a_stack_on_azure_takes_what_it_says_of_servers_and_gateways() -> None:
    database = {"machineType": "Standard_E4ads_v5", "diskSize": 256, "mysqlVersion": "8.4", "backupDays": 35}
    store = {"name": "acme-ml", "oldVersionsDays": 365, "gateway": {"replicas": 2}}
    data = platform_settings(
        {
            "cluster": CLUSTERS["azure"],
            "data": {"provider": "cloud", "database": database, "objectStore": store},
        }
    ).data
    assert data.database.disk_size == 256
    assert data.object_store.gateway.replicas == 2
