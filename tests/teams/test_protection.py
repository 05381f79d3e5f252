"""What the API server itself says about teams, each with a thing that it must refuse."""

import json
from collections.abc import Generator, Mapping
from typing import Any

import pytest
import yaml

from components.components_settings import ComponentsSettings
from tests.support.project import StackCopy, project
from tests.teams.stack import LANGUAGE, VISION, settings

pytestmark = pytest.mark.engine

ON = ("profiles", "podDefaults")
GPU_TAINT = {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}
SYSTEM = {"slipway.dev/pool": "system"}
CONTAINER: Mapping[str, Any] = {
    "name": "main",
    "image": "example.com/image:1",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
POD: Mapping[str, Any] = {
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "containers": [CONTAINER],
}


def stack_file(teams: Mapping[str, Any]) -> dict[str, Any]:
    components = {name: {"enabled": name in ON} for name in ComponentsSettings().enabled()}
    given = settings(teams=teams, components=components, teamDefaults={"keepData": True})
    return {"config": {f"slipway:{name}": value for name, value in given.items()}}


TEAMS = {"vision": {**VISION, "quota": {**VISION["quota"], "pods": 2}}, "language": LANGUAGE}


@pytest.fixture(scope="module")
def stack() -> Generator[StackCopy]:
    with project({"local": stack_file(TEAMS)}) as copy:
        stack = copy.stack("local")
        outcome = stack.up()
        assert outcome.status == 0, outcome.output
        yield stack


def may(stack: StackCopy, who: str, action: str, namespace: str) -> bool:
    """What the API server answers to a SubjectAccessReview in somebody's name."""
    done = stack.shell(f"kubectl auth can-i {action} --namespace {namespace} --as {who}")
    return done.stdout.strip() == "yes"


def create(stack: StackCopy, namespace: str, spec: Mapping[str, Any]) -> str:
    """What the API server says about a pod, without keeping it; empty where it takes it."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod", "namespace": namespace}}
    file = stack.project.root / "pod.json"
    file.write_text(json.dumps({**pod, "spec": {**POD, **spec}}), encoding="utf-8")
    done = stack.shell(f"kubectl create --dry-run=server -f {file}")
    return "" if done.returncode == 0 else done.stderr


@pytest.mark.parametrize(
    ("who", "action", "namespace", "allowed"),
    [
        ("ann@example.com", "create rolebindings", "vision", True),
        ("ann@example.com", "update namespaces", "vision", False),
        ("ann@example.com", "get pods", "language", False),
        ("bob.b@example.com", "create pods", "vision", True),
        ("bob.b@example.com", "create rolebindings", "vision", False),
        ("bob.b@example.com", "get pods", "language", False),
        ("cleo@example.com", "get pods", "vision", True),
        ("cleo@example.com", "create pods", "vision", False),
        ("cleo@example.com", "get secrets", "vision", False),
        ("dana@example.com", "get pods", "vision", False),
        ("system:serviceaccount:vision:default-editor", "create pods", "vision", True),
        ("system:serviceaccount:vision:default-editor", "get secrets", "language", False),
        ("zoe@example.com --as-group vision-engineers", "create pods", "vision", True),
        ("zoe@example.com --as-group language-engineers", "create pods", "vision", False),
    ],
)
def test_people_may_what_their_role_says_in_their_own_team(
    stack: StackCopy, who: str, action: str, namespace: str, allowed: bool
) -> None:
    assert may(stack, who, action, namespace) is allowed


@pytest.mark.parametrize(
    ("spec", "refusal"),
    [
        ({}, ""),
        ({"nodeSelector": SYSTEM}, ""),
        ({"tolerations": [{"operator": "Exists"}], "nodeSelector": SYSTEM}, ""),
        ({"tolerations": [{**GPU_TAINT, "value": "other"}]}, ""),
        ({"tolerations": [GPU_TAINT]}, "may not run on node pool gpu"),
        ({"tolerations": [{"operator": "Exists"}]}, "may not run on node pool gpu"),
        ({"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}, "may not run on node pool gpu"),
        (
            {"tolerations": [GPU_TAINT], "nodeSelector": {"slipway.dev/pool": "gpu"}},
            "may not run on node pool gpu",
        ),
        ({"nodeName": "gpu-0"}, "may not name a node"),
    ],
)
def test_a_team_runs_on_its_node_pools_and_on_no_other(
    stack: StackCopy, spec: Mapping[str, Any], refusal: str
) -> None:
    answer = create(stack, "language", spec)
    assert refusal in answer
    assert bool(answer) is bool(refusal), answer


@pytest.mark.parametrize(
    ("values", "refused"), [(["system"], False), (["gpu"], True), (["system", "gpu"], True)]
)
def test_an_affinity_leads_elsewhere_only_where_it_leaves_no_way(
    stack: StackCopy, values: list[str], refused: bool
) -> None:
    term = {"matchExpressions": [{"key": "slipway.dev/pool", "operator": "In", "values": values}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    spec = {"tolerations": [GPU_TAINT], "affinity": {"nodeAffinity": required}}
    assert ("may not run on node pool gpu" in create(stack, "language", spec)) is refused


def test_a_team_without_chosen_pools_runs_on_all(stack: StackCopy) -> None:
    assert create(stack, "vision", {"tolerations": [GPU_TAINT]}) == ""


def test_a_pod_that_shares_the_node_is_refused(stack: StackCopy) -> None:
    assert "violates PodSecurity" in create(stack, "vision", {"hostNetwork": True})
    assert create(stack, "vision", {"securityContext": {}}) == ""


def test_more_than_the_quota_is_refused(stack: StackCopy) -> None:
    def asks(devices: int) -> str:
        limits = {"limits": {"nvidia.com/gpu": str(devices)}}
        return create(stack, "vision", {"containers": [{**CONTAINER, "resources": limits}]})

    assert asks(4) == ""
    assert "exceeded quota: kf-resource-quota" in asks(5)


def test_nothing_changes_where_nothing_changed(stack: StackCopy) -> None:
    assert set(stack.changes()) == {"same"}


def test_data_stays_until_a_team_is_marked_for_deletion(stack: StackCopy) -> None:
    def up(teams: Mapping[str, Any]) -> None:
        stack.project.write_stack("local", stack_file(teams))
        outcome = stack.up()
        assert outcome.status == 0, outcome.output

    def there() -> set[str]:
        kinds = ("namespaces", "profiles", "persistentvolumeclaims", "rolebindings", "networkpolicies")
        found = [one["metadata"] for kind in kinds for one in stack.objects(kind)]
        names = [(one.get("namespace", one["name"]), one["name"]) for one in found]
        return {name for namespace, name in names if namespace == "vision"}

    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "notebook", "namespace": "vision"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    file = stack.project.root / "claim.yaml"
    file.write_text(yaml.safe_dump(claim), encoding="utf-8")
    stack.kubectl("create", "-f", str(file))
    bob = "user-bob-b-example-com-clusterrole-edit"
    assert there() >= {"vision", "notebook", bob, "team-isolation"}

    up({"language": LANGUAGE})
    assert there() >= {"vision", "notebook", "namespaceAdmin", "team-isolation"}
    assert bob not in there()

    up(TEAMS)
    assert there() >= {"vision", "notebook", bob}

    up({**TEAMS, "vision": {**TEAMS["vision"], "state": "deleting"}})
    assert there() >= {"vision", "notebook", bob}

    up({"language": LANGUAGE})
    stack.shell("kubectl wait --for=delete namespace/vision --timeout=60s")
    assert there() == set()
