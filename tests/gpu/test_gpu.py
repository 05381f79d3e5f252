"""How nodes come to offer their devices, whole and shared, on every kind of cluster."""

from typing import Any

import pytest
import yaml

from components.contracts import Accelerator, NodePool, Sharing
from components.settings_base import SettingsError
from components.versions import Charts
from tests.addons.charts import Declared
from tests.addons.facts import facts
from tests.gpu.support import CUT, MPS, TURNS, WHOLE, pool, supported

PLUGIN = "nvidia-device-plugin"
LABELLED = {
    "turns": pool(
        "turns",
        Sharing(strategy="timeSlicing", replicas=4),
        labels={"nvidia.com/device-plugin.config": "time-slicing-4"},
    ),
    "cut": pool(
        "cut",
        Sharing(strategy="mig", replicas=7, profile="1g.10gb"),
        labels={"nvidia.com/mig.config": "all-1g.10gb"},
    ),
}


def config(stack: Declared, release: str) -> dict[str, Any]:
    """The configuration file of a release of the device plugin."""
    values = stack.values(release)["config"]
    return yaml.safe_load(values["map"][values["default"]])


def nodes(values: dict[str, Any]) -> list[dict[str, list[str]]]:
    """The labels that an affinity asks of nodes: one of these, all in it."""
    required = values["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return [
        {one["key"]: one["values"] for one in term["matchExpressions"]}
        for term in required["nodeSelectorTerms"]
    ]


def test_devices_that_nobody_shares_are_reported_whole() -> None:
    stack = supported(WHOLE)
    assert config(stack, PLUGIN) == {"version": "v1", "flags": {"migStrategy": "none"}}
    assert stack.values(PLUGIN)["gfd"] == {"enabled": True}


def test_pods_that_take_turns_ask_for_devices_by_a_name_of_their_own() -> None:
    assert config(supported(TURNS), PLUGIN)["sharing"] == {
        "timeSlicing": {
            "renameByDefault": True,
            "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
            "failRequestsGreaterThanOne": True,
        }
    }


def test_pods_under_mps_have_a_share_each() -> None:
    assert config(supported(MPS), PLUGIN)["sharing"] == {
        "mps": {"renameByDefault": True, "resources": [{"name": "nvidia.com/gpu", "replicas": 10}]}
    }


def test_partitions_are_reported_by_their_profile() -> None:
    stack = supported(CUT, settings={"migReady": True})
    assert config(stack, PLUGIN) == {"version": "v1", "flags": {"migStrategy": "mixed"}}


def test_each_way_of_sharing_is_on_the_nodes_of_its_pools_only() -> None:
    again = pool("again", Sharing(strategy="timeSlicing", replicas=4))
    stack = supported(WHOLE, TURNS, MPS, again)
    placed = {name: nodes(stack.values(name)) for name in stack.charts if name.startswith(PLUGIN)}
    assert placed == {
        PLUGIN: [{"slipway.dev/pool": ["whole"]}],
        f"{PLUGIN}-time-slicing-4": [{"slipway.dev/pool": ["turns"]}, {"slipway.dev/pool": ["again"]}],
        f"{PLUGIN}-mps-10": [{"slipway.dev/pool": ["mps"]}],
    }


def test_features_of_all_nodes_are_discovered_once() -> None:
    stack = supported(WHOLE, TURNS, MPS)
    found = {name: stack.values(name)["nfd"]["enabled"] for name in stack.charts if name.startswith(PLUGIN)}
    assert found == {PLUGIN: True, f"{PLUGIN}-time-slicing-4": False, f"{PLUGIN}-mps-10": False}
    assert len(nodes(stack.values(PLUGIN)["nfd"]["worker"])) == 3
    assert PLUGIN in stack.before(f"{PLUGIN}-mps-10")


def test_names_of_releases_do_not_collide() -> None:
    stack = supported(WHOLE, TURNS)
    names = [chart["values"]["fullnameOverride"] for name, chart in stack.charts.items() if PLUGIN in name]
    assert sorted(names) == [PLUGIN, f"{PLUGIN}-time-slicing-4"]


