"""What the clouds of the tests do with resources."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.clouds import answers, asked
from tests.clouds.account import Account
from tests.clouds.answers import Place
from tests.clouds.changes import changed, replacing
from tests.clouds.cloud import Cloud, RefusedError

VPC, SUBNET, DATABASE = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:rds/instance:Instance"
AKS = "azure-native:containerservice:ManagedCluster"
AWS = Place(region="eu-central-1")


@pytest.fixture
def aws(tmp_path: Path) -> Cloud:
    return Cloud("aws", Account(tmp_path), AWS)


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::slipway::{token}::{name}"


def test_ids_and_arns_have_the_clouds_form_and_stay_the_same() -> None:
    first, again = (answers.made(VPC, "network", {"cidrBlock": "10.0.0.0/16"}, AWS) for _ in range(2))
    assert first == again
    assert first.id.startswith("vpc-")
    assert first.outputs["arn"] == f"arn:aws:ec2:eu-central-1:123456789012:vpc/{first.id}"
    assert first.outputs["cidrBlock"] == "10.0.0.0/16"


def test_azure_ids_name_each_resource_on_the_way() -> None:
    token = "azure-native:network:Subnet"
    given = {"resourceGroupName": "g", "virtualNetworkName": "v", "subnetName": "s"}
    made = answers.made(token, "x", given, Place(region="westeurope"))
    end = "/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    assert made.id.endswith(end)


def test_a_preview_knows_what_was_given_and_nothing_else() -> None:
    given: dict[str, Any] = {"resourceName": "c", "oidcIssuerProfile": {"enabled": True}}
    seen = answers.foreseen(AKS, given, "?")
    assert seen["resourceName"] == "c"
    assert seen["fqdn"] == "?"
    assert seen["oidcIssuerProfile"] == {"enabled": True, "issuerURL": "?"}


def test_a_name_is_made_up_only_where_none_is_given() -> None:
    assert answers.autonamed("aws:iam/role:Role", "r", {}, "1234567") == {"name": "r-1234567"}
    assert answers.autonamed("aws:iam/role:Role", "r", {"name": "mine"}, "1234567") == {}
    assert answers.autonamed(VPC, "r", {}, "1234567") == {}


def test_what_was_removed_is_not_there_any_more(aws: Cloud) -> None:
    identifier, _ = aws.create(_urn(VPC, "network"), VPC, {"cidrBlock": "10.0.0.0/16"})
    assert [entry.id for entry in aws.account.alive()] == [identifier]
    aws.delete(_urn(VPC, "network"), VPC, identifier)
    assert aws.account.alive() == []
    assert aws.account.order("delete") == [VPC]
    assert aws.account.remarks() == []


def test_what_goes_before_its_users_is_noted(aws: Cloud) -> None:
    network, _ = aws.create(_urn(VPC, "network"), VPC, {"cidrBlock": "10.0.0.0/16"})
    aws.create(_urn(SUBNET, "a"), SUBNET, {"vpcId": network, "cidrBlock": "10.0.0.0/24"})
    aws.delete(_urn(VPC, "network"), VPC, network)
    assert aws.account.remarks() == [f"a ({SUBNET}) still uses network"]


def test_what_is_protected_from_deletion_stays(aws: Cloud) -> None:
    given = {"identifier": "db", "deletionProtection": True, "skipFinalSnapshot": True}
    identifier, _ = aws.create(_urn(DATABASE, "db"), DATABASE, given)
    with pytest.raises(RefusedError, match="set deletionProtection to false"):
        aws.delete(_urn(DATABASE, "db"), DATABASE, identifier)
    aws.update(_urn(DATABASE, "db"), DATABASE, identifier, given | {"deletionProtection": False})
    aws.delete(_urn(DATABASE, "db"), DATABASE, identifier)
    assert aws.account.alive() == []


def test_a_database_is_removed_only_with_a_word_on_its_last_snapshot(aws: Cloud) -> None:
    identifier, _ = aws.create(_urn(DATABASE, "db"), DATABASE, {"identifier": "db"})
    with pytest.raises(RefusedError, match="wants a finalSnapshotIdentifier, or skipFinalSnapshot"):
        aws.delete(_urn(DATABASE, "db"), DATABASE, identifier)
    aws.update(_urn(DATABASE, "db"), DATABASE, identifier, {"finalSnapshotIdentifier": "db-last"})
    aws.delete(_urn(DATABASE, "db"), DATABASE, identifier)
    assert aws.account.alive() == []


def test_a_database_of_google_cloud_is_protected_unless_it_says_otherwise(tmp_path: Path) -> None:
    token = "gcp:sql/databaseInstance:DatabaseInstance"
    gcp = Cloud("gcp", Account(tmp_path), Place(region="europe-west4"))
    identifier, _ = gcp.create(_urn(token, "db"), token, {"name": "db"})
    with pytest.raises(RefusedError, match="set deletionProtection to false"):
        gcp.delete(_urn(token, "db"), token, identifier)


def test_two_resources_cannot_have_one_name(aws: Cloud) -> None:
    token = "aws:iam/role:Role"
    aws.create(_urn(token, "a"), token, {"name": "r", "assumeRolePolicy": "{}"})
    with pytest.raises(RefusedError, match="exists already: it was made as a"):
        aws.create(_urn(token, "b"), token, {"name": "r", "assumeRolePolicy": "{}"})


def test_a_change_of_place_means_another_resource() -> None:
    names = changed({"cidrBlock": "a", "tags": {}}, {"cidrBlock": "b", "tags": {"x": "y"}})
    assert names == ["cidrBlock", "tags"]
    assert replacing(VPC, names) == ["cidrBlock"]
    assert replacing(VPC, ["tags"]) == []


def test_a_question_without_an_answer_fails_loudly(aws: Cloud) -> None:
    with pytest.raises(asked.UnansweredError, match="does not answer aws:ec2/getAmi:getAmi; it answers aws:"):
        asked.answer("aws:ec2/getAmi:getAmi", {}, AWS, aws.account)


def test_credentials_of_a_cluster_that_is_not_there_are_refused(aws: Cloud) -> None:
    with pytest.raises(asked.UnansweredError, match="there is no managed cluster 'c' in g"):
        asked.answer(
            "azure-native:containerservice:listManagedClusterUserCredentials",
            {"resourceName": "c", "resourceGroupName": "g"},
            AWS,
            aws.account,
        )


def test_the_journal_is_read_whole_while_it_is_written(aws: Cloud) -> None:
    def make(index: int) -> None:
        aws.create(
            _urn(VPC, f"network-{index}"), VPC, {"cidrBlock": "10.0.0.0/16", "tags": {"x": "y" * 20000}}
        )
        aws.account.history()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(24)))
    assert len(aws.account.alive()) == 24
