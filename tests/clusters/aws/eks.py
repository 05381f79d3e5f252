"""A cluster of EKS under mocks, from settings as a stack file writes them."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from components.clusters.aws import AwsSettings
from components.clusters.aws.cluster import AwsArgs, AwsCluster
from components.settings_base import merged
from components.settings_errors import explain
from tests.clusters.support import Graph, declare, stack_settings

ACCOUNT, REGION = "123456789012", "eu-central-1"
PLAIN: Mapping[str, Any] = {"provider": "aws", "account": ACCOUNT, "region": REGION}
SYSTEM: Mapping[str, Any] = {"name": "system", "machineType": "m7i.xlarge", "min": 3, "max": 7}


class _Stack(BaseModel):
    """A stack file, as far as its cluster goes."""

    model_config = ConfigDict(frozen=True)
    cluster: AwsSettings


def settings(given: Mapping[str, Any]) -> AwsSettings:
    """The settings, checked as those of a stack are. Raises SettingsError, which a user reads."""
    try:
        return _Stack.model_validate({"cluster": merged(PLAIN, given)}).cluster
    except ValidationError as error:
        raise explain(error, _Stack) from None


def eks(**given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """A cluster with some settings, all others at their defaults."""
    return _declared(json.dumps(merged(PLAIN, given), sort_keys=True), "test")


def with_pools(*pools: Mapping[str, Any], **given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """A cluster with these pools beside one for the platform."""
    return eks(nodePools=[SYSTEM, *pools], **given)


def stack(name: str) -> Graph:
    """The cluster of a stack file."""
    return _declared(json.dumps(stack_settings(name), sort_keys=True), name)


@cache
def _declared(given: str, name: str) -> Graph:
    checked = settings(json.loads(given))
    return declare(lambda: AwsCluster("cluster", AwsArgs(settings=checked, stack=name)).contract, told)


def told(token: str, name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What AWS says of a resource beside its inputs."""
    match token:
        case "aws:eks/cluster:Cluster":
            return {
                "arn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{inputs['name']}",
                "endpoint": "https://eks.test",
                "certificateAuthority": {"data": "Q0E="},
                "identities": [{"oidcs": [{"issuer": "https://oidc.test/id/EKS"}]}],
                "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": "sg-nodes"},
            }
        case "aws:ec2/launchTemplate:LaunchTemplate":
            return {"latestVersion": 7}
        case "aws:kms/key:Key":
            return {"arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}", "keyId": name}
        case _ if token.startswith("aws:"):
            return {"arn": f"arn:aws:test:::{name}", "name": inputs.get("name", name)}
        case _:
            return {}
