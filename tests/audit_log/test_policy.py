"""What an API server writes down under the policy of live clusters, and what it keeps to itself."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import cluster as simulated
from simulator.cluster import Additions
from tests.audit_log.events import Event, read
from tests.audit_log.refused import refused
from tests.audit_log.unknown import unknown_fields
from tests.support.cluster import TestCluster
from tests.support.project import ROOT

pytestmark = pytest.mark.engine

POLICY = ROOT / "simulator" / "node" / "audit.yaml"
GROUP, ACCOUNT = "things.example.com", "default/controller"
SIZE = {"type": "object", "properties": {"size": {"type": "integer"}}}
TYPE = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"things.{GROUP}"},
    "spec": {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {"kind": "Thing", "plural": "things", "singular": "thing"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SIZE}}},
            }
        ],
    },
}
RULES = [
    {"apiGroups": [GROUP], "resources": ["things"], "verbs": ["create", "get", "patch"]},
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "get", "patch"]},
]
VALUE = "c2VjcmV0LW9mLXRoZS10ZXN0"


def _thing(name: str, **spec: int) -> str:
    return json.dumps(
        {"apiVersion": f"{GROUP}/v1", "kind": "Thing", "metadata": {"name": name}, "spec": spec}
    )


def _of(kind: str, name: str, api: str = "v1", **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "namespace": "default"},
        **fields,
    }


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestCluster]:
    """A simulated cluster that writes an audit log, with a type of its own."""
    directory = tmp_path_factory.mktemp("log") / "cluster"
    log = directory / "audit" / "audit.log"
    log.parent.mkdir(parents=True)
    flags = {"audit-policy-file": str(POLICY), "audit-log-path": str(log)}
    try:
        simulated.create(directory, additions=Additions(api_server=flags))
        cluster = TestCluster(directory, str(directory / "kubeconfig.yaml"))
        cluster.apply(TYPE)
        cluster.wait(f"crd/things.{GROUP}", "condition=Established", "default")
        yield cluster
    finally:
        simulated.delete(directory)


@pytest.fixture(scope="module")
def controller(cluster: TestCluster) -> TestCluster:
    """The same cluster, asked by a token of an account that has few rights."""
    rbac = "rbac.authorization.k8s.io"
    cluster.apply(
        _of("ServiceAccount", "controller"),
        _of("Role", "controller", f"{rbac}/v1", rules=RULES),
        _of(
            "RoleBinding",
            "controller",
            f"{rbac}/v1",
            roleRef={"apiGroup": rbac, "kind": "Role", "name": "controller"},
            subjects=[{"kind": "ServiceAccount", "name": "controller", "namespace": "default"}],
        ),
    )
    token = cluster.kubectl("create", "token", "controller").stdout.strip()
    content = yaml.safe_load(Path(cluster.kubeconfig).read_text())
    content["users"][0]["user"] = {"token": token}
    own = cluster.directory / "controller.yaml"
    own.write_text(yaml.safe_dump(content))
    return TestCluster(cluster.directory, str(own))


def log_of(cluster: TestCluster) -> Path:
    return cluster.directory / "audit" / "audit.log"


@pytest.fixture(scope="module")
def events(cluster: TestCluster, controller: TestCluster) -> list[Event]:
    """What the log says after a few requests, some of them wrong."""
    create = ("create", "--validate=false", "-f-")
    controller.kubectl(*create, input=_thing("one", size=1, sise=1))
    controller.kubectl("patch", "thing", "one", "--type=merge", "-p", _thing("one", size=2))
    controller.kubectl("patch", "thing", "one", "--type=merge", "-p", _thing("one", size=3, sise=3))
    controller.kubectl("apply", "--server-side", "-f-", input=_thing("one", sise=4), check=False)
    controller.kubectl(*create, input=json.dumps(_of("Secret", "one", data={"key": VALUE})))
    patch = json.dumps({"data": {"other": VALUE}})
    controller.kubectl("patch", "secret", "one", "--type=merge", "-p", patch)
    controller.kubectl("get", "secret", "one", "-o", "yaml")
    assert controller.kubectl("get", "pods", check=False).returncode != 0
    cluster.kubectl("get", "pods")
    return read(log_of(cluster))


def test_the_log_has_the_requests_of_accounts_and_of_nobody_else(events: list[Event]) -> None:
    assert {event.account for event in events} == {ACCOUNT}
    actions = {event.action for event in events}
    assert actions == {
        f"create things.{GROUP}",
        f"get things.{GROUP}",
        f"patch things.{GROUP}",
        "create secrets",
        "get secrets",
        "patch secrets",
        "list pods",
    }


def test_a_missing_rule_is_found(events: list[Event]) -> None:
    assert [event.action for event in refused(events)] == ["list pods"]


def test_a_field_that_a_patch_sent_in_vain_is_found(events: list[Event]) -> None:
    patches = [event for event in events if event.action == f"patch things.{GROUP}"]
    found = [unknown_fields(event) for event in patches if event.code == 200]
    assert found[:2] == [[], ["spec.sise"]]
    # A client that applies is told that its object is wrong, or its field is dropped: either is found.
    assert unknown_fields(patches[-1]) == ["spec.sise"]


def test_no_value_of_a_secret_is_in_the_log(events: list[Event], cluster: TestCluster) -> None:
    assert [event.action for event in events if "secrets" in event.resource]
    assert VALUE not in log_of(cluster).read_text()
