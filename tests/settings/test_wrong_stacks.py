"""Stack files that are wrong are refused before anything is created, by one error that says what to mend."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.platform_settings import PlatformSettings, platform_settings
from components.settings_base import SettingsError

WRONG: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("wrong_stacks.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("what", WRONG)
def test_a_stack_file_is_refused_with_key_finding_and_what_is_allowed(what: str) -> None:
    case = WRONG[what]
    with pytest.raises(SettingsError) as refusal:
        platform_settings(case["config"])
    for words in case["says"]:
        assert words in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_every_wrong_key_is_named_in_one_error() -> None:
    with pytest.raises(SettingsError) as refusal:
        platform_settings({"cluster": {"provider": "simulated", "nodes": 3}, "component": {}})
    keys = sorted(field.alias or name for name, field in PlatformSettings.model_fields.items())
    assert str(refusal.value).splitlines() == [
        "slipway:cluster.nodes: unknown key. Did you mean 'nodePools'? Allowed here: live, livePrograms, "
        "nodePools, provider.",
        f"slipway:component: unknown key. Did you mean 'components'? Allowed here: {', '.join(keys)}.",
    ]


def test_a_right_stack_file_is_taken() -> None:
    settings = platform_settings({"cluster": {"provider": "simulated"}})
    assert settings.cluster.provider == "simulated"
    off = [component for component, on in settings.components.enabled().items() if not on]
    assert off == ["trainingOperator"]


def test_giving_one_key_of_a_workload_keeps_the_others_at_the_component_s_default() -> None:
    default = platform_settings({"cluster": {"provider": "simulated"}}).components.dashboard.server
    given = platform_settings(
        {"cluster": {"provider": "simulated"}, "components": {"dashboard": {"server": {"replicas": 2}}}}
    ).components.dashboard.server
    assert given.replicas == 2
    assert given.requests == default.requests
