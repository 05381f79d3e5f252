"""What a stack tells of its account in a cloud is what another reads, so that databases can be had there."""

from typing import Any

import pulumi
import pytest

from components.clusters.reference import referred
from components.contracts import Capabilities, Cluster
from components.outputs import cluster_contract
from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.support.render import mocked_cluster

STACK = "organization/slipway/base"
# As the engine gives outputs back: plain, and without what is null.
TOLD: dict[str, dict[str, Any]] = {
    "aws": {
        "provider": "aws",
        "region": "eu-central-1",
        "partition": "aws",
        "accountId": "123456789012",
        "clusterName": "ml",
        "vpcId": "vpc-1",
        "vpcCidr": "10.0.0.0/16",
        "privateSubnetIds": ["subnet-a", "subnet-b"],
        "nodeSecurityGroupId": "sg-1",
        "kmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/1",
        "oidcIssuerUrl": "https://oidc.test",
        "tags": {"costCenter": "ml"},
    },
    "gcp": {
        "provider": "gcp",
        "project": "acme-ml",
        "region": "europe-west4",
        "networkId": "https://www.googleapis.com/compute/v1/projects/acme-ml/global/networks/main",
        "oidcIssuerUrl": "https://container.googleapis.com/v1/projects/acme-ml/locations/europe-west4/clusters/ml",
        "workloadPool": "acme-ml.svc.id.goog",
        "kmsKeyId": "projects/acme-ml/locations/europe-west4/keyRings/ml/cryptoKeys/cluster",
        "labels": {"cost_center": "ml"},
        "enablesApis": True,
    },
    "azure": {
        "provider": "azure",
        "location": "westeurope",
        "resourceGroup": "ml",
        "subscriptionId": "00000000-0000-4000-8000-000000000001",
        "tenantId": "00000000-0000-4000-8000-000000000002",
        "vnetId": "/subscriptions/1/vnet",
        "endpointsSubnetId": "/subscriptions/1/endpoints",
        "oidcIssuerUrl": "https://oidc.test",
        "tags": {"costCenter": "ml"},
        "keyVaultId": "/subscriptions/1/vault",
        "keyVaultName": "vault",
        "keyVaultUri": "https://vault.vault.azure.net/",
        "zoneRedundant": False,
        "privateZones": {"privatelink.blob.core.windows.net": "/subscriptions/1/zone"},
    },
}


def _base(cloud: dict[str, Any] | None) -> dict[str, Any]:
    told = cluster_contract(mocked_cluster())
    return told | ({"cloud": cloud} if cloud else {})


@pytest.mark.parametrize("name", TOLD)
def test_an_account_of_a_cloud_is_read_back_as_it_was_told(name: str) -> None:
    found = referred(_base(TOLD[name]), STACK)
    assert found.cloud is not None
    assert found.cloud.provider == name
    cluster = Cluster(
        name=found.name,
        kubeconfig=pulumi.Output.from_input(""),
        provider=mocked_cluster().provider,
        node_pools=found.node_pools,
        storage_class=found.storage_class,
        capabilities=Capabilities(images="all", load_balancer=True, serves_pages=True),
        cloud=found.cloud,
    )
    told: list[object] = []

    @pulumi.runtime.test  # pyright: ignore[reportUnknownMemberType] # untyped there
    def resolved() -> pulumi.Output[None]:
        return pulumi.Output.from_input(cluster_contract(cluster)["cloud"]).apply(told.append)

    resolved()
    assert told == [TOLD[name]]


def test_a_cluster_of_no_cloud_tells_of_none() -> None:
    assert "cloud" not in cluster_contract(mocked_cluster())
    assert referred(_base(None), STACK).cloud is None


@pytest.mark.parametrize("missing", ["provider", "networkId"])
def test_an_account_that_another_release_told_is_refused(missing: str) -> None:
    told = {key: value for key, value in TOLD["gcp"].items() if key != missing}
    with pytest.raises(SettingsError, match=r"cannot be read \(cluster.cloud: .*Bring that stack up"):
        referred(_base(told), STACK)


def test_data_of_a_cloud_may_be_asked_for_on_another_stacks_cluster() -> None:
    given: dict[str, Any] = {
        "cluster": {"provider": "existing", "stack": STACK},
        "data": {"provider": "cloud", "objectStore": {"name": "acme-ml"}},
    }
    settings = platform_settings(given)
    assert settings.data_problems("aws") == []
    (refused,) = settings.data_problems("existing")
    assert refused.startswith("slipway:data.provider: found 'cloud' with a cluster of provider 'existing'")
    given["cluster"] = {"provider": "existing", "kubeconfigFile": "config"}
    with pytest.raises(SettingsError, match="found 'cloud' with a cluster of provider 'existing'"):
        platform_settings(given)
