"""The data services of AWS under mocks, for pipelines, Katib and the model registry with one team."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pulumi

from components.contracts import AwsCloud, Cluster, Database, ObjectStore
from components.storage.data_settings import DataSettings
from tests.clusters.support import Graph, Made, declare
from tests.storage.asking import BUCKET, LONG, TEAM, Got, ask, cluster

__all__ = ["BUCKET", "LONG", "TEAM"]

ACCOUNT, REGION = "123456789012", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/cluster"
NODES = "sg-nodes"


@cache
def _declared(given: str) -> tuple[Graph, Got]:
    data = DataSettings.model_validate(
        {"provider": "cloud", "objectStore": {"name": BUCKET}} | json.loads(given)
    )
    got: list[Got] = []

    def build() -> Cluster:
        there = cluster(_account())
        got.append(ask(data, there))
        return there

    return declare(build, _told), got[0]


def aws_data(**given: Any) -> Graph:  # noqa: ANN401 - as YAML has it
    """What is declared, with these settings of `slipway:data` beside the provider and the bucket's name."""
    return _declared(json.dumps(given, sort_keys=True))[0]


def databases(**given: Any) -> Mapping[str, Database]:  # noqa: ANN401 - as YAML has it
    """The contracts that the components get."""
    return _declared(json.dumps(given, sort_keys=True))[1].databases


def stores(**given: Any) -> Mapping[str, ObjectStore]:  # noqa: ANN401 - as YAML has it
    """The contracts of the bucket's users."""
    return _declared(json.dumps(given, sort_keys=True))[1].stores


def statements(made: Made, key: str) -> list[dict[str, Any]]:
    """The statements of a policy."""
    found: list[dict[str, Any]] = made.json(key)["Statement"]
    return found


def _account() -> AwsCloud:
    text = pulumi.Output.from_input
    return AwsCloud(
        region=REGION,
        partition="aws",
        account_id=text(ACCOUNT),
        cluster_name=text("ml"),
        vpc_id=text("vpc-1"),
        vpc_cidr=text("10.0.0.0/16"),
        private_subnet_ids=(text("subnet-a"), text("subnet-b")),
        node_security_group_id=text(NODES),
        kms_key_arn=text(KEY),
        oidc_issuer_url=text("https://oidc.test"),
        tags={"team": "ml-platform"},
    )


def _told(token: str, name: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    if token == "aws:rds/instance:Instance":
        return {"address": f"{inputs['identifier']}.rds.test"}
    if token == "aws:s3/bucket:Bucket":
        return {"arn": f"arn:aws:s3:::{inputs['bucket']}"}
    if token.startswith("pulumi-python:dynamic"):
        return {"value": f"value-of-{name}"}
    if token.startswith("aws:"):
        return {"arn": f"arn:aws:test:::{name}", "name": inputs.get("name", name)}
    return {}
