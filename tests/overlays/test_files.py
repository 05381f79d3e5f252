"""Overlays that do not exist or are wrong are refused before anything is created."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from components.settings_base import SettingsError
from overlays.reading import available, read

from .support import overlay

CONFIG_MAP = {"kind": "ConfigMap", "name": "some"}


def refused(
    root: Path, content: dict[str, Any] | str | None = None, listed: str | Sequence[str] = ("mine",)
) -> str:
    if content is not None:
        overlay(root, "mine", content)
    with pytest.raises(SettingsError) as refusal:
        read(listed if isinstance(listed, str) else list(listed), root)
    return str(refusal.value)


def patch(**fields: object) -> dict[str, Any]:
    return {"patches": [{"target": CONFIG_MAP, **fields}]}


def deployment(**fields: object) -> dict[str, Any]:
    target = {"kind": "Deployment", "name": "dashboard", "component": "dashboard"}
    return {"patches": [{"name": "mine", "target": target, **fields}]}


def test_every_shipped_overlay_can_be_read(tmp_path: Path) -> None:
    for name in available(tmp_path):
        assert len(read([name], tmp_path)) == 1


def test_an_overlay_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    overlay(tmp_path, "mine", {})
    text = refused(tmp_path, listed=("mime",))
    assert "slipway:overlays: found 'mime', which is no overlay. Did you mean 'mine'? Allowed: " in text


def test_a_folder_without_an_overlay_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    assert "found './ours', which is no overlay" in refused(tmp_path, listed=("./ours",))


def test_overlays_are_a_list(tmp_path: Path) -> None:
    text = refused(tmp_path, listed="mine")
    assert text == "slipway:overlays: found 'mine'; allowed: a list of names or folders."


def test_an_overlay_is_listed_once(tmp_path: Path) -> None:
    assert refused(tmp_path, {}, ("mine", "mine")) == "slipway:overlays: found 'mine' twice; allowed: once"


def test_what_is_not_yaml_is_refused(tmp_path: Path) -> None:
    assert "overlay 'mine' (overlays/mine/overlay.yaml): is not YAML: " in refused(tmp_path, "settings: [")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"setings": {}}, ": setings: unknown key. Did you mean 'settings'?"),
    (patch(merge={}, nmae="x"), ": patches[0].nmae: unknown key. Did you mean 'name'?"),
    (
        {"patches": [{"target": {**CONFIG_MAP, "knd": "a"}, "merge": {}}]},
        ": patches[0].target.knd: unknown key.",
    ),
    ({"patches": [{"target": {}, "merge": {}}]}, ": patches[0].target.kind: is missing"),
    ({"settings": {"overlays": ["b"]}}, ": settings.overlays: belongs to a stack"),
    ({"settings": {"secret-kubeconfig": "b"}}, ": settings.secret-kubeconfig: belongs to a stack"),
    (patch(), ": patches[0]: found neither; allowed: merge or json."),
    (patch(merge={"data": {}}, json=[{"op": "remove", "path": "/data"}]), ": patches[0]: found both"),
    (patch(json=[]), ": patches[0]: json: found an empty list"),
    (patch(json=[{"op": "move", "path": "/a"}]), ": patches[0].json[0].op: found 'move'; allowed: 'add'"),
    (patch(json=[{"op": "add", "path": "a", "value": 1}]), ": patches[0].json[0]: path: found 'a'"),
    (patch(json=[{"op": "add", "path": "", "value": 1}]), ": patches[0].json[0]: path: found the whole"),
    (patch(json=[{"op": "add", "path": "/data/a"}]), ": patches[0].json[0]: add /data/a: has no value"),
    (
        patch(json=[{"op": "remove", "path": "/data/a", "value": 1}]),
        ": patches[0].json[0]: remove /data/a: has a value and takes none",
    ),
    (
        patch(merge={"spec": {"env": [{"value": "1"}]}}),
        ": merge.spec.env: its items are merged by 'name'",
    ),
    (patch(merge={"$patch": "replace"}), ": merge.$patch: unknown directive"),
    (
        patch(merge={"spec": {"env": [{"name": "a", "$patch": "replace"}]}}),
        ": merge.spec.env[a].$patch: found 'replace'; allowed: delete",
    ),
]


@pytest.mark.parametrize(("content", "message"), WRONG)
def test_a_wrong_file_is_refused_by_the_key_that_is_wrong(
    tmp_path: Path, content: dict[str, Any], message: str
) -> None:
    text = refused(tmp_path, content)
    assert text.startswith("overlay 'mine' (overlays/mine/overlay.yaml): ")
    assert message in text
    assert "\n" not in text


def test_a_component_that_there_is_not_is_refused(tmp_path: Path) -> None:
    content: dict[str, Any] = {
        "patches": [{"target": {"kind": "Service", "component": "notebook"}, "merge": {"spec": {}}}]
    }
    assert "overlay 'mine', patch 0: found component 'notebook'; allowed: base, " in refused(
        tmp_path, content
    )


POD = "/spec/template/spec"
CONTAINER = {"name": "dashboard"}


@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"merge": {"spec": {"replicas": 3}}}, "slipway:components.dashboard.server.replicas"),
        ({"json": [{"op": "replace", "path": "/spec/replicas", "value": 3}]}, "dashboard.server.replicas"),
        (
            {"merge": {"spec": {"template": {"spec": {"containers": [{**CONTAINER, "image": "a:1"}]}}}}},
            "slipway:components.dashboard.server.image",
        ),
        (
            {"merge": {"spec": {"template": {"spec": {"containers": [{**CONTAINER, "$patch": "delete"}]}}}}},
            "dashboard.server.image",
        ),
        (
            {"json": [{"op": "add", "path": f"{POD}/containers/-", "value": {"name": "b", "image": "b:1"}}]},
            "dashboard.server.image",
        ),
        (
            {"json": [{"op": "replace", "path": POD, "value": {"hostNetwork": True}}]},
            "dashboard.server.image",
        ),
        (
            {"json": [{"op": "replace", "path": f"{POD}/containers/0/resources/limits/cpu", "value": 1}]},
            "slipway:components.dashboard.server.requests",
        ),
        (
            {"merge": {"spec": {"template": {"spec": {"nodeSelector": {"a": "b"}}}}}},
            "slipway:components.dashboard.server.placement",
        ),
    ],
)
def test_what_is_a_setting_is_refused_with_the_setting_to_use(
    tmp_path: Path, fields: dict[str, Any], setting: str
) -> None:
    text = refused(tmp_path, deployment(**fields))
    assert text.startswith("overlay 'mine', patch 0 (mine): spec.")
    assert setting in text
    assert "is a setting, so that the stack's outputs stay true" in text


@pytest.mark.parametrize(
    "merge",
    [
        {"metadata": {"name": "other"}},
        {"metadata": {"labels": None}},
        {"metadata": {"labels": {"slipway.dev/component": "a"}}},
    ],
)
def test_a_patch_does_not_change_which_object_it_is(tmp_path: Path, merge: dict[str, Any]) -> None:
    assert "says which object it is, and stays" in refused(tmp_path, patch(merge=merge))


@pytest.mark.parametrize(
    "merge",
    [
        {"metadata": {"labels": {"mine": "a"}}},
        {
            "spec": {
                "template": {"spec": {"containers": [{**CONTAINER, "env": [{"name": "A", "value": "b"}]}]}}
            }
        },
    ],
)
def test_what_no_setting_reaches_is_allowed(tmp_path: Path, merge: dict[str, Any]) -> None:
    overlay(tmp_path, "mine", deployment(merge=merge))
    assert len(read(["mine"], tmp_path)) == 1
