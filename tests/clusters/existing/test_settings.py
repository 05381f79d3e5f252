"""What the settings of a cluster that is there may say."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from components.clusters.existing.kubeconfig import read_kubeconfig
from components.clusters.reference import referred
from components.contracts import Accelerator, NodePool, Sharing, Taint
from components.outputs import cluster_contract
from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.support.render import mocked_cluster

POOL = {"name": "gpu", "labels": {"pool": "gpu"}, "cpu": "96", "memory": "1Ti"}


def refusal(**cluster: Any) -> str:  # noqa: ANN401 # any YAML value
    with pytest.raises(SettingsError) as refused:
        platform_settings({"cluster": {"provider": "existing", **cluster}})
    return str(refused.value)


@pytest.mark.parametrize(
    ("cluster", "says"),
    [
        ({}, "slipway:cluster: found no source of the kubeconfig; allowed: one of kubeconfigFile"),
        (
            {"kubeconfigFile": "a", "stack": "organization/slipway/base"},
            "found kubeconfigFile and stack; allowed: one of",
        ),
        ({"stack": "base"}, "slipway:cluster.stack: found 'base'"),
        (
            {"stack": "organization/slipway/base", "nodePools": [POOL]},
            "nodePools come from the stack that has the cluster",
        ),
        (
            {"kubeconfigFile": "a", "nodePools": [POOL, POOL]},
            "slipway:cluster.nodePools: two pools have the name gpu",
        ),
        ({"kubeconfigFile": "a", "nodePools": [{**POOL, "labels": {}}]}, "pool 'gpu' has no labels"),
        (
            {
                "kubeconfigFile": "a",
                "nodePools": [{**POOL, "sharing": {"strategy": "timeSlicing", "replicas": 4}}],
            },
            "pool 'gpu': sharing is for accelerators",
        ),
        (
            {
                "kubeconfigFile": "a",
                "nodePools": [
                    {
                        **POOL,
                        "accelerator": {"model": "Tesla T4", "count": 1},
                        "sharing": {"strategy": "mig", "profile": "1g.10gb"},
                    }
                ],
            },
            "Tesla T4 cannot be cut into partitions",
        ),
    ],
)
def test_what_no_cluster_can_be_is_refused(cluster: dict[str, Any], says: str) -> None:
    text = refusal(**cluster)
    assert says in text
    assert len(text.splitlines()) == 1


def test_a_component_may_be_placed_on_a_pool_that_the_stack_names() -> None:
    given = {
        "cluster": {"provider": "existing", "kubeconfigFile": "a", "nodePools": [POOL]},
        "components": {"dashboard": {"server": {"placement": {"nodePool": "gpu"}}}},
    }
    assert platform_settings(given).cluster.contracts()[0].name == "gpu"
    given["components"] = {"dashboard": {"server": {"placement": {"nodePool": "cpu"}}}}
    with pytest.raises(SettingsError, match=r"dashboard.server.placement.nodePool: found 'cpu'.*\(gpu\)"):
        platform_settings(given)


def test_a_kubeconfig_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"slipway:cluster.kubeconfigFile: found '.*none', which cannot"):
        read_kubeconfig(str(tmp_path / "none"))


def test_what_a_stack_tells_of_its_cluster_is_read_back_by_another() -> None:
    pool = NodePool(
        name="gpu",
        min_nodes=0,
        max_nodes=4,
        cpu="96",
        memory="1Ti",
        labels={"example.com/someLabel": "kept-asWritten"},
        taints=(Taint(key="nvidia.com/gpu", value="present"),),
        accelerator=Accelerator(
            model="NVIDIA H100 80GB HBM3",
            count=8,
            resource="nvidia.com/mig-1g.10gb",
            sharing=Sharing(strategy="mig", replicas=7, profile="1g.10gb"),
        ),
        spot=True,
        zones=("a", "b"),
    )
    cluster = mocked_cluster(node_pools=(pool,))
    told = referred(cluster_contract(cluster), "organization/slipway/base")
    assert told.node_pools == (pool,)
    assert told.capabilities == cluster.capabilities
    assert told.storage_class == cluster.storage_class


@pytest.mark.parametrize("images", ["all", (), ("registry.example.com/one:1", "registry.example.com/two:2")])
def test_a_stack_tells_which_images_run_on_its_cluster(images: Literal["all"] | tuple[str, ...]) -> None:
    cluster = mocked_cluster()
    cluster = replace(cluster, capabilities=replace(cluster.capabilities, images=images))
    assert referred(cluster_contract(cluster), "organization/slipway/base").capabilities.images == images


@pytest.mark.parametrize("runs", [True, False])
def test_what_the_release_before_said_of_charts_and_webhooks_is_understood(runs: bool) -> None:
    told = cluster_contract(mocked_cluster())
    old = {"admissionWebhooks": runs, "charts": runs, "loadBalancer": True, "servesPages": True}
    can = referred({**told, "capabilities": old}, "organization/slipway/base").capabilities
    assert can.runs("registry.example.com/any:1") == runs
    assert can.answers("registry.example.com/any:1") == runs


def test_what_another_release_wrote_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"cannot be read \(cluster.storage_class: Field required\)"):
        referred({"name": "old", "nodePools": [], "capabilities": {}}, "organization/slipway/base")