@pytest.mark.parametrize("release", [PLUGIN, "dcgm-exporter"])
def test_agents_tolerate_the_taint_of_their_pools(release: str) -> None:
    (toleration,) = supported(WHOLE, TURNS).values(release)["tolerations"]
    assert toleration == {
        "key": "nvidia.com/gpu",
        "operator": "Equal",
        "value": "present",
        "effect": "NoSchedule",
    }


def test_devices_are_measured_on_every_pool_that_has_them_and_on_no_other() -> None:
    measured = nodes(supported(WHOLE, TURNS).values("dcgm-exporter"))
    assert measured == [{"slipway.dev/pool": ["whole"]}, {"slipway.dev/pool": ["turns"]}]


def test_measurements_are_scraped_where_prometheus_is_there() -> None:
    with_it = supported(WHOLE, monitored=True)
    assert with_it.values("dcgm-exporter")["serviceMonitor"] == {"enabled": True}
    assert "Namespace/there" in with_it.before("dcgm-exporter")
    assert supported(WHOLE).values("dcgm-exporter")["serviceMonitor"] == {"enabled": False}


def test_nothing_is_measured_where_nobody_wants_it() -> None:
    assert supported(WHOLE, settings={"monitoring": False}).charts.keys() == {PLUGIN}
    operator = supported(WHOLE, settings={"monitoring": False, "support": "operator"})
    assert operator.values("gpu-operator")["dcgmExporter"]["enabled"] is False


def test_nothing_is_installed_where_the_cluster_sees_to_it_itself() -> None:
    stack = supported(WHOLE, TURNS, plugin=True)
    assert (stack.charts, stack.objects) == ({}, {})


def test_nothing_is_installed_where_no_pool_has_devices_of_nvidia() -> None:
    other = NodePool(
        name="amd",
        min_nodes=0,
        max_nodes=1,
        cpu="96",
        memory="1Ti",
        labels={},
        accelerator=Accelerator(model="MI300X", count=8, resource="amd.com/gpu"),
    )
    assert supported(other).charts == {}
    assert supported().charts == {}


def test_nothing_is_installed_where_a_stack_says_so() -> None:
    assert supported(WHOLE, settings={"support": "none"}).charts == {}


def test_the_operator_installs_the_driver_where_nodes_have_none() -> None:
    values = supported(WHOLE, driver=False).values("gpu-operator")
    assert (values["driver"], values["toolkit"]) == ({"enabled": True}, {"enabled": True})


def test_the_operator_leaves_a_driver_alone_that_is_there() -> None:
    values = supported(WHOLE, settings={"support": "operator"}).values("gpu-operator")
    assert (values["driver"], values["toolkit"]) == ({"enabled": False}, {"enabled": False})


def test_devices_are_cut_by_the_operator_where_the_cluster_does_not() -> None:
    stack = supported(LABELLED["cut"])
    assert stack.charts.keys() == {"gpu-operator"}
    values = stack.values("gpu-operator")
    assert values["migManager"] == {"enabled": True}
    assert values["mig"] == {"strategy": "mixed"}


def test_devices_that_the_cloud_cuts_need_no_operator() -> None:
    assert supported(CUT, azure=True).charts.keys() == {PLUGIN, "dcgm-exporter"}
    by_choice = supported(CUT, azure=True, settings={"support": "operator"})
    assert by_choice.values("gpu-operator")["migManager"] == {"enabled": False}


def test_the_operator_knows_ways_of_sharing_by_the_labels_of_nodes() -> None:
    stack = supported(WHOLE, LABELLED["turns"], settings={"support": "operator"})
    found = stack.values("gpu-operator")["devicePlugin"]["config"]
    assert found["default"] == "whole"
    assert found["data"].keys() == {"whole", "time-slicing-4"}
    turns = yaml.safe_load(found["data"]["time-slicing-4"])
    assert turns["sharing"]["timeSlicing"]["resources"] == [{"name": "nvidia.com/gpu", "replicas": 4}]


def test_one_way_of_sharing_for_all_needs_no_label_with_the_operator() -> None:
    found = supported(TURNS, settings={"support": "operator"}).values("gpu-operator")["devicePlugin"][
        "config"
    ]
    assert found["default"] == "time-slicing-4"


