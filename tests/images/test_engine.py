"""A mirror on the real engine: what pods pull, with which credentials, and what is refused beforehand."""

import base64
import json
from collections.abc import Generator
from typing import Any

import pytest

from components.kube.pulling import PULL_SECRET
from tests.images.stacks import FEW
from tests.support.project import Outcome, ProjectCopy, StackCopy, project

pytestmark = pytest.mark.engine

MIRROR = "registry.example.com/mirror"
LOGIN = json.dumps({"auths": {"registry.example.com": {"auth": "cHVsbGVyOmR3M0xuOHM="}}})
CONFIG: dict[str, Any] = {
    "slipway:cluster": {
        "provider": "simulated",
        "nodePools": [{"name": "system", "count": 1, "cpu": "16", "memory": "64Gi"}],
    },
    "slipway:components": dict(FEW),
    "slipway:teams": {"ada": {"owner": "ada@example.com"}},
}
PRIVATE = {"slipway:images": {"mirror": MIRROR, "pullSecret": "registry"}}
REFUSED = {"slipway:images": {"allowedRegistries": ["registry.example.com"]}}
CLOSED = {"slipway:images": {"mirror": MIRROR}, "slipway:airgap": {"enabled": True}}
REACHING = {"slipway:components": {**FEW, "serving": {"logger": {"defaultUrl": "https://logs.acme.com"}}}}


@pytest.fixture(scope="module")
def copy() -> Generator[ProjectCopy]:
    stacks = {
        "local": {"config": {**CONFIG, **PRIVATE}},
        "refused": {"config": {**CONFIG, **REFUSED}},
        "reaching": {"config": {**CONFIG, **CLOSED, **REACHING}},
    }
    with project(stacks) as made:
        yield made


@pytest.fixture(scope="module")
def private(copy: ProjectCopy) -> StackCopy:
    stack = copy.stack()
    made = stack.pulumi("stack", "init")
    assert made.status == 0, made.output
    told = stack.pulumi("config", "set", "--secret", "slipway:secret-registry", LOGIN)
    assert told.status == 0, told.output
    up = stack.up()
    assert up.status == 0, up.output
    return stack


def test_pods_pull_from_the_mirror_alone(private: StackCopy) -> None:
    path = "{.items[*].spec['initContainers','containers'][*].image}"
    images = private.kubectl("get", "pods", "--all-namespaces", f"--output=jsonpath={path}").split()
    assert len(images) > 5
    assert [image for image in images if not image.startswith(f"{MIRROR}/")] == []
    assert set(images) <= set(private.outputs()["images"])


def test_pods_have_the_credentials_and_so_have_those_that_a_team_starts(private: StackCopy) -> None:
    secrets = {
        one["metadata"]["namespace"]: one
        for one in private.objects("secrets")
        if one["metadata"]["name"] == PULL_SECRET
    }
    for pod in private.objects("pods"):
        assert pod["spec"]["imagePullSecrets"] == [{"name": PULL_SECRET}], pod["metadata"]["name"]
        assert pod["metadata"]["namespace"] in secrets
    given = base64.b64decode(secrets["ada"]["data"][".dockerconfigjson"])
    assert json.loads(given) == json.loads(LOGIN)
    image = f"{MIRROR}/docker.io/library/mysql:8.4"
    private.kubectl("run", "trial", "--namespace=ada", f"--image={image}")
    (pod,) = [one for one in private.objects("pods") if one["metadata"]["name"] == "trial"]
    assert pod["spec"]["imagePullSecrets"] == [{"name": PULL_SECRET}]


def test_the_state_keeps_the_credentials_secret(private: StackCopy) -> None:
    assert "cHVsbGVyOmR3M0xuOHM=" not in private.state.read_text()


def test_a_second_run_changes_nothing(private: StackCopy) -> None:
    assert set(private.changes()) == {"same"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "refused",
            "slipway:images.allowedRegistries: found 'ghcr.io/kubeflow/dashboard/poddefaults-webhook",
        ),
        (
            "reaching",
            "slipway:airgap: found 'logs.acme.com' in ConfigMap/inferenceservice-config.data.logger",
        ),
    ],
)
def test_what_is_refused_is_refused_before_anything_is_created(
    copy: ProjectCopy, name: str, says: str
) -> None:
    stack = copy.stack(name)
    refused: Outcome = stack.up()
    assert refused.status != 0
    assert says in refused.output
    assert "Traceback" not in refused.output
    assert not stack.cluster.exists()
    assert [one for one in stack.resources() if one["type"].startswith("kubernetes:")] == []
