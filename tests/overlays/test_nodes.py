"""`gpu-sharing` shares devices of pools that do not say; `arm64` keeps to nodes with ARM processors."""

from typing import Any

import pytest

from components.kube.architectures import known, lacking
from components.settings_base import SettingsError
from tests.support.everything import everything

from .shipped import changed, checked, plain, pod, rendered

DEVICES = {"model": "NVIDIA H100 80GB HBM3", "count": 8}


def pools(*more: dict[str, Any]) -> dict[str, Any]:
    shape = {"count": 1, "cpu": "16", "memory": "64Gi"}
    named = [{"name": "system"}, *more]
    return {"cluster": {"nodePools": [shape | one for one in named]}}


def units(*names: str, **settings: object) -> dict[str, tuple[str, int]]:
    found = checked(*names, **settings).cluster.contracts()
    return {
        pool.name: (pool.accelerator.resource, pool.accelerator.units) for pool in found if pool.accelerator
    }


def test_sharing_makes_four_shares_of_each_device() -> None:
    assert units() == {"gpu": ("nvidia.com/gpu", 8)}
    assert units("gpu-sharing") == {"gpu": ("nvidia.com/gpu.shared", 32)}


def test_sharing_leaves_pools_alone_that_say_otherwise() -> None:
    given = pools(
        {"name": "whole", "accelerator": DEVICES, "sharing": None},
        {"name": "mps", "accelerator": DEVICES, "sharing": {"strategy": "mps", "replicas": 2}},
        {"name": "other", "accelerator": {"model": "MI300X", "count": 8, "resource": "amd.com/gpu"}},
        {"name": "shared", "accelerator": DEVICES},
    )
    assert units("gpu-sharing", **given) == {
        "whole": ("nvidia.com/gpu", 8),
        "mps": ("nvidia.com/gpu.shared", 16),
        "other": ("amd.com/gpu", 8),
        "shared": ("nvidia.com/gpu.shared", 32),
    }


def test_the_stack_chooses_another_way_of_sharing_for_all_pools() -> None:
    gpu = {"sharing": {"strategy": "mig", "profile": "1g.10gb", "replicas": None}}
    assert units("gpu-sharing", gpu=gpu) == {"gpu": ("nvidia.com/mig-1g.10gb", 56)}


def test_sharing_leaves_the_programs_of_the_platform_alone() -> None:
    new, gone, other = changed(plain(), rendered("gpu-sharing"))
    assert not new
    assert not gone
    assert {one.split()[0] for one in other} <= {"ConfigMap", "Deployment", "ResourceQuota"}


def test_programs_keep_to_nodes_with_arm_processors() -> None:
    for one in rendered("arm64").of("Deployment"):
        assert pod(one)["nodeSelector"]["kubernetes.io/arch"] == "arm64"
    assert checked("arm64").addons.placement.node_selector == {"kubernetes.io/arch": "arm64"}


def test_arm_changes_nothing_else() -> None:
    new, gone, other = changed(plain(), rendered("arm64"))
    assert not new
    assert not gone
    assert {one.split()[0] for one in other} == {"Deployment"}


def test_a_component_without_images_for_arm_is_refused_with_image_and_source() -> None:
    with pytest.raises(SettingsError) as refused:
        rendered("arm64", components={"pipelines": {"enabled": True}})
    lines = str(refused.value).splitlines()
    assert all("slipway:architecture: found 'arm64', for which there is no '" in line for line in lines)
    assert any("kfp-api-server:2.16.1' of pipelines (kubeflow/pipelines 2.16.1" in line for line in lines)
    assert not [line for line in lines if "library/mysql" in line or "'mysql:" in line]


def test_an_image_of_ones_own_is_not_judged() -> None:
    server = {"image": "registry.example.com/dashboard:1"}
    found = rendered("arm64", components={"dashboard": {"server": server}}).get("Deployment", "dashboard")
    assert pod(found)["containers"][0]["image"] == server["image"]


def test_it_is_written_down_of_every_program_for_which_processors_there_is_an_image() -> None:
    images = {
        container["image"]
        for one in everything().of("Deployment")
        for container in [*pod(one)["containers"], *pod(one).get("initContainers", [])]
    }
    assert images
    assert {image for image in images if not known(image)} == set()


def test_every_image_is_built_for_amd() -> None:
    assert lacking("anything/kfp-api-server:1", "amd64") is None
