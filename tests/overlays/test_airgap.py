"""`airgap` reaches nothing outside: what would is refused at preview, the rest comes from the mirror."""

import pytest

from components.components_settings import ComponentsSettings
from components.settings_base import SettingsError

from .shipped import SMALL, changed, checked, plain, pod, rendered

MIRROR = "registry.example.com/mirror"


def test_without_a_mirror_a_stack_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"slipway:airgap: found .* pulls from outside"):
        rendered("airgap")


def test_with_a_mirror_every_image_comes_from_it() -> None:
    after = rendered("airgap", images={"mirror": MIRROR})
    for one in after.of("Deployment"):
        for container in [*pod(one)["containers"], *pod(one).get("initContainers", [])]:
            assert container["image"].startswith(f"{MIRROR}/")


def test_the_whole_platform_reaches_nothing_outside() -> None:
    components = {name: {"enabled": True} for name in ComponentsSettings().enabled()}
    assert rendered("airgap", images={"mirror": MIRROR}, components=components).of("Deployment")


def test_without_the_overlay_the_whole_platform_would() -> None:
    components = {name: {"enabled": True} for name in ComponentsSettings().enabled()}
    with pytest.raises(SettingsError, match=r"huggingface\.co|hf://|torchtune"):
        rendered(airgap={"enabled": True}, images={"mirror": MIRROR}, components=components)


def test_the_tutorials_of_pipelines_stay_out_since_they_install_packages() -> None:
    components = {**SMALL["components"], "pipelines": {"enabled": True}}
    assert not checked("airgap", components=components).components.pipelines.api_server.samples
    assert checked(components=components).components.pipelines.api_server.samples


def test_nothing_is_added_or_removed() -> None:
    new, gone, other = changed(plain(), rendered("airgap", images={"mirror": MIRROR}))
    assert not new
    assert not gone
    assert {one.split()[0] for one in other} <= {"ConfigMap", "Deployment"}
