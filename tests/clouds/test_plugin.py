"""A small stack on AWS through the real engine, with the plugin that answers for the cloud."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.clouds import CloudStack, clouds

pytestmark = pytest.mark.engine

PROGRAM = Path(__file__).with_name("small_program.py").read_text()
ON_AWS = {"config": {"slipway:cluster": {"provider": "aws"}}}


@pytest.fixture(scope="module")
def small() -> Generator[CloudStack]:
    with clouds({"aws-dev": ON_AWS}, PROGRAM) as copy:
        stack = copy.stack("aws-dev")
        stack.init()
        yield stack


def test_a_stack_on_a_cloud_comes_up_stays_and_goes(small: CloudStack) -> None:
    account = small.account
    preview = small.preview()
    assert preview.status == 0, preview.output
    assert not account.history()
    up = small.up()
    assert up.status == 0, up.output
    assert {entry.name for entry in account.alive()} >= {"network", "small", "system"}
    assert small.changes().keys() == {"same"}
    assert small.outputs()["address"] == "203.0.113.7"
    nodes = small.objects("nodes")
    assert [node["metadata"]["labels"]["pool"] for node in nodes] == ["system", "system"]
    volumes = small.objects("persistentvolumes")
    assert [one["spec"]["csi"]["driver"] for one in volumes] == ["ebs.csi.aws.com"]
    down = small.down()
    assert down.status == 0, down.output
    assert account.alive() == []
    assert account.remarks() == []
    assert not list(account.clusters.glob("*"))


def test_an_input_that_the_sdk_does_not_declare_stops_the_preview() -> None:
    wrong = PROGRAM.replace('vpc_config={"subnet_ids": subnets}', 'vpc_config={"subnets": subnets}')
    assert wrong != PROGRAM
    with clouds({"aws-dev": ON_AWS}, wrong) as copy:
        stack = copy.stack("aws-dev")
        stack.init()
        preview = stack.preview()
    assert preview.status != 0
    assert "vpcConfig.subnets: no such input; there are subnetIds" in preview.output
    assert "vpcConfig.subnetIds: required, and missing" in preview.output


def test_a_load_balancer_that_outlives_its_cluster_is_noted() -> None:
    leaking = PROGRAM.replace("(provider=kubernetes)", "(provider=kubernetes, deleted_with=cluster)")
    assert leaking != PROGRAM
    with clouds({"aws-dev": ON_AWS}, leaking) as copy:
        stack = copy.stack("aws-dev")
        stack.init()
        up = stack.up()
        assert up.status == 0, up.output
        down = stack.down()
        assert down.status == 0, down.output
        remarks = copy.account.remarks()
    assert "load balancer of Service demo/web outlives cluster small" in remarks
