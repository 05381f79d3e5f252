"""The form for a new notebook: what it offers follows from the settings and from the stack's node pools."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from components.clusters.pools import POOL_LABEL
from components.kubeflow.notebooks.spawner import spawner_config
from components.platform_settings import platform_settings
from tests.support.render import MINIMAL

GPU_POOL = {
    "name": "gpu",
    "count": 1,
    "cpu": "96",
    "memory": "1Ti",
    "accelerator": {"model": "NVIDIA H100 80GB HBM3", "count": 8},
    "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
}
SYSTEM_POOL = {"name": "system", "count": 2, "cpu": "8", "memory": "32Gi"}


def form(*pools: Mapping[str, Any], **spawner: object) -> dict[str, Any]:
    """The form of a stack with these node pools (or those of the smallest stack) and settings."""
    given = yaml.safe_load(MINIMAL)
    if pools:
        given["cluster"]["nodePools"] = list(pools)
    given["components"] = {"notebooks": {"spawner": spawner}}
    settings = platform_settings(given)
    contracts = settings.cluster.contracts()
    text = spawner_config(settings.components.notebooks.spawner, contracts)
    return yaml.safe_load(text)["spawnerFormDefaults"]


def test_every_key_that_the_web_app_reads_is_there() -> None:
    # kubeflow/notebooks v1.11.0, crud-web-apps/jupyter: form.py and frontend/src/app/types/config.ts.
    assert set(form()) == {
        "allowCustomImage",
        "hideRegistry",
        "hideTag",
        "imagePullPolicy",
        "image",
        "imageGroupOne",
        "imageGroupTwo",
        "cpu",
        "memory",
        "gpus",
        "workspaceVolume",
        "dataVolumes",
        "affinityConfig",
        "tolerationGroup",
        "shm",
        "configurations",
    }


def test_images_of_an_administrator_stand_after_those_of_the_release() -> None:
    found = form(jupyter={"additional": ["registry.example.com/lab:7"]})["image"]
    assert found["options"][-1] == "registry.example.com/lab:7"
    assert found["options"][0] == found["value"]
    assert len(found["options"]) == 6


def test_images_of_an_administrator_can_stand_alone() -> None:
    own = "registry.example.com/lab:7"
    found = form(jupyter={"standard": [], "additional": [own], "default": own})["image"]
    assert found == {"value": own, "options": [own]}


def test_a_kind_of_server_without_images_is_left_out() -> None:
    found = form(rstudio={"standard": []})
    assert "imageGroupTwo" not in found
    assert "imageGroupOne" in found


@pytest.mark.parametrize(("given", "cores"), [("500m", "0.5"), ("2", "2"), (4, "4"), ("1.25", "1.25")])
def test_cpu_is_written_as_the_plain_number_that_the_backend_multiplies(given: str | int, cores: str) -> None:
    assert form(cpu={"value": given, "limitFactor": 2})["cpu"]["value"] == cores


@pytest.mark.parametrize(
    ("given", "written"), [("1Gi", "1Gi"), ("512Mi", "0.5Gi"), ("2G", "1.863Gi"), ("1Ti", "1024Gi")]
)
def test_memory_is_written_in_the_one_unit_that_the_backend_knows(given: str, written: str) -> None:
    assert form(memory={"value": given, "limitFactor": 2})["memory"]["value"] == written


def test_no_limit_is_what_the_web_app_calls_none() -> None:
    found = form(cpu={"limitFactor": None}, memory={"limitFactor": 1.5})
    assert found["cpu"]["limitFactor"] == "none"
    assert found["memory"]["limitFactor"] == "1.5"


def test_gpus_are_offered_of_the_vendors_that_the_node_pools_have() -> None:
    amd = {
        **GPU_POOL,
        "name": "amd",
        "accelerator": {"model": "MI300X", "count": 8, "resource": "amd.com/gpu"},
    }
    found = form(SYSTEM_POOL, GPU_POOL, amd)["gpus"]["value"]
    assert found["vendors"] == [
        {"limitsKey": "nvidia.com/gpu", "uiName": "NVIDIA"},
        {"limitsKey": "amd.com/gpu", "uiName": "AMD"},
    ]
    assert found["vendor"] == ""


def test_the_only_vendor_there_is_needs_no_choosing() -> None:
    assert form(SYSTEM_POOL, GPU_POOL)["gpus"]["value"]["vendor"] == "nvidia.com/gpu"


def test_a_stack_without_gpus_offers_none() -> None:
    assert form(SYSTEM_POOL)["gpus"]["value"] == {"vendor": "", "vendors": [], "num": "none"}


def test_vendors_can_be_said_instead() -> None:
    gaudi = {"limitsKey": "habana.ai/gaudi", "displayName": "Intel Gaudi"}
    found = form(gpus={"vendors": [gaudi], "count": 2})["gpus"]["value"]
    assert found["vendors"] == [{"limitsKey": "habana.ai/gaudi", "uiName": "Intel Gaudi"}]
    assert (found["vendor"], found["num"]) == ("habana.ai/gaudi", "2")


def test_every_node_pool_is_an_affinity_to_its_labels() -> None:
    options = form(SYSTEM_POOL, GPU_POOL)["affinityConfig"]["options"]
    assert [(option["configKey"], option["displayName"]) for option in options] == [
        ("system", "system: 8 CPU, 32Gi"),
        ("gpu", "gpu: 96 CPU, 1Ti, 8 x NVIDIA H100 80GB HBM3"),
    ]
    required = options[1]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (term,) = required["nodeSelectorTerms"]
    assert term["matchExpressions"] == [{"key": POOL_LABEL, "operator": "In", "values": ["gpu"]}]


def test_a_node_pool_with_taints_is_a_group_of_tolerations_and_one_without_is_none() -> None:
    (group,) = form(SYSTEM_POOL, GPU_POOL)["tolerationGroup"]["options"]
    assert group["groupKey"] == "gpu"
    assert group["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}
    ]


def test_a_node_pool_can_be_kept_from_the_form() -> None:
    found = form(SYSTEM_POOL, GPU_POOL, nodePools=["gpu"])
    assert [option["configKey"] for option in found["affinityConfig"]["options"]] == ["gpu"]


def test_affinities_can_be_said_in_words_or_written_out() -> None:
    written: dict[str, Any] = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}
    options = form(
        affinity={
            "default": "alone",
            "options": [
                {"key": "alone", "displayName": "A node of its own", "onePerNode": True},
                {"key": "fast", "displayName": "Fast disks", "nodeLabels": {"disk": "nvme"}},
                {"key": "raw", "displayName": "Written out", "affinity": written},
            ],
        }
    )["affinityConfig"]
    alone, fast, raw = options["options"][-3:]
    (term,) = alone["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["namespaceSelector"] == {}
    assert fast["affinity"].keys() == {"nodeAffinity"}
    assert raw["affinity"] == written
    assert options["value"] == "alone"


def test_toleration_groups_can_be_added() -> None:
    group = {
        "key": "spot",
        "displayName": "Spot nodes",
        "tolerations": [{"key": "spot", "operator": "Exists", "effect": "NoExecute"}],
    }
    found = form(tolerations={"groups": [group], "default": "spot"})["tolerationGroup"]
    assert found["options"][-1]["tolerations"] == [
        {"key": "spot", "operator": "Exists", "effect": "NoExecute"}
    ]
    assert found["value"] == "spot"


def test_the_workspace_is_a_claim_named_after_the_notebook() -> None:
    volume = form(workspaceVolume={"size": "1Ti", "storageClass": "fast", "accessMode": "ReadWriteMany"})
    assert volume["workspaceVolume"]["value"] == {
        "mount": "/home/jovyan",
        "newPvc": {
            "metadata": {"name": "{notebook-name}-workspace"},
            "spec": {
                "resources": {"requests": {"storage": "1024Gi"}},
                "accessModes": ["ReadWriteMany"],
                "storageClassName": "fast",
            },
        },
    }


def test_there_need_not_be_a_workspace() -> None:
    assert form(workspaceVolume=None)["workspaceVolume"] == {"value": None}


def test_data_volumes_are_new_claims_or_ones_that_exist() -> None:
    new, old = form(
        dataVolumes=[{"name": "data-{notebook-name}"}, {"existingClaim": "set", "readOnly": True}]
    )["dataVolumes"]["value"]
    assert new["newPvc"]["metadata"]["name"] == "data-{notebook-name}"
    assert old["existingSource"] == {"persistentVolumeClaim": {"claimName": "set", "readOnly": True}}
    assert old["mount"] == "/home/jovyan/set"


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ("pullPolicy", "imagePullPolicy"),
        ("cpu", "cpu"),
        ("memory", "memory"),
        ("gpus", "gpus"),
        ("affinity", "affinityConfig"),
        ("tolerations", "tolerationGroup"),
        ("sharedMemory", "shm"),
        ("podDefaults", "configurations"),
    ],
)
def test_a_field_can_be_kept_from_people(setting: str, field: str) -> None:
    assert form()[field]["readOnly"] is False
    assert form(**{setting: {"readOnly": True}})[field]["readOnly"] is True


def test_pod_defaults_are_ticked_by_the_label_that_selects_them() -> None:
    found = form(podDefaults={"labels": ["access-ml-pipeline"]})["configurations"]
    assert found["value"] == ["access-ml-pipeline"]
