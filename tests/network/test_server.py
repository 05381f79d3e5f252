"""The API server takes every policy as it is written."""

from typing import Any, cast

import pytest

from tests.audit.server import Answer, Server
from tests.network.scene import platform
from tests.support.cluster import TestCluster
from tests.support.pods import Object

pytestmark = pytest.mark.engine

PATH = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies?dryRun=All&fieldValidation=Strict"


def asked(server: Server, policy: Object) -> Answer:
    """What the server says to a policy, in a namespace that is there."""
    metadata = {**policy["metadata"], "namespace": "default"}
    return server.create(PATH, cast("Object", _whole({**policy, "metadata": metadata})))


def _whole(value: object) -> object:
    """Whole numbers as such: what passes Pulumi's wire is a floating-point number."""
    match value:
        case dict():
            return {key: _whole(one) for key, one in cast("dict[str, Any]", value).items()}
        case list():
            return [_whole(one) for one in cast("list[Any]", value)]
        case float():
            return int(value)
        case _:
            return value


def test_every_policy_is_accepted(cluster: TestCluster) -> None:
    server = Server.of(cluster.kubeconfig)
    answers = {
        one["metadata"]["name"]: asked(server, one)
        for watched in (True, False)
        for one in platform(watched=watched).of("NetworkPolicy")
    }
    assert len(answers) > 30
    assert {name: answer.body for name, answer in answers.items() if answer.status != 201} == {}
    assert not any(answer.warnings for answer in answers.values())


def test_a_port_without_a_possible_name_is_refused(cluster: TestCluster) -> None:
    policy = platform().get("NetworkPolicy", "poddefaults")
    rule = {"ports": [{"port": "a-name-that-is-too-long", "protocol": "TCP"}]}
    answer = asked(Server.of(cluster.kubeconfig), {**policy, "spec": {**policy["spec"], "ingress": [rule]}})
    assert answer.status == 422
    assert "spec.ingress[0].ports[0].port" in answer.body["message"]
