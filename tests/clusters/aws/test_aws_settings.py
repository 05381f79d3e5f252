"""Clusters of EKS that cannot be had are refused before anything is created; others are taken as written."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.settings_base import SettingsError
from tests.clusters.aws.eks import SYSTEM, settings
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


@pytest.mark.parametrize("name", ["aws-dev", "aws-prod"])
def test_a_stack_file_of_this_project_is_taken(name: str) -> None:
    assert settings(stack_settings(name)).provider == "aws"


def test_account_and_region_are_all_that_has_to_be_given() -> None:
    chosen = settings({})
    assert chosen.all_zones == ("eu-central-1a", "eu-central-1b", "eu-central-1c")
    assert not chosen.endpoint.public
    assert chosen.deletion_protection
    assert [pool.name for pool in chosen.node_pools] == ["system", "gpu"]


def test_zones_that_a_region_lacks_are_not_chosen() -> None:
    assert settings({"region": "ap-northeast-1"}).all_zones == (
        "ap-northeast-1a",
        "ap-northeast-1c",
        "ap-northeast-1d",
    )
    assert settings({"region": "us-west-1"}).all_zones == ("us-west-1a", "us-west-1c")


def test_all_that_is_wrong_with_the_pools_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        settings(
            {
                "nodePools": [
                    SYSTEM,
                    {"name": "a", "machineType": "x1.huge"},
                    {"name": "b", "accelerator": {"model": "H100", "count": 3}},
                ]
            }
        )
    assert "pool 'a': " in str(refusal.value)
    assert "pool 'b': " in str(refusal.value)


def test_a_given_network_brings_its_zones() -> None:
    subnets = {"eu-central-1b": "subnet-1", "eu-central-1c": "subnet-2"}
    given = {"vpcId": "vpc-0123456789abcdef0", "range": "10.1.0.0/16", "privateSubnets": subnets}
    assert settings({"network": {"given": given}}).all_zones == ("eu-central-1b", "eu-central-1c")


def test_subnets_of_a_new_network_lie_apart_and_inside_it() -> None:
    for text in ("10.0.0.0/16", "192.168.64.0/20"):
        chosen = settings({"network": {"range": text}})
        ranges = [
            IPv4Network(one) for pair in chosen.network.subnets(chosen.all_zones).values() for one in pair
        ]
        assert len(ranges) == 6
        assert all(one.subnet_of(IPv4Network(text)) for one in ranges)
        assert not any(a.overlaps(b) for index, a in enumerate(ranges) for b in ranges[:index])
