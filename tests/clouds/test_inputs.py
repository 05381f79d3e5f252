"""Inputs of cloud resources are held against what the clouds' SDKs declare."""

from typing import Any

import pytest

from tests.clouds.declared import NoSuchTypeError
from tests.clouds.inputs import wrong_inputs

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

EKS = "aws:eks/cluster:Cluster"
GKE = "gcp:container/cluster:Cluster"
AKS = "azure-native:containerservice:ManagedCluster"

RIGHT: dict[str, dict[str, Any]] = {
    EKS: {
        "roleArn": "arn:aws:iam::1:role/r",
        "vpcConfig": {"subnetIds": ["a"], "endpointPublicAccess": False},
    },
    GKE: {"name": "c", "nodeLocations": ["a"], "addonsConfig": {"gcsFuseCsiDriverConfig": {"enabled": True}}},
    AKS: {
        "resourceGroupName": "g",
        "agentPoolProfiles": [{"name": "system", "count": 3.0, "osType": "Linux"}],
        "tags": {"team": "ml"},
    },
    "pulumi:providers:aws": {"region": "eu-central-1", "defaultTags": '{"tags": {"team": "ml"}}'},
}


@pytest.mark.parametrize("token", RIGHT)
def test_right_inputs_are_let_through(token: str) -> None:
    assert wrong_inputs(token, RIGHT[token]) == []


@pytest.mark.parametrize(
    ("token", "change", "reason"),
    [
        (EKS, {"rolArn": "x"}, "rolArn: no such input; there are roleArn"),
        (EKS, {"vpcConfig": {"subnetIds": [], "subnets": []}}, "vpcConfig.subnets: no such input"),
        (GKE, {"addonsConfig": {"gcsFuse": {}}}, "addonsConfig.gcsFuse: no such input"),
        (AKS, {"agentPoolProfiles": [{"name": "a", "size": 3}]}, "agentPoolProfiles[0].size: no such input"),
        ("pulumi:providers:aws", {"regoin": "x"}, "regoin: no such input; there are region"),
    ],
)
def test_an_input_that_is_not_declared_is_refused(token: str, change: dict[str, Any], reason: str) -> None:
    assert _only(wrong_inputs(token, RIGHT[token] | change)).startswith(reason)


@pytest.mark.parametrize(
    ("token", "change", "missing"),
    [
        (EKS, {"roleArn": None}, "roleArn"),
        (EKS, {"vpcConfig": {}}, "vpcConfig.subnetIds"),
        (
            GKE,
            {"addonsConfig": {"gcsFuseCsiDriverConfig": {}}},
            "addonsConfig.gcsFuseCsiDriverConfig.enabled",
        ),
        (AKS, {"agentPoolProfiles": [{"count": 1}]}, "agentPoolProfiles[0].name"),
    ],
)
def test_a_required_input_that_is_missing_is_named(token: str, change: dict[str, Any], missing: str) -> None:
    assert wrong_inputs(token, RIGHT[token] | change) == [f"{missing}: required, and missing"]


@pytest.mark.parametrize(
    ("token", "change", "reason"),
    [
        (EKS, {"version": 1.35}, "version: 1.35 is not text"),
        (EKS, {"vpcConfig": "vpc-1"}, "vpcConfig: 'vpc-1' is not an object"),
        (EKS, {"tags": {"team": 3}}, "tags.team: 3 is not text"),
        (GKE, {"nodeLocations": "a"}, "nodeLocations: 'a' is not a list"),
        (GKE, {"enableShieldedNodes": "true"}, "enableShieldedNodes: 'true' is not true or false"),
        (
            AKS,
            {"agentPoolProfiles": [{"name": "a", "count": 1.5}]},
            "agentPoolProfiles[0].count: 1.5 is not a ",
        ),
        (
            AKS,
            {"agentPoolProfiles": [{"name": "a", "count": True}]},
            "agentPoolProfiles[0].count: True is not a",
        ),
        ("pulumi:providers:aws", {"defaultTags": '{"tags": {"team": 1}}'}, "defaultTags.tags.team: 1 is not"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(token: str, change: dict[str, Any], reason: str) -> None:
    assert _only(wrong_inputs(token, RIGHT[token] | change)).startswith(reason)


def test_a_value_outside_an_enumeration_is_refused_with_those_that_there_are() -> None:
    wrong = RIGHT[AKS] | {"agentPoolProfiles": [{"name": "a", "osType": "Linnux"}]}
    assert wrong_inputs(AKS, wrong) == ["agentPoolProfiles[0].osType: 'Linnux' is none of 'Linux', 'Windows'"]


def test_what_is_unknown_fits_anywhere_and_what_is_secret_is_looked_into() -> None:
    assert wrong_inputs(EKS, {"roleArn": UNKNOWN, "vpcConfig": UNKNOWN}) == []
    assert wrong_inputs(EKS, RIGHT[EKS] | {"tags": SECRET | {"value": {"a": "b"}}}) == []
    wrong = wrong_inputs(EKS, RIGHT[EKS] | {"tags": SECRET | {"value": {"a": 1}}})
    assert wrong == ["tags.a: 1 is not text"]


@pytest.mark.parametrize(
    "token", ["aws:ec2/vpd:Vpc", "gcp:container/cluster:Clutser", "azure-native:aks:Aks"]
)
def test_a_type_that_no_sdk_has_is_an_error(token: str) -> None:
    with pytest.raises(NoSuchTypeError, match=token):
        wrong_inputs(token, {})


def _only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]
