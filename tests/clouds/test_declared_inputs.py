"""What tests declare under mocks is held against the clouds' SDKs, dicts and computed values too."""

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pulumi_azure_native as azure
import pulumi_gcp as gcp
import pytest

from tests.support.clouds_inputs import held_to_the_sdks


class _Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, object]]:
        return f"{args.name}-id", {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
        raise AssertionError(args.token)


def _declare(build: Callable[[], object]) -> None:
    pulumi.runtime.set_mocks(_Mocks(), project="slipway", stack="test", preview=False)

    def program() -> None:
        build()

    with held_to_the_sdks():
        pulumi.runtime.test(program)()  # pyright: ignore[reportUnknownMemberType] # untyped there


def _misspelt() -> object:
    dns = {"endpoint": "x", "allowExternalTrafic": True}
    return gcp.container.Cluster(
        "c",
        control_plane_endpoints_config={"dns_endpoint_config": dns},  # pyright: ignore[reportArgumentType]
    )


def _missing() -> object:
    return aws.eks.NodeGroup(
        "n",
        cluster_name="c",
        node_role_arn="r",
        subnet_ids=[],
        scaling_config={"min_size": 1, "max_size": 2},  # pyright: ignore[reportArgumentType]
    )


def _computed() -> object:
    count = pulumi.Output.from_input("three").apply(lambda text: text.upper())
    return azure.containerservice.AgentPool(
        "p",
        resource_group_name="g",
        resource_name_="c",
        count=count,  # pyright: ignore[reportArgumentType]
    )


def _unheard_of() -> object:
    return azure.containerservice.AgentPool("p", resource_group_name="g", resource_name_="c", os_type="BeOS")


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (_misspelt, "dnsEndpointConfig.allowExternalTrafic: no such input; there are allowExternalTraffic"),
        (_missing, "aws:eks/nodeGroup:NodeGroup n: scalingConfig.desiredSize: required, and missing"),
        (_computed, "azure-native:containerservice:AgentPool p: count: 'THREE' is not a whole number"),
        (_unheard_of, "osType: 'BeOS' is none of 'Linux', 'Windows'"),
    ],
)
def test_a_wrong_input_fails_the_test_that_declares_it(build: Callable[[], object], reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        _declare(build)


def test_right_inputs_pass() -> None:
    _declare(lambda: aws.ec2.Vpc("v", cidr_block="10.0.0.0/16", tags={"team": "ml"}))
