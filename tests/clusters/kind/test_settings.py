"""What kind is told of a cluster, and what no kind cluster can be."""

from typing import Any

import pytest
import yaml

from components.clusters.kind.configuration import configuration, mirror_hosts
from components.clusters.kind.settings import KindSettings
from components.platform_settings import platform_settings
from components.settings_base import SettingsError

GPU = {"name": "gpu", "accelerator": {"model": "NVIDIA L4", "count": 1}}


def told(**settings: Any) -> dict[str, Any]:  # noqa: ANN401 # any YAML value
    cluster = KindSettings.model_validate({"provider": "kind", **settings})
    return yaml.safe_load(configuration(cluster))


def refusal(**cluster: Any) -> str:  # noqa: ANN401 # any YAML value
    with pytest.raises(SettingsError) as refused:
        platform_settings({"cluster": {"provider": "kind", **cluster}})
    return str(refused.value)


def test_each_node_of_a_pool_is_a_container_of_a_pinned_image() -> None:
    cluster = told(version="1.36", nodePools=[{"name": "system", "count": 2}])
    assert [node["role"] for node in cluster["nodes"]] == ["control-plane", "worker", "worker"]
    for node in cluster["nodes"]:
        assert node["image"].startswith("kindest/node:v1.36.")
        assert "@sha256:" in node["image"]


def test_labels_and_taints_of_a_pool_are_those_of_its_nodes() -> None:
    taint = {"key": "team", "value": "a", "effect": "NoExecute"}
    pools = [{"name": "system"}, {"name": "own", "labels": {"team": "a"}, "taints": [taint]}]
    node = told(nodePools=pools)["nodes"][2]
    assert node["labels"] == {"team": "a", "slipway.dev/pool": "own"}
    (patch,) = node["kubeadmConfigPatches"]
    assert yaml.safe_load(patch) == {"kind": "JoinConfiguration", "nodeRegistration": {"taints": [taint]}}


def test_ports_of_the_machine_lead_to_the_nodes_and_answer_on_this_machine_only() -> None:
    (first, second) = told()["nodes"][0]["extraPortMappings"]
    assert first == {
        "hostPort": 8080,
        "containerPort": 30080,
        "listenAddress": "127.0.0.1",
        "protocol": "TCP",
    }
    assert second["containerPort"] == 30443


def test_gpus_go_to_the_one_node_of_their_pool_and_keep_others_away() -> None:
    nodes = told(nodePools=[{"name": "system"}, GPU])["nodes"]
    assert [len(node.get("extraMounts", [])) for node in nodes] == [0, 0, 1]
    (patch,) = nodes[2]["kubeadmConfigPatches"]
    assert yaml.safe_load(patch)["nodeRegistration"]["taints"][0]["key"] == "nvidia.com/gpu"


def test_mirrors_are_asked_first_and_only_where_there_are_some() -> None:
    assert "containerdConfigPatches" not in told()
    assert (
        "config_path"
        in told(registryMirrors={"docker.io": "https://m.example"})["containerdConfigPatches"][0]
    )
    assert mirror_hosts("https://m.example", "docker.io").splitlines() == [
        'server = "https://registry-1.docker.io"',
        "",
        '[host."https://m.example"]',
        '  capabilities = ["pull", "resolve"]',
    ]


@pytest.mark.parametrize(
    ("cluster", "says"),
    [
        (
            {"version": "1.20"},
            "version: found '1.20', for which kind has no pinned image; allowed: 1.37, 1.36",
        ),
        ({"nodeImage": "kindest/node:latest"}, "slipway:cluster.nodeImage"),
        ({"engine": "rkt"}, "slipway:cluster.engine: found 'rkt'; allowed: 'docker', 'podman' or 'nerdctl'"),
        ({"nodePools": [{"name": "a"}, {"name": "a"}]}, "two pools have the name a"),
        ({"nodePools": [GPU]}, "no pool has a node without taints"),
        ({"nodePools": [{"name": "a"}, {**GPU, "count": 2}]}, "pool 'gpu' has 2 nodes and an accelerator"),
        (
            {"nodePools": [{"name": "a"}, GPU, {**GPU, "name": "more"}]},
            "two pools have an accelerator: the GPUs of a machine can be given to one",
        ),
        (
            {"ports": [{"host": 80, "node": 80}]},
            "slipway:cluster.ports[0].node: found 80; allowed: at least 30000",
        ),
        (
            {"ports": [{"host": 80, "node": 30080}, {"host": 80, "node": 30081}]},
            "the host's port 80 is given twice",
        ),
        ({"address": "localhost"}, "slipway:cluster.address: found 'localhost'"),
        ({"registryMirrors": {"docker.io": "m.example"}}, "'m.example' is not the address of a mirror"),
    ],
)
def test_what_no_kind_cluster_can_be_is_refused(cluster: dict[str, Any], says: str) -> None:
    text = refusal(**cluster)
    assert says in text
    assert len(text.splitlines()) == 1
