"""Images that a stack may not pull, or its nodes cannot run, are refused at preview by one clear error."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.contracts import NodePool, Taint
from components.images.lock import Lock
from components.kube.image import Reference
from components.settings_base import SettingsError
from tests.images.stacks import FEW, declared

MIRROR = "registry.example.com/mirror"
DIGEST = "sha256:" + "0123456789abcdef" * 4
AMD = ("linux/amd64",)
BOTH = ("linux/amd64", "linux/arm64")


def refused(settings: Mapping[str, Any], **more: Any) -> str:  # noqa: ANN401 - as `declared` takes them
    with pytest.raises(SettingsError) as error:
        declared({"components": FEW, **settings}, **more)
    return str(error.value)


@pytest.fixture(scope="module")
def listed() -> list[str]:
    images: list[str] = declared({"components": FEW}).outputs["images"]
    return images


@pytest.fixture
def lock(tmp_path: Path, listed: list[str]) -> Callable[..., str]:
    """Writes a lock file of the small stack: all of it, but for some images, with the platforms of some."""

    def write(without: str = "", **platforms: tuple[str, ...]) -> str:
        images = {
            name: {
                "digest": DIGEST,
                "platforms": list(next((some for part, some in platforms.items() if part in name), BOTH)),
            }
            for name in listed
            if not without or without not in name
        }
        file = tmp_path / "images.lock.yaml"
        file.write_text(yaml.safe_dump({"version": 1, "images": images}), encoding="utf-8")
        return str(file)

    return write


def test_a_registry_that_is_not_allowed_is_refused_with_component_and_what_is_allowed() -> None:
    text = refused({"images": {"allowedRegistries": ["ghcr.io", "quay.io/oauth2-proxy"]}})
    (line,) = text.splitlines()
    assert (
        "slipway:images.allowedRegistries: found 'mysql:8.4', which data pulls" in line or "mysql:8.4" in line
    )
    assert "allowed: ghcr.io, quay.io/oauth2-proxy" in line


def test_the_key_of_an_image_of_one_s_own_is_named() -> None:
    components = {**FEW, "katib": {"ui": {"image": "quay.io/acme/ui:1"}}}
    images = {"allowedRegistries": ["ghcr.io", "docker.io", "quay.io/oauth2-proxy"]}
    text = refused({"components": components, "images": images})
    assert "found 'quay.io/acme/ui:1' (slipway:components.katib.ui.image), which katib pulls" in text


def test_a_place_is_a_whole_part_of_a_path() -> None:
    assert "found 'ghcr.io/kubeflow/katib/" in refused({"images": {"allowedRegistries": ["ghcr.io/kube"]}})


def test_what_a_mirror_has_is_allowed() -> None:
    images = {"mirror": MIRROR, "allowedRegistries": ["registry.example.com"]}
    rendered = declared({"components": FEW, "images": images})
    assert {Reference.of(name).registry for name in rendered.outputs["images"]} == {"registry.example.com"}


def test_a_locked_stack_pulls_by_digest(lock: Callable[..., str]) -> None:
    rendered = declared({"components": FEW, "images": {"mirror": MIRROR, "lock": lock()}})
    assert [name for name in rendered.outputs["images"] if not name.endswith(f"@{DIGEST}")] == []
    pods = rendered.get("Deployment", "katib-ui")["spec"]["template"]["spec"]
    assert pods["containers"][0]["image"] == f"{MIRROR}/ghcr.io/kubeflow/katib/katib-ui:v0.19.0@{DIGEST}"


def test_an_image_that_the_lock_does_not_know_is_refused(lock: Callable[..., str]) -> None:
    file = lock(without="katib-ui")
    text = refused({"images": {"lock": file}})
    assert text == (
        f"slipway:images.lock: {file} has no entry for 'ghcr.io/kubeflow/katib/katib-ui:v0.19.0', which "
        "katib pulls; `make images` asks the registry anew"
    )


def _pool(name: str, architecture: str, *taints: Taint) -> NodePool:
    return NodePool(
        name=name,
        min_nodes=1,
        max_nodes=1,
        cpu="8",
        memory="32Gi",
        labels={"pool": name},
        taints=taints,
        architecture=architecture,
    )


def test_an_architecture_that_an_image_lacks_is_refused(lock: Callable[..., str]) -> None:
    settings = {"images": {"lock": lock(enas=AMD)}}
    text = refused(settings, pools=(_pool("a", "amd64"), _pool("b", "arm64")))
    assert "slipway:cluster.nodePools: found 'b' with architecture arm64, for which there is no" in text
    assert "enas" in text
    assert "of katib (slipway:images.lock); allowed: another image, or a taint on the pool" in text
    assert len(text.splitlines()) == 1


def test_a_pool_whose_taint_keeps_pods_away_asks_for_nothing(lock: Callable[..., str]) -> None:
    settings = {"components": FEW, "images": {"lock": lock(enas=AMD)}}
    closed = _pool("b", "arm64", Taint(key="arch", value="arm64"))
    assert declared(settings, pools=(_pool("a", "amd64"), closed)).outputs["images"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("images: {}", "version: Field required"),
        (f"version: 1\nimages: {{'a:1': {{digest: {DIGEST}}}}}", "images.a:1.platforms: Field required"),
        ("version: 1\nimages: {'a:1': {digest: abc, platforms: [linux/amd64]}}", "images.a:1.digest"),
        ("version: [", "is no YAML"),
    ],
)
def test_a_lock_file_that_is_none_is_refused(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "lock.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        Lock.read(str(file))
    assert str(error.value).startswith(f"slipway:images.lock: {file}")
    assert says in str(error.value)


def test_a_lock_file_that_is_not_there_is_refused() -> None:
    assert (
        "slipway:images.lock: found 'no.yaml', which is no file; allowed: one that `make images` wrote"
        in (refused({"images": {"lock": "no.yaml"}}))
    )
