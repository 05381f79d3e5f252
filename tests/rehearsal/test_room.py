"""What pods can have of a node, and what of it one pod asks for."""

from decimal import Decimal

import pytest

from simulator.rehearsal.allocatable import on_aks, on_eks, on_gke
from simulator.rehearsal.pods import amounts, lack, obstacle, requests

GPU_TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}


@pytest.mark.parametrize(("cpu", "free"), [(2, 1930), (4, 3920), (8, 7910), (16, 15890)])
def test_eks_and_gke_keep_the_shares_of_processors_that_their_nodes_show(cpu: int, free: int) -> None:
    assert on_eks(cpu, 4 * cpu, 100).cpu_free == free
    assert on_gke(cpu, 4 * cpu, 100, 110).cpu_free == free


@pytest.mark.parametrize(
    ("cpu", "kept"), [(1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740)]
)
def test_aks_keeps_what_its_table_says(cpu: int, kept: int) -> None:
    assert on_aks(cpu, 4 * cpu, 100).cpu_free == 1000 * cpu - kept


def test_eks_keeps_memory_for_every_pod_that_a_node_may_have() -> None:
    small, large = on_eks(16, 64, 100), on_eks(32, 64, 100)
    assert (small.pods, large.pods) == (110, 250)
    assert small.memory_free - large.memory_free == 11 * 140


def test_aks_keeps_at_most_a_quarter_of_memory() -> None:
    room = on_aks(4, 16, 100)
    assert room.memory - room.memory_free == room.memory // 4 + 100


@pytest.mark.parametrize("memory", [8, 64, 512, 2048])
def test_there_is_less_for_pods_than_the_cloud_sells(memory: int) -> None:
    for room in (on_eks(16, memory, 200), on_gke(16, memory, 200, 110), on_aks(16, memory, 200)):
        assert 0 < room.memory_free < room.memory < memory * 1024
        assert 0 < room.disk_free < 200


def container(cpu: str, *, sidecar: bool = False) -> dict[str, object]:
    always = {"restartPolicy": "Always"} if sidecar else {}
    return {"name": "one", "resources": {"requests": {"cpu": cpu}}, **always}


def test_a_sidecar_adds_to_what_the_containers_ask_for() -> None:
    spec = {"containers": [container("1")], "initContainers": [container("200m", sidecar=True)]}
    assert requests(spec)["cpu"] == Decimal("1.2")


def test_what_runs_before_the_containers_counts_where_it_asks_for_more() -> None:
    spec = {
        "containers": [container("1")],
        "initContainers": [container("200m", sidecar=True), container("3")],
    }
    assert requests(spec)["cpu"] == Decimal("3.2")


def test_a_limit_without_a_request_is_asked_for() -> None:
    spec = {"containers": [{"name": "one", "resources": {"limits": {"nvidia.com/gpu": "2"}}}]}
    assert requests(spec)["nvidia.com/gpu"] == 2
    assert lack(requests(spec), amounts({"pods": "1", "nvidia.com/gpu": "1"})) is not None
    assert lack(requests(spec), amounts({"pods": "1", "nvidia.com/gpu": "2"})) is None


def test_a_taint_keeps_pods_away_that_do_not_tolerate_it() -> None:
    tolerant = {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}
    elsewhere = {"tolerations": [{"key": "nvidia.com/gpu", "value": "absent", "effect": "NoSchedule"}]}
    assert obstacle({}, {}, [GPU_TAINT]) == "its nodes have the taint nvidia.com/gpu=present:NoSchedule"
    assert obstacle(elsewhere, {}, [GPU_TAINT]) is not None
    assert obstacle(tolerant, {}, [GPU_TAINT]) is None
    assert obstacle({}, {}, [{**GPU_TAINT, "effect": "PreferNoSchedule"}]) is None


def test_a_selector_and_an_affinity_need_their_labels() -> None:
    expression = {"key": "zone", "operator": "In", "values": ["a", "b"]}
    wanted = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    spec = {
        "nodeSelector": {"pool": "one"},
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": wanted}},
    }
    assert obstacle(spec, {"pool": "one", "zone": "a"}, ()) is None
    assert obstacle(spec, {"pool": "two", "zone": "a"}, ()) == "its nodes lack the label pool=one"
    assert obstacle(spec, {"pool": "one", "zone": "c"}, ()) is not None