def test_no_job_of_the_operator_is_left_to_helm() -> None:
    operator = supported(WHOLE, settings={"support": "operator"}).values("gpu-operator")["operator"]
    assert (operator["upgradeCRD"], operator["cleanupCRD"]) == (False, False)


def test_agents_run_in_a_namespace_that_admits_them() -> None:
    stack = supported(WHOLE)
    labels = stack.objects["Namespace/nvidia-gpu"]["metadata"]["labels"]
    assert labels == {"pod-security.kubernetes.io/enforce": "privileged"}
    assert "Namespace/nvidia-gpu" in stack.before(PLUGIN)


@pytest.mark.parametrize(
    ("pools", "options", "settings"),
    [
        ((WHOLE, TURNS, MPS), {}, {}),
        ((WHOLE, LABELLED["turns"], LABELLED["cut"]), {}, {}),
        ((WHOLE,), {"driver": False, "monitored": True}, {}),
    ],
    ids=["device plugin", "operator that cuts", "operator with driver"],
)
def test_no_chart_is_given_a_value_that_it_does_not_document(
    pools: tuple[NodePool, ...], options: dict[str, bool], settings: dict[str, object]
) -> None:
    stack = supported(*pools, settings=settings, **options)
    found = {name: facts(chart["chart"]).unknown(chart["values"]) for name, chart in stack.charts.items()}
    assert {name: unknown for name, unknown in found.items() if unknown} == {}


@pytest.mark.parametrize(
    ("chart", "values", "unknown"),
    [
        (PLUGIN, {"configs": {}}, ["configs"]),
        (PLUGIN, {"nfd": {"worker": {"toleration": []}}}, ["nfd.worker.toleration"]),
        ("dcgm-exporter", {"servicemonitor": {}}, ["servicemonitor"]),
        ("gpu-operator", {"migManager": {"enable": True}}, ["migManager.enable"]),
        ("gpu-operator", {"devicePlugin": {"config": {"map": {}}}}, ["devicePlugin.config.map"]),
    ],
)
def test_a_misspelt_value_is_found(chart: str, values: dict[str, Any], unknown: list[str]) -> None:
    assert facts(chart).unknown(values) == unknown


@pytest.mark.parametrize(
    ("pools", "settings", "options", "said"),
    [
        (
            (WHOLE,),
            {"support": "operator"},
            {"plugin": True},
            "slipway:gpu.support: found 'operator'; allowed: 'auto' or 'none', since this cluster brings",
        ),
        (
            (WHOLE,),
            {"support": "devicePlugin"},
            {"plugin": True},
            "slipway:gpu.support: found 'devicePlugin'; allowed: 'auto' or 'none'",
        ),
        (
            (WHOLE,),
            {"support": "devicePlugin"},
            {"driver": False},
            "gpu.support: found 'devicePlugin'; allowed: 'auto', 'operator' or 'none', since the nodes",
        ),
        (
            (CUT,),
            {"support": "devicePlugin"},
            {},
            "slipway:gpu.support: found 'devicePlugin'; allowed: 'auto' or 'operator', since pool 'cut'",
        ),
        ((WHOLE,), {}, {"charts": False}, "slipway:gpu.support: found 'devicePlugin'; allowed: 'none'"),
        ((CUT,), {}, {}, "give them and the pool nvidia.com/mig.config: all-1g.10gb"),
        (
            (WHOLE, TURNS),
            {"support": "operator"},
            {},
            "give it the label nvidia.com/device-plugin.config: time-slicing-4",
        ),
    ],
)
def test_what_a_cluster_cannot_have_gets_one_clear_error(
    pools: tuple[NodePool, ...], settings: dict[str, object], options: dict[str, bool], said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        supported(*pools, settings=settings, **options)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_images_of_what_is_installed_are_pinned() -> None:
    pins = (Charts.NVIDIA_DEVICE_PLUGIN, Charts.DCGM_EXPORTER, Charts.GPU_OPERATOR)
    images = [image for pin in pins for image in pin.images]
    assert [one for one in images if ":" not in one or one.endswith(":latest")] == []
