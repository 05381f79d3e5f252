"""Settings of overlays lie below the stack's own, and each value remembers where it came from."""

from pathlib import Path
from typing import Any

import pytest

from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from overlays.stack import applied, layered

from .support import overlay

CLUSTER: dict[str, Any] = {
    "provider": "simulated",
    "nodePools": [{"name": "one", "count": 1, "cpu": "8", "memory": "32Gi"}],
}


def refused(given: dict[str, Any], root: Path) -> str:
    with pytest.raises(SettingsError) as refusal:
        layered(given, root)
    return str(refusal.value)


def two(root: Path, first: object, second: object, **more: object) -> None:
    overlay(root, "first", {"settings": {"addons": {"replicas": first}}})
    overlay(root, "second", {"settings": {"addons": {"replicas": second}}, **more})


def test_a_stack_without_overlays_is_as_it_was(tmp_path: Path) -> None:
    given = {"cluster": CLUSTER}
    assert layered(given, tmp_path).settings.values == given


def test_keys_are_merged_and_lists_replaced_and_the_stack_decides(tmp_path: Path) -> None:
    overlay(
        tmp_path,
        "mine",
        {
            "settings": {
                "addons": {"replicas": 3, "kueue": {"enabled": True}},
                "gateway": {"hosts": ["a", "b"]},
            }
        },
    )
    given = {"overlays": ["mine"], "addons": {"replicas": 1}, "gateway": {"hosts": ["c"]}}
    values = layered(given, tmp_path).settings.values
    assert values == {
        "overlays": ["mine"],
        "addons": {"replicas": 1, "kueue": {"enabled": True}},
        "gateway": {"hosts": ["c"]},
    }


def test_every_value_says_where_it_came_from(tmp_path: Path) -> None:
    overlay(
        tmp_path, "mine", {"settings": {"addons": {"replicas": 3, "source": {"kind": "a", "hosts": [1]}}}}
    )
    given = {"overlays": ["mine"], "addons": {"replicas": 1}}
    settings = layered(given, tmp_path).settings
    assert settings.origin(("addons", "replicas")).layer == "stack"
    assert str(settings.origin(("addons", "source", "hosts", 0))) == "overlay 'mine'"
    assert settings.origin(("addons", "kueue", "enabled")).layer == "default"


def test_an_overlay_of_a_folder_elsewhere_is_named_by_its_path(tmp_path: Path) -> None:
    overlay(tmp_path / "ours", "mine", {"settings": {"addons": {"replicas": 3}}})
    values = layered({"overlays": ["./ours/overlays/mine"]}, tmp_path).settings.values
    assert values["addons"] == {"replicas": 3}


def test_two_overlays_that_differ_are_refused_with_both_names(tmp_path: Path) -> None:
    two(tmp_path, 2, 3)
    text = refused({"overlays": ["first", "second"]}, tmp_path)
    assert text == (
        "slipway:addons.replicas: overlay 'first' sets 2, overlay 'second' 3; allowed: one of them, a value "
        "in the stack, or `override: [addons.replicas]` in overlays/second/overlay.yaml"
    )


def test_two_overlays_that_agree_are_one(tmp_path: Path) -> None:
    two(tmp_path, 2, 2)
    assert layered({"overlays": ["first", "second"]}, tmp_path).settings.values["addons"] == {"replicas": 2}


def test_a_key_and_one_inside_it_contradict_each_other(tmp_path: Path) -> None:
    overlay(tmp_path, "first", {"settings": {"addons": {"kueue": {"enabled": True}}}})
    overlay(tmp_path, "second", {"settings": {"addons": {"kueue": None}}})
    assert "overlay 'first' sets True, overlay 'second' None" in refused(
        {"overlays": ["first", "second"]}, tmp_path
    )


@pytest.mark.parametrize("override", [True, ["addons.replicas"], ["addons"]])
def test_the_later_may_differ_where_it_says_so(tmp_path: Path, override: object) -> None:
    two(tmp_path, 2, 3, override=override)
    assert layered({"overlays": ["first", "second"]}, tmp_path).settings.values["addons"] == {"replicas": 3}


def test_the_earlier_may_not_say_that_it_overrides_the_later(tmp_path: Path) -> None:
    two(tmp_path, 2, 3, override=["addons.replicas"])
    assert "overlay 'first' 2" in refused({"overlays": ["second", "first"]}, tmp_path)


def test_to_override_one_key_is_not_to_override_another(tmp_path: Path) -> None:
    two(tmp_path, 2, 3, override=["addons.rep"])
    assert "addons.replicas" in refused({"overlays": ["first", "second"]}, tmp_path)


def test_a_value_of_the_stack_decides_between_two_overlays(tmp_path: Path) -> None:
    two(tmp_path, 2, 3)
    given = {"overlays": ["first", "second"], "addons": {"replicas": 4}}
    assert layered(given, tmp_path).settings.values["addons"] == {"replicas": 4}


def told(tmp_path: Path, settings: dict[str, Any], **stack: object) -> str:
    overlay(tmp_path, "mine", {"settings": settings})
    found = layered({"overlays": ["mine"], "cluster": CLUSTER, **stack}, tmp_path).settings
    with pytest.raises(SettingsError) as refusal:
        platform_settings(found.values)
    return found.told(str(refusal.value))


def test_a_wrong_value_of_an_overlay_is_refused_with_the_name_of_the_overlay(tmp_path: Path) -> None:
    assert told(tmp_path, {"addons": {"replicas": "many"}}) == (
        "slipway:addons.replicas: found 'many'; allowed: a whole number. "
        "Set by overlay 'mine' (overlays/mine/overlay.yaml)."
    )


def test_an_unknown_key_of_an_overlay_is_refused_with_the_name_of_the_overlay(tmp_path: Path) -> None:
    assert "Set by overlay 'mine'" in told(tmp_path, {"addons": {"kueu": {"enabled": True}}})


def test_a_wrong_value_of_the_stack_is_not_laid_to_an_overlay(tmp_path: Path) -> None:
    text = told(tmp_path, {"addons": {"replicas": 2}}, gateway={"hosts": "here"})
    assert text.startswith("slipway:gateway.hosts: found 'here'")
    assert "overlay" not in text


def test_what_is_refused_while_declaring_is_told_with_the_overlay_as_well(tmp_path: Path) -> None:
    overlay(tmp_path, "mine", {"settings": {"addons": {"replicas": 2}}})
    overlaid = layered({"overlays": ["mine"]}, tmp_path)
    with pytest.raises(SettingsError) as refusal, applied(overlaid, ()):
        raise SettingsError(
            "slipway:addons.replicas: found 2, and there is one node\nslipway:gateway: another"
        )
    first, second = str(refusal.value).splitlines()
    assert first.endswith("Set by overlay 'mine' (overlays/mine/overlay.yaml).")
    assert second == "slipway:gateway: another"
