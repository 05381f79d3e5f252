"""Each shipped overlay on the engine, one after another in one cluster: what it changes, and what not."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from components.components_settings import ComponentsSettings
from tests.support.project import StackCopy, stack

pytestmark = pytest.mark.engine

PROXY, MIRROR = "http://proxy.example.com:3128", "registry.example.com/mirror"
H100 = {"model": "NVIDIA H100 80GB HBM3", "count": 8}
KINDS = (
    "deployments",
    "poddisruptionbudgets",
    "priorityclasses",
    "poddefaults.kubeflow.org",
    "configmaps",
    "networkpolicies",
)
# Made by Kubernetes itself, or by what is no part of the platform.
OTHERS = ("kube-system", "kube-public", "kube-node-lease", "default")

Snapshot = Mapping[str, Mapping[str, Any]]


def content(*overlays: str, **settings: object) -> Mapping[str, Any]:
    """Profiles and PodDefaults with one team, on nodes of two kinds and one with GPUs."""
    on = ("profiles", "podDefaults")
    pools = [
        {"name": "system", "count": 1, "cpu": "16", "memory": "64Gi"},
        {
            "name": "arm",
            "count": 1,
            "cpu": "16",
            "memory": "64Gi",
            "architecture": "arm64",
            "zone": "simulated-b",
        },
        {"name": "gpu", "count": 1, "cpu": "96", "memory": "1Ti", "accelerator": H100},
    ]
    given: dict[str, object] = {
        "cluster": {"provider": "simulated", "nodePools": pools},
        "components": {name: {"enabled": name in on} for name in ComponentsSettings().enabled()},
        "teams": {"vision": {"owner": "ann@example.com"}},
        "overlays": list(overlays),
        **settings,
    }
    return {"config": {f"slipway:{key}": value for key, value in given.items()}}


def snapshot(running: StackCopy) -> Snapshot:
    """The objects of the platform by kind and name, without what Kubernetes writes into them."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        for one in running.objects(kind):
            metadata = one["metadata"]
            place = metadata.get("namespace", "")
            if place in OTHERS or metadata["name"].startswith(("system-", "kube-root-ca", "istio-ca")):
                continue
            told = {key: one[key] for key in ("spec", "data", "value") if key in one}
            found[f"{one['kind']} {place}/{metadata['name']}"] = told
    return found


@dataclass(frozen=True)
class Change:
    """What an overlay made of the stack."""

    running: StackCopy
    before: Snapshot
    after: Snapshot

    @property
    def new(self) -> set[str]:
        return set(self.after) - set(self.before)

    @property
    def gone(self) -> set[str]:
        return set(self.before) - set(self.after)

    @property
    def other(self) -> set[str]:
        return {key for key in set(self.before) & set(self.after) if self.before[key] != self.after[key]}

    def containers(self) -> list[Mapping[str, Any]]:
        pods = [
            one["spec"]["template"]["spec"] for key, one in self.after.items() if key.startswith("Deployment")
        ]
        return [container for pod in pods for container in pod["containers"]]

    def pods(self, *namespaces: str) -> list[Mapping[str, Any]]:
        """The pods there, without those that are on their way out."""
        found = self.running.objects("pods")
        alive = [one for one in found if "deletionTimestamp" not in one["metadata"]]
        return [one for one in alive if one["metadata"]["namespace"] in namespaces]


Apply = Callable[..., Change]


@pytest.fixture(scope="module")
def apply() -> Generator[Apply]:
    with stack(content()) as running:
        first = running.up()
        assert first.status == 0, first.output
        before = snapshot(running)

        def changed(*overlays: str, **settings: object) -> Change:
            running.project.write_stack("local", content(*overlays, **settings))
            done = running.up()
            assert done.status == 0, done.output
            return Change(running, before, snapshot(running))

        yield changed


def test_laptop_leaves_one_pod_of_login(apply: Apply) -> None:
    change = apply("laptop")
    assert change.gone == {"PodDisruptionBudget auth/dex", "PodDisruptionBudget oauth2-proxy/oauth2-proxy"}
    assert change.other == {"Deployment auth/dex", "Deployment oauth2-proxy/oauth2-proxy"}
    assert not change.new
    replicas = {one["spec"]["replicas"] for key, one in change.after.items() if key.startswith("Deployment")}
    assert replicas == {1}


def test_production_has_two_pods_in_two_zones_and_budgets(apply: Apply) -> None:
    change = apply("production")
    assert change.new == {
        "PodDisruptionBudget kubeflow/profiles-deployment",
        "PodDisruptionBudget kubeflow/poddefaults-webhook-deployment",
        "PriorityClass /slipway-platform",
    }
    assert not change.gone
    assert {key.split()[0] for key in change.other} == {"Deployment"}
    pods = change.pods("kubeflow")
    assert {one["spec"]["priority"] for one in pods} == {1000000}
    nodes = {one["spec"]["nodeName"] for one in pods if "profiles" in one["metadata"]["name"]}
    assert nodes == {"system-0", "arm-0"}


def test_proxy_reaches_every_container_and_the_pods_of_the_team(apply: Apply) -> None:
    change = apply("proxy", proxy={"http": PROXY})
    assert change.new == {"PodDefault vision/proxy"}
    assert not change.gone
    assert {key.split()[0] for key in change.other} == {"Deployment"}
    for container in change.containers():
        assert {"name": "https_proxy", "value": PROXY} in container["env"]


def test_arm64_moves_the_programs_to_nodes_with_arm_processors(apply: Apply) -> None:
    change = apply("arm64")
    assert not change.new | change.gone
    assert {key.split()[0] for key in change.other} == {"Deployment"}
    pods = change.pods("auth", "oauth2-proxy", "kubeflow")
    assert {one["spec"]["nodeName"] for one in pods} == {"arm-0"}


def test_airgap_pulls_every_image_from_the_mirror(apply: Apply) -> None:
    change = apply("airgap", images={"mirror": MIRROR})
    assert not change.new | change.gone
    assert {key.split()[0] for key in change.other} <= {"Deployment", "ConfigMap"}
    assert {one["image"].startswith(f"{MIRROR}/") for one in change.containers()} == {True}


def test_observability_adds_monitors_and_dashboards_alone(apply: Apply) -> None:
    change = apply("observability")
    assert change.new >= {"ConfigMap kubeflow/dashboard-platform", "ConfigMap kubeflow/dashboard-gpus"}
    assert {key.split()[0] for key in change.new | change.other} <= {"ConfigMap", "NetworkPolicy"}
    assert not change.gone
    for kind, name in (("podmonitors", "platform-pods"), ("servicemonitors", "platform-services")):
        assert [one["metadata"]["name"] for one in change.running.objects(kind)] == [name]


def test_sharing_offers_four_shares_of_each_device(apply: Apply) -> None:
    change = apply("gpu-sharing")
    assert not change.new | change.gone
    assert not {key for key in change.other if key.startswith("Deployment")}
    offered = {
        one["metadata"]["name"]: one["status"]["capacity"].get("nvidia.com/gpu.shared")
        for one in change.running.objects("nodes")
    }
    assert offered == {"system-0": None, "arm-0": None, "gpu-0": "32"}
